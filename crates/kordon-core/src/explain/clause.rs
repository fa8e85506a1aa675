//! Conditions in words.

use crate::compile::{
    ApiPart, ApiQuery, CompiledClause, CompiledPeer, CompiledPort, CompiledRule, CompiledSelector,
    CompiledTest, NamespaceTest,
};
use crate::decide::{Connection, Holds, Party, Place, Side, Who};
use crate::model::ObjectRef;
use crate::rule::ApiPermission;
use crate::snapshot::Snapshot;
use crate::symbol::{Pair, Symbol};

use super::{ClauseFinding, RuleFinding};

/// Alternatives are listed up to this number.
const ALTERNATIVES: usize = 4;

impl Snapshot {
    /// A rule of an object, and how its conditions fare with a connection.
    pub(super) fn rule_finding(
        &self,
        object: &ObjectRef,
        rule: &CompiledRule,
        connection: &Connection<'_>,
        peer: &Side<'_>,
    ) -> RuleFinding {
        let clauses = rule
            .clauses
            .iter()
            .map(|clause| self.clause_finding(rule, clause, connection, peer))
            .collect();
        self.finding(object, rule, clauses)
    }

    fn clause_finding(
        &self,
        rule: &CompiledRule,
        clause: &CompiledClause,
        connection: &Connection<'_>,
        peer: &Side<'_>,
    ) -> ClauseFinding {
        let holds = match clause.test.holds(connection) {
            Holds::Yes => Some(true),
            Holds::No => Some(false),
            Holds::Unknown => None,
        };
        let (admits, found) = match &clause.test {
            CompiledTest::Peers(peers) => (
                list(peers, |peer| self.peer_text(peer)),
                self.party_text(peer, peers),
            ),
            CompiledTest::Ports(ports) => (
                list(ports, |port| self.port_text(*port)),
                port_found(connection),
            ),
            CompiledTest::NotPorts(ports) => (
                format!("not {}", list(ports, |port| self.port_text(*port))),
                port_found(connection),
            ),
            CompiledTest::End(test) => self.end_texts(test, connection),
            CompiledTest::Unknown(reason) => (reason.to_string(), String::new()),
            CompiledTest::Api(_) => (String::new(), String::new()),
            others => self.message_texts(others, connection),
        };
        ClauseFinding {
            path: self.clause_path(rule, clause),
            holds,
            admits,
            found,
        }
    }

    /// The field of a rule that states a clause; the rule itself where no field does.
    fn clause_path(&self, rule: &CompiledRule, clause: &CompiledClause) -> String {
        let (path, field) = (
            self.symbols.text(rule.path),
            self.symbols.text(clause.field),
        );
        if field.is_empty() {
            path.to_owned()
        } else {
            format!("{path}.{field}")
        }
    }

    pub(super) fn peer_text(&self, peer: &CompiledPeer) -> String {
        match peer {
            CompiledPeer::Workloads {
                namespaces,
                workloads,
            } => {
                let pods = match workloads {
                    CompiledSelector::Everything => "all pods".to_owned(),
                    selector => format!("pods with {}", self.selector_text(selector)),
                };
                match namespaces {
                    NamespaceTest::Any => format!("{pods} of every namespace"),
                    NamespaceTest::Named(name) => {
                        format!("{pods} of namespace {}", self.symbols.text(*name))
                    }
                    NamespaceTest::Matching(selector) => {
                        format!("{pods} of namespaces with {}", self.selector_text(selector))
                    }
                }
            }
            CompiledPeer::Block(block) => {
                let except: Vec<String> = block.except.iter().map(ToString::to_string).collect();
                match except.as_slice() {
                    [] => format!("addresses in {}", block.block),
                    _ => format!(
                        "addresses in {} but not in {}",
                        block.block,
                        except.join(", ")
                    ),
                }
            }
            CompiledPeer::Nodes(CompiledSelector::Everything) => "all nodes".to_owned(),
            CompiledPeer::Nodes(selector) => format!("nodes with {}", self.selector_text(selector)),
            CompiledPeer::Endpoints(endpoints) => {
                format!("endpoints with {}", self.match_text(endpoints))
            }
            CompiledPeer::Service { namespace, name } => format!(
                "endpoints of service {}/{}",
                self.symbols.text(*namespace),
                self.symbols.text(*name)
            ),
            CompiledPeer::Unknown(reason) => reason.to_string(),
        }
    }

