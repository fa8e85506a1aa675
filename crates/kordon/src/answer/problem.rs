//! Requests that name something that is not there: which of the names it is, and what was
//! probably meant.

use std::net::{IpAddr, Ipv4Addr};

use kordon_core::model::{ObjectRef, Protocol};
use kordon_core::{ConnectionRequest, Endpoint, Port, Problem, Request};
use kordon_syntax::similar;

use crate::engine::Engine;
use crate::position::Contribution;
use crate::request::{ConnectionSpec, EndpointSpec, RequestSpec};

/// The problem in one line, with the name that causes it.
pub(super) fn text(engine: &Engine, request: &RequestSpec, problem: Problem) -> String {
    let connection = match request {
        RequestSpec::Connection(connection) => connection,
        RequestSpec::Http(http) => &http.connection,
        RequestSpec::Api(_) => return problem.to_string(),
    };
    match culprit(engine, connection, problem) {
        Some(endpoint) => format!("`{endpoint}`: {problem}{}", hint(engine, endpoint, problem)),
        None => problem.to_string(),
    }
}

/// The end of a connection that causes a problem.
fn culprit<'a>(
    engine: &Engine,
    connection: &'a ConnectionSpec,
    problem: Problem,
) -> Option<&'a EndpointSpec> {
    match problem {
        Problem::NoSuchWorkload
        | Problem::AmbiguousWorkload
        | Problem::NoSuchNode
        | Problem::NoSuchAccount => {
            let ends = [&connection.from, &connection.to];
            ends.into_iter()
                .find(|end| problem_of_source(engine, end) == Some(problem))
        }
        Problem::ServiceAsSource => Some(&connection.from),
        Problem::RefusedPath => None,
        _ => Some(&connection.to),
    }
}

/// The problem that an end has as a source, where the other end has none.
fn problem_of_source(engine: &Engine, end: &EndpointSpec) -> Option<Problem> {
    let request = ConnectionRequest {
        from: end.as_endpoint(),
        to: Endpoint::Address(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        protocol: Protocol::TCP,
        port: Port::Number(1),
        session: None,
    };
    engine.decide(&Request::Connection(request)).problem
}

/// What was probably meant.
fn hint(engine: &Engine, end: &EndpointSpec, problem: Problem) -> String {
    let (EndpointSpec::Named(namespace, name)
    | EndpointSpec::Pod(namespace, name)
    | EndpointSpec::Service(namespace, name)
    | EndpointSpec::Workload(namespace, _, name)) = end
    else {
        return String::new();
    };
    let place = format!("{namespace}/{name}");
    let workloads = || engine.objects(Contribution::Workload);
    let services = || engine.objects(Contribution::Service);
    let (wanted, others): (Vec<&ObjectRef>, Vec<&ObjectRef>) = match problem {
        Problem::NoSuchWorkload => (workloads(), services()),
        Problem::NoSuchService => (services(), workloads()),
        _ => return String::new(),
    };
    if let Some(other) = others.iter().find(|other| place_of(other) == place) {
        let kind = other.kind.to_lowercase();
        return format!(
            "; for the {} of this name write `{kind}:{place}`",
            other.kind
        );
    }
    let places: Vec<String> = wanted.iter().map(|object| place_of(object)).collect();
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    match similar(&place, &places) {
        // The same name can be of another kind.
        Some(found) if found == place => String::new(),
        Some(found) => format!("; did you mean `{found}`?"),
        None => String::new(),
    }
}

fn place_of(object: &ObjectRef) -> String {
    format!(
        "{}/{}",
        object.namespace.as_deref().unwrap_or_default(),
        object.name
    )
}
