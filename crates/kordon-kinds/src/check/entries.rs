//! Entry points that lead nowhere, or that nothing opens.

use std::collections::{BTreeMap, BTreeSet};

use kordon_core::model::{
    Attached, Entries, Entry, EntryPoint, EntryPort, Item, NamespaceMatch, Opening, Service,
    Standing, TargetPort,
};
use kordon_syntax::{Diagnostic, FieldPath, Severity, quoted};

use super::Finding;
use super::inventory::Inventory;
use crate::codes;
use crate::lower::Located;
use crate::matching::selects;

/// What entry points of all objects refer to.
pub(super) struct Doors<'a> {
    entries: Entries<'a>,
    services: BTreeMap<(&'a str, &'a str), &'a Service>,
}

impl<'a> Doors<'a> {
    pub(super) fn of(objects: &[&'a Located]) -> Self {
        let items = || {
            let each = objects.iter().map(|located| &located.object);
            each.flat_map(|object| object.items.iter().map(move |item| (&object.id, item)))
        };
        let entries = items().filter_map(|(id, item)| match item {
            Item::Entry(entry) => Some((id, entry)),
            _ => None,
        });
        let services = items().filter_map(|(_, item)| match item {
            Item::Service(service) => Some(((&*service.namespace, &*service.name), service)),
            _ => None,
        });
        Self {
            entries: entries.collect(),
            services: services.collect(),
        }
    }

    /// Reports what is wrong with the entry points of one object, each problem once.
    pub(super) fn check(
        &self,
        located: &Located,
        inventory: &Inventory<'_>,
        out: &mut Vec<Diagnostic>,
    ) {
        let mut seen = BTreeSet::new();
        for item in &located.object.items {
            let Item::Entry(Entry::Point(point)) = item else {
                continue;
            };
            let findings = self
                .backend_finding(located, point)
                .into_iter()
                .chain(self.parent_findings(located, point, inventory));
            out.extend(
                findings
                    .filter(|finding| seen.insert((finding.code.0, finding.message.clone())))
                    .map(|finding| finding.about(located)),
            );
        }
    }

    fn backend_finding(&self, located: &Located, point: &EntryPoint) -> Option<Finding<'static>> {
        let EntryPoint {
            namespace, service, ..
        } = point;
        let object = &located.object.id;
        // Whether anything accepts the object is another question, with findings of its own.
        let anywhere = |_: &str, _: &NamespaceMatch| true;
        if self.entries.standing(object, point, &anywhere) == Standing::NotPermitted {
            return Some(warning(
                codes::NOT_PERMITTED,
                format!(
                    "no ReferenceGrant of {namespace} lets this {} lead there",
                    object.kind
                ),
                &point.path,
                "leads to another namespace without leave",
                format!("add a ReferenceGrant to namespace {}", quoted(namespace)),
            ));
        }
        let Some(known) = self.services.get(&(namespace.as_str(), service.as_str())) else {
            return Some(warning(
                codes::DANGLING_SERVICE,
                format!("the input holds no Service {namespace}/{service}, so nothing is served"),
                &point.path,
                "leads to a missing service",
                "add the service to the input, or correct its name".to_owned(),
            ));
        };
        (!has_port(known, point)).then(|| {
            warning(
                codes::DANGLING_PORT,
                format!("Service {namespace}/{service} has no {}", port_text(point)),
                &point.path,
                "leads to a missing port",
                format!("write a port of the service: {}", ports_text(known)),
            )
        })
    }

    fn parent_findings(
        &self,
        located: &Located,
        point: &EntryPoint,
        inventory: &Inventory<'_>,
    ) -> Vec<Finding<'static>> {
        let Opening::Parents(parents) = &point.opening else {
            return Vec::new();
        };
        let object = &located.object.id;
        let in_namespaces = |name: &str, wanted: &NamespaceMatch| match wanted {
            NamespaceMatch::Named(named) => named == name,
            NamespaceMatch::Matching(selector) => selects(selector, &inventory.labels_of(name)),
        };
        let finding = |parent: &kordon_core::model::Parent| {
            let attached = self.entries.attached(object, point, parent, &in_namespaces);
            let gateway = &parent.object;
            match attached {
                Attached::Yes => None,
                Attached::Unknown => Some(Finding {
                    severity: Severity::Note,
                    ..warning(
                        codes::DANGLING_PARENT,
                        format!("the input holds no {gateway}: whether it accepts this {} is not known", object.kind),
                        &parent.path,
                        "hangs on a missing object",
                        format!("add {gateway} to the input"),
                    )
                }),
                Attached::No => Some(warning(
                    codes::NOT_ATTACHED,
                    format!("no listener of {gateway} accepts this {}", object.kind),
                    &parent.path,
                    "accepted by no listener",
                    "a listener accepts it that has the name and port asked for, allows its kind and namespace, and shares a host name".to_owned(),
                )),
            }
        };
        parents.iter().filter_map(finding).collect()
    }
}

fn warning(
    code: kordon_syntax::Code,
    message: String,
    path: &FieldPath,
    label: &'static str,
    help: String,
) -> Finding<'static> {
    Finding {
        code,
        severity: Severity::Warning,
        message,
        path: Some(path.clone()),
        label,
        help,
    }
}

fn has_port(service: &Service, point: &EntryPoint) -> bool {
    let mut ports = service
        .ports
        .iter()
        .filter(|port| port.port.protocol == point.protocol);
    match &point.port {
        EntryPort::All => ports.next().is_some(),
        EntryPort::Number(number) => ports.any(|port| port.port.port == *number),
        EntryPort::Name(name) => ports.any(|port| port.port.name == *name),
        // What a name of the workloads' ports leads to is theirs to say.
        EntryPort::Leading(TargetPort::Number(number)) => ports.any(|port| {
            port.port.port == *number
                || port.target == TargetPort::Number(*number)
                || matches!(port.target, TargetPort::Name(_))
        }),
        EntryPort::Leading(name) => ports.any(|port| {
            port.target == *name
                || matches!(name, TargetPort::Name(name) if *name == port.port.name)
        }),
    }
}

fn port_text(point: &EntryPoint) -> String {
    let protocol = point.protocol;
    match &point.port {
        EntryPort::All => format!("{protocol} port"),
        EntryPort::Number(number) | EntryPort::Leading(TargetPort::Number(number)) => {
            format!("{protocol} port `{number}`")
        }
        EntryPort::Name(name) | EntryPort::Leading(TargetPort::Name(name)) => {
            format!("{protocol} port {}", quoted(name))
        }
    }
}

fn ports_text(service: &Service) -> String {
    let text = |port: &kordon_core::model::ServicePort| match port.port.name.as_str() {
        "" => format!("{} {}", port.port.protocol, port.port.port),
        name => format!("{} {} ({name})", port.port.protocol, port.port.port),
    };
    let ports: Vec<String> = service.ports.iter().map(text).collect();
    ports.join(", ")
}