    /// A selector in the notation of `kubectl get -l`.
    fn selector_text(&self, selector: &CompiledSelector) -> String {
        let text = |symbol: &Symbol| self.symbols.text(*symbol);
        let values = |values: &[Symbol]| values.iter().map(text).collect::<Vec<_>>().join(",");
        match selector {
            CompiledSelector::Everything => "any labels".to_owned(),
            CompiledSelector::Has(key) => text(key).to_owned(),
            CompiledSelector::Lacks(key) => format!("!{}", text(key)),
            CompiledSelector::Pair(pair) => self.pair_text(*pair),
            CompiledSelector::In(key, list) => format!("{} in ({})", text(key), values(list)),
            CompiledSelector::NotIn(key, list) => format!("{} notin ({})", text(key), values(list)),
            CompiledSelector::All(parts) => parts
                .iter()
                .map(|p| self.selector_text(p))
                .collect::<Vec<_>>()
                .join(","),
            CompiledSelector::Any(parts) => {
                let parts: Vec<String> = parts.iter().map(|p| self.selector_text(p)).collect();
                format!("({})", parts.join(" or "))
            }
            CompiledSelector::Not(inner) => format!("not ({})", self.selector_text(inner)),
        }
    }

    fn pair_text(&self, pair: Pair) -> String {
        format!(
            "{}={}",
            self.symbols.text(pair.key()),
            self.symbols.text(pair.value())
        )
    }

    pub(super) fn port_text(&self, port: CompiledPort) -> String {
        match port {
            CompiledPort::Range {
                protocol,
                first: 0,
                last: u16::MAX,
            } => format!("any {protocol}"),
            CompiledPort::Range {
                protocol,
                first,
                last,
            } if first == last => {
                format!("{protocol} {first}")
            }
            CompiledPort::Range {
                protocol,
                first,
                last,
            } => format!("{protocol} {first}-{last}"),
            CompiledPort::Named { protocol, name } => {
                let name = self.symbols.text(name);
                match protocol {
                    Some(protocol) => format!("{protocol} port named {name}"),
                    None => format!("port named {name}"),
                }
            }
        }
    }

    /// What a party is, as far as peers ask.
    fn party_text(&self, side: &Side<'_>, peers: &[CompiledPeer]) -> String {
        let name = self.side_name(side);
        match (side.party.place, side.who) {
            (Place::Outside, _) | (_, Who::Address(_)) => format!("{name}, outside the cluster"),
            (_, Who::Node(_)) | (Place::UnknownPod, _) => name,
            (Place::Host, _) => {
                format!(
                    "{name}, in its node's network{}",
                    address_text(&side.party, peers)
                )
            }
            (Place::Pod, _) => {
                let labels: Vec<String> = self.sorted_labels(side.party.labels);
                let labels = match labels.as_slice() {
                    [] => "without labels".to_owned(),
                    _ => format!("with {}", labels.join(",")),
                };
                format!("{name} {labels}{}", address_text(&side.party, peers))
            }
        }
    }

    pub(super) fn sorted_labels(&self, labels: &[Pair]) -> Vec<String> {
        let mut labels: Vec<String> = labels.iter().map(|pair| self.pair_text(*pair)).collect();
        labels.sort();
        labels
    }

    /// The name of a party in output.
    pub(super) fn side_name(&self, side: &Side<'_>) -> String {
        match side.who {
            Who::Workload(id) => self.workload_name(id),
            Who::Address(address) => address.to_string(),
            Who::Node(name) => format!("node {}", self.symbols.text(name)),
            Who::Described(described) => format!("a described pod of {}", described.namespace),
            Who::UnknownPod => "an unknown pod".to_owned(),
        }
    }

