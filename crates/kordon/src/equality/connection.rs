//! From connections that differ to requests.

use kordon_analyze::connectivity::ChangedEnd;
use kordon_analyze::equivalence::{Witness, WitnessEnd};
use kordon_core::view::EndName;

use crate::connections::{questions, unused_address};
use crate::engine::Engine;
use crate::request::{ConnectionSpec, EndpointSpec, PortSpec, RequestSpec};

/// Requests that may show a difference, those between workloads that exist first.
pub(super) fn requests<'e>(
    old: &'e Engine,
    new: &'e Engine,
    witness: &Witness,
) -> impl Iterator<Item = RequestSpec> + use<'e> {
    let own = RequestSpec::Connection(ConnectionSpec {
        from: endpoint(&witness.from),
        to: endpoint(&witness.to),
        protocol: witness.protocol,
        port: PortSpec::Number(witness.port),
        session: None,
    });
    existing(old, new).chain(std::iter::once(own))
}

/// Why a difference that was found may be none.
pub(super) fn doubt(witness: &Witness) -> String {
    format!(
        "the difference between {} and {} could not be shown by a request",
        endpoint(&witness.from),
        endpoint(&witness.to)
    )
}

/// Requests between workloads that exist, or addresses, at which the two maps differ.
fn existing<'e>(old: &'e Engine, new: &'e Engine) -> impl Iterator<Item = RequestSpec> + use<'e> {
    let (maps, others) = (old.connections(), new.connections());
    let changes = maps.map().changes_to(others.map()).into_iter();
    changes.flat_map(move |change| {
        let ends = [&change.from, &change.to].map(|end| match end {
            ChangedEnd::Workload(name) => Some(named(name)),
            ChangedEnd::Outside(ranges) => unused_address(new, ranges),
            ChangedEnd::Entry => Some(EndpointSpec::IngressController),
        });
        let [Some(from), Some(to)] = ends else {
            return Vec::new();
        };
        let (old, new) = (change.old.allowed(), change.new.allowed());
        let ports = old.difference(&new).union(&new.difference(&old));
        let questions = questions(&from, &to, &ports);
        questions.map(RequestSpec::Connection).collect::<Vec<_>>()
    })
}

fn endpoint(end: &WitnessEnd) -> EndpointSpec {
    match end {
        WitnessEnd::Named(name) => named(name),
        WitnessEnd::Outside(address) => EndpointSpec::Address(*address),
        WitnessEnd::Described(workload) => EndpointSpec::Described(workload.clone()),
    }
}

/// A workload by its whole name, so that it is the same one in both clusters.
fn named(name: &EndName) -> EndpointSpec {
    let EndName {
        namespace,
        kind,
        name,
    } = name.clone();
    match kind.as_str() {
        "Node" if namespace.is_empty() => EndpointSpec::Node(name),
        "Pod" => EndpointSpec::Pod(namespace, name),
        _ => EndpointSpec::Workload(namespace, kind, name),
    }
}
