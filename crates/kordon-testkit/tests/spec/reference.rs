//! The reference evaluators on the manifests of a case.

use kordon::syntax::{Limits, Sources, parse};
use kordon_testkit::reference::network::{Connection, Network, Verdict};
use kordon_testkit::reference::rbac::{Rbac, fill_aggregation};
use kordon_testkit::spec::{SpecCase, SpecVerdict};
use serde_json::Value;

/// What the specification says to the requests of a case.
pub(crate) struct Reference {
    network: Network,
    rbac: Rbac,
    /// Whether proxies of a mesh have a say in connections as well, which these references lack.
    has_mesh: bool,
}

impl Reference {
    pub(crate) fn new(case: &SpecCase) -> Self {
        let objects = objects(case);
        Self {
            network: Network::new(&objects),
            has_mesh: objects.iter().any(is_of_mesh),
            rbac: if case.options.is_filled {
                Rbac::new(&fill_aggregation(&objects))
            } else {
                Rbac::new(&objects)
            },
        }
    }

    /// The verdict on a request; `None` for one that the references do not know.
    pub(crate) fn verdict(&self, request: &Value) -> Option<SpecVerdict> {
        if request["kind"] == "connection" && self.has_mesh {
            return None;
        }
        if request["kind"] == "connection" {
            let sides = self.network.decide(&Connection::read(request).ok()?).ok()?;
            let verdicts = [sides.egress.verdict, sides.ingress.verdict];
            return Some(match () {
                () if sides.allowed => SpecVerdict::Allow,
                () if verdicts.contains(&Verdict::Deny) => SpecVerdict::Deny,
                () => SpecVerdict::Unknown,
            });
        }
        let allowed = self.rbac.decide(request).ok()?.allowed;
        Some(if allowed {
            SpecVerdict::Allow
        } else {
            SpecVerdict::Deny
        })
    }
}

fn is_of_mesh(object: &Value) -> bool {
    let version = object["apiVersion"].as_str();
    version.is_some_and(|version| version.starts_with("security.istio.io/"))
}

fn objects(case: &SpecCase) -> Vec<Value> {
    let mut objects = Vec::new();
    let mut sources = Sources::default();
    for file in &case.files {
        let id = sources.add(file.title.as_str(), file.text.as_str());
        let parsed = parse(id, &file.text, &Limits::default());
        objects.extend(
            parsed
                .documents
                .iter()
                .map(|document| document.root.to_json()),
        );
    }
    objects
}
