//! Conditions on endpoints in words.

use super::clause::list;
use crate::compile::{CompiledAttribute, CompiledMatch, CompiledValue, EndTest};
use crate::decide::{Connection, Place};
use crate::rule::{End, Sense};
use crate::snapshot::Snapshot;

impl Snapshot {
    /// What a condition on one end admits, and what stands there.
    pub(super) fn end_texts(
        &self,
        test: &EndTest,
        connection: &Connection<'_>,
    ) -> (String, String) {
        let admitted = list(&test.alternatives, |peer| self.peer_text(peer));
        let end = match test.end {
            End::Source => "source",
            End::Destination => "destination",
        };
        let admits = match test.sense {
            Sense::OneOf => format!("{end}: {admitted}"),
            Sense::NoneOf => format!("{end}: not {admitted}"),
        };
        let party = connection.party(test.end);
        let address = match connection.address(test.end) {
            Some(address) => format!("at {address}"),
            None => "at an address that is not known".to_owned(),
        };
        let found = match party.place {
            Place::Outside => address,
            Place::Host => format!("a node {address}"),
            Place::UnknownPod => "an unknown pod".to_owned(),
            Place::Pod => {
                let labels = self.sorted_labels(party.labels).join(",");
                let namespace = self.symbols.text(party.namespace);
                format!("a pod of {namespace} with {labels} {address}")
            }
        };
        (admits, found)
    }

    /// A condition on endpoints.
    pub(super) fn match_text(&self, condition: &CompiledMatch) -> String {
        let each = |parts: &[CompiledMatch], joint: &str| {
            let parts: Vec<String> = parts.iter().map(|part| self.match_text(part)).collect();
            format!("({})", parts.join(joint))
        };
        match condition {
            CompiledMatch::Everything => "any labels".to_owned(),
            CompiledMatch::Is(attribute, value) => {
                self.value_text(&self.attribute_text(*attribute), value)
            }
            CompiledMatch::All(parts) => each(parts, " and "),
            CompiledMatch::Any(parts) => each(parts, " or "),
            CompiledMatch::Not(inner) => format!("not {}", self.match_text(inner)),
        }
    }

    fn attribute_text(&self, attribute: CompiledAttribute) -> String {
        match attribute {
            CompiledAttribute::Label(key) => self.symbols.text(key).to_owned(),
            CompiledAttribute::NamespaceLabel(key) => {
                format!("namespace label {}", self.symbols.text(key))
            }
            CompiledAttribute::AccountLabel(key) => {
                format!("service account label {}", self.symbols.text(key))
            }
            CompiledAttribute::Namespace => "namespace".to_owned(),
            CompiledAttribute::Account => "service account".to_owned(),
        }
    }

    fn value_text(&self, name: &str, value: &CompiledValue) -> String {
        match value {
            CompiledValue::Present => format!("any {name}"),
            CompiledValue::In(values) => match &**values {
                [value] => format!("{name}={}", self.symbols.text(*value)),
                values => format!(
                    "{name} in ({})",
                    list(values, |value| self.symbols.text(*value).to_owned())
                ),
            },
            CompiledValue::Contains(part) => format!("{name} containing `{part}`"),
            CompiledValue::StartsWith(part) => format!("{name} starting with `{part}`"),
            CompiledValue::EndsWith(part) => format!("{name} ending with `{part}`"),
        }
    }
}