    fn workload_name(&self, id: crate::snapshot::WorkloadId) -> String {
        let named = self.workload(id).and_then(|slot| {
            let namespace = self.namespace(self.class(slot)?)?;
            Some((namespace.name, slot.name))
        });
        named.map_or_else(String::new, |(namespace, name)| {
            format!(
                "{}/{}",
                self.symbols.text(namespace),
                self.symbols.text(name)
            )
        })
    }

    /// A rule of an object, and how its parts fare with an API request.
    pub(super) fn api_finding(
        &self,
        object: &ObjectRef,
        rule: &CompiledRule,
        query: &ApiQuery<'_>,
        asked: &ApiPermission,
    ) -> RuleFinding {
        let Some(test) = rule.api() else {
            return self.finding(object, rule, Vec::new());
        };
        let permission = test.permission(&self.symbols);
        let failures = test.failures(query);
        let parts: &[ApiPart] = match query {
            ApiQuery::Resource { .. } => &[
                ApiPart::Verbs,
                ApiPart::Texts,
                ApiPart::Resources,
                ApiPart::Names,
            ],
            ApiQuery::Path { .. } => &[ApiPart::Verbs, ApiPart::Paths],
        };
        let clause = |part: &ApiPart| ClauseFinding {
            path: format!("{}.{}", self.symbols.text(rule.path), part.field()),
            holds: Some(!failures.contains(part)),
            admits: part.texts(&permission, "any name"),
            found: part.texts(asked, "no name"),
        };
        self.finding(object, rule, parts.iter().map(clause).collect())
    }

    fn finding(
        &self,
        object: &ObjectRef,
        rule: &CompiledRule,
        clauses: Vec<ClauseFinding>,
    ) -> RuleFinding {
        RuleFinding {
            object: rule.stated_by.as_deref().unwrap_or(object).clone(),
            path: self.symbols.text(rule.path).to_owned(),
            name: (rule.name != Symbol::NONE).then(|| self.symbols.text(rule.name).to_owned()),
            effect: rule.effect,
            clauses,
        }
    }
}

impl ApiPart {
    /// The field of a rule that states the part.
    fn field(self) -> &'static str {
        match self {
            Self::Verbs => "verbs",
            Self::Texts => "apiGroups",
            Self::Resources => "resources",
            Self::Names => "resourceNames",
            Self::Paths => "nonResourceURLs",
        }
    }

    fn texts(self, permission: &ApiPermission, no_name: &str) -> String {
        let list = match self {
            Self::Verbs => &permission.verbs,
            Self::Texts => &permission.groups,
            Self::Resources => &permission.resources,
            Self::Names => &permission.names,
            Self::Paths => &permission.paths,
        };
        let quoted = |text: &String| {
            if text.is_empty() {
                "\"\"".into()
            } else {
                text.clone()
            }
        };
        match (list.as_slice(), self) {
            ([], Self::Names) => no_name.to_owned(),
            ([], _) => "nothing".to_owned(),
            (list, _) => list.iter().map(quoted).collect::<Vec<String>>().join(", "),
        }
    }
}

/// A party's address, where any of the peers asks for one.
fn address_text(party: &Party<'_>, peers: &[CompiledPeer]) -> String {
    if !peers
        .iter()
        .any(|peer| matches!(peer, CompiledPeer::Block(_)))
    {
        return String::new();
    }
    match party.addresses().first() {
        Some(address) => format!(" at {address}"),
        None => ", whose address is not known".to_owned(),
    }
}

/// The protocol and port of a connection.
pub(super) fn port_found(connection: &Connection<'_>) -> String {
    if connection.protocol.has_ports() {
        format!("{} {}", connection.protocol, connection.port)
    } else {
        connection.protocol.to_string()
    }
}

/// Some alternatives in words.
pub(super) fn list<T>(alternatives: &[T], text: impl Fn(&T) -> String) -> String {
    if alternatives.is_empty() {
        return "nothing".to_owned();
    }
    let mut texts: Vec<String> = alternatives.iter().take(ALTERNATIVES).map(text).collect();
    if alternatives.len() > ALTERNATIVES {
        texts.push(format!("{} more", alternatives.len() - ALTERNATIVES));
    }
    texts.join(", or ")
}
