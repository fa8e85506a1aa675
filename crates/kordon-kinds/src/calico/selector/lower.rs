//! From an expression to a condition on endpoints.
//!
//! Calico gives every endpoint one set of labels (libcalico-go, `conversion` and
//! `updateprocessors`): its own; the namespace and service account by name; the labels of the
//! namespace under `pcns.`, those of the service account under `pcsa.`. Labels of a pod that begin
//! so are thrown away, so that nobody forges a namespace.

use kordon_core::model::{Attribute, EndpointMatch, ValueMatch};

use super::{Expression, Test};

/// The label that holds the namespace's name.
pub(in crate::calico) const NAMESPACE: &str = "projectcalico.org/namespace";

/// The label that holds the service account's name.
pub(in crate::calico) const ACCOUNT: &str = "projectcalico.org/serviceaccount";

/// The label that says who runs the workload.
const ORCHESTRATOR: &str = "projectcalico.org/orchestrator";

/// What the API names a namespace or service account by in selectors of their labels.
const NAME: &str = "projectcalico.org/name";

/// Whose labels a selector speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::calico) enum Space {
    /// The endpoint's.
    Endpoint,
    /// Its namespace's.
    Namespace,
    /// Its service account's.
    Account,
}

/// What a key of a space stands for.
pub(in crate::calico) fn attribute(space: Space, key: &str) -> Attribute {
    match space {
        Space::Namespace if key == NAME => Attribute::Namespace,
        Space::Namespace => Attribute::NamespaceLabel(key.to_owned()),
        Space::Account if key == NAME => Attribute::Account,
        Space::Account => Attribute::AccountLabel(key.to_owned()),
        Space::Endpoint => match (key.strip_prefix("pcns."), key.strip_prefix("pcsa.")) {
            (Some(key), _) => attribute(Space::Namespace, key),
            (_, Some(key)) => attribute(Space::Account, key),
            _ if key == NAMESPACE => Attribute::Namespace,
            _ if key == ACCOUNT => Attribute::Account,
            _ => Attribute::Label(key.to_owned()),
        },
    }
}

/// An endpoint that is in a namespace.
pub(in crate::calico) fn is_namespaced() -> EndpointMatch {
    EndpointMatch::Is(Attribute::Namespace, ValueMatch::Present)
}

impl Expression {
    /// The condition that the expression states about labels of a space.
    pub(in crate::calico) fn lower(&self, space: Space) -> EndpointMatch {
        let each = |parts: &[Self]| parts.iter().map(|part| part.lower(space)).collect();
        match self {
            // The selectors of namespaces and service accounts can only mean endpoints that have
            // one (`parseSelectorAttachPrefix`).
            Self::All if space != Space::Endpoint => is_namespaced(),
            Self::All => EndpointMatch::Everything,
            Self::Global => not(is_namespaced()),
            Self::Label(key, test) => label(space, key, test),
            Self::And(parts) => EndpointMatch::All(each(parts)),
            Self::Or(parts) => EndpointMatch::Any(each(parts)),
            Self::Not(inner) => not(inner.lower(space)),
        }
    }

    /// Whether `global()` stands anywhere in it.
    pub(in crate::calico) fn has_global(&self) -> bool {
        match self {
            Self::Global => true,
            Self::All | Self::Label(..) => false,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::has_global),
            Self::Not(inner) => inner.has_global(),
        }
    }
}

fn label(space: Space, key: &str, test: &Test) -> EndpointMatch {
    if space == Space::Endpoint && key == ORCHESTRATOR {
        return orchestrator(test);
    }
    test.lower(&attribute(space, key))
}

/// Every workload of Kubernetes has the value `k8s`, whatever its own label says; what is no
/// workload has what it is given.
fn orchestrator(test: &Test) -> EndpointMatch {
    let is_workload = || EndpointMatch::Is(Attribute::Account, ValueMatch::Present);
    let own = EndpointMatch::All(vec![
        not(is_workload()),
        test.lower(&Attribute::Label(ORCHESTRATOR.to_owned())),
    ]);
    if test.admits("k8s") {
        EndpointMatch::Any(vec![is_workload(), own])
    } else {
        own
    }
}

impl Test {
    fn lower(&self, attribute: &Attribute) -> EndpointMatch {
        let is = |value| EndpointMatch::Is(attribute.clone(), value);
        match self {
            Self::Has => is(ValueMatch::Present),
            Self::In(values) => is(ValueMatch::In(values.clone())),
            Self::NotIn(values) => not(is(ValueMatch::In(values.clone()))),
            Self::Contains(part) => is(ValueMatch::Contains(part.clone())),
            Self::StartsWith(part) => is(ValueMatch::StartsWith(part.clone())),
            Self::EndsWith(part) => is(ValueMatch::EndsWith(part.clone())),
        }
    }

    fn admits(&self, value: &str) -> bool {
        match self {
            Self::Has => true,
            Self::In(values) => values.iter().any(|known| known == value),
            Self::NotIn(values) => !values.iter().any(|known| known == value),
            Self::Contains(part) => value.contains(part),
            Self::StartsWith(part) => value.starts_with(part),
            Self::EndsWith(part) => value.ends_with(part),
        }
    }
}

fn not(inner: EndpointMatch) -> EndpointMatch {
    EndpointMatch::Not(Box::new(inner))
}
