//! The engine on plain Kubernetes objects, and its answers in the terms of the references.

use kordon::{Cluster, Direction, Engine, Explanation, Options, RequestSpec, Verdict};
use kordon_testkit::reference::network;
use serde_json::Value;

/// The engine over objects.
pub(crate) fn engine(objects: &[Value], options: Options) -> Engine {
    Engine::with_options(&cluster(objects), options)
}

/// The objects as the facade reads them.
pub(crate) fn cluster(objects: &[Value]) -> Cluster {
    let mut cluster = Cluster::new();
    for object in objects {
        cluster.read_value("world", object);
    }
    cluster
}

/// A request in compact form or as a review.
pub(crate) fn read(request: &Value) -> RequestSpec {
    RequestSpec::from_json(request).unwrap_or_else(|error| panic!("{request}: {error}"))
}

/// What an explanation says about one side of a connection. Where no policy applies, it passes.
pub(crate) fn side(explanation: &Explanation, direction: Direction) -> network::Side {
    let plane = explanation
        .planes
        .iter()
        .find(|plane| plane.direction == Some(direction))
        .unwrap_or_else(|| panic!("no {direction} in {explanation:?}"));
    let verdict = match plane.verdict {
        Verdict::Allow | Verdict::NotApplicable => network::Verdict::Allow,
        Verdict::Deny => network::Verdict::Deny,
        Verdict::Unknown => network::Verdict::Unknown,
    };
    network::Side {
        verdict,
        explicit: plane.explicit,
    }
}

/// What an explanation says about both sides.
pub(crate) fn sides(explanation: &Explanation) -> network::Sides {
    network::Sides {
        egress: side(explanation, Direction::Egress),
        ingress: side(explanation, Direction::Ingress),
        allowed: explanation.decision.is_allowed(),
    }
}
