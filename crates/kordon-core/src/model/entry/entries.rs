//! The statements of all objects about entry points, read together.

use std::collections::BTreeMap;

use super::{Entry, EntryPoint, Listener, Opening, Parent, Permit, ServiceMatch};
use crate::model::{NamespaceMatch, ObjectRef};

/// The statements of some objects about entry points.
#[derive(Clone, Debug, Default)]
pub struct Entries<'a> {
    points: Vec<(&'a ObjectRef, &'a EntryPoint)>,
    listeners: BTreeMap<&'a ObjectRef, Vec<&'a Listener>>,
    /// By the namespace whose services they are about.
    permits: BTreeMap<&'a str, Vec<&'a Permit>>,
}

/// Whether an entry point is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is not: it leads to another namespace without leave.
    NotPermitted,
    /// It is not: whatever it hangs on refuses it.
    Refused,
    /// Nothing is known of what it hangs on.
    Unknown,
    /// It is.
    Open,
}

/// Whether a parent accepts an entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attached {
    /// None of its listeners does.
    No,
    /// The parent is not among the objects.
    Unknown,
    /// One of its listeners does.
    Yes,
}

/// Whether a namespace, by its name, is among those that are meant.
type InNamespaces<'f> = dyn Fn(&str, &NamespaceMatch) -> bool + 'f;

impl<'a> FromIterator<(&'a ObjectRef, &'a Entry)> for Entries<'a> {
    fn from_iter<T: IntoIterator<Item = (&'a ObjectRef, &'a Entry)>>(statements: T) -> Self {
        let mut entries = Self::default();
        for (object, entry) in statements {
            match entry {
                Entry::Point(point) => entries.points.push((object, point)),
                Entry::Listener(listener) => {
                    entries.listeners.entry(object).or_default().push(listener);
                }
                Entry::Permit(permit) => {
                    let namespace = object.namespace.as_deref().unwrap_or_default();
                    entries.permits.entry(namespace).or_default().push(permit);
                }
            }
        }
        entries
    }
}

impl<'a> Entries<'a> {
    /// The entry points, in the order in which they were stated.
    pub fn points(&self) -> impl Iterator<Item = (&'a ObjectRef, &'a EntryPoint)> {
        self.points.iter().copied()
    }

    /// Whether an entry point of an object is open.
    pub fn standing(
        &self,
        object: &ObjectRef,
        point: &EntryPoint,
        in_namespaces: &InNamespaces<'_>,
    ) -> Standing {
        if !self.is_permitted(object, point) {
            return Standing::NotPermitted;
        }
        let Opening::Parents(parents) = &point.opening else {
            return Standing::Open;
        };
        let attached = parents
            .iter()
            .map(|parent| self.attached(object, point, parent, in_namespaces));
        match attached.max() {
            Some(Attached::Yes) => Standing::Open,
            Some(Attached::Unknown) => Standing::Unknown,
            Some(Attached::No) | None => Standing::Refused,
        }
    }

    /// Whether a parent accepts an entry point of an object.
    pub fn attached(
        &self,
        object: &ObjectRef,
        point: &EntryPoint,
        parent: &Parent,
        in_namespaces: &InNamespaces<'_>,
    ) -> Attached {
        let Some(listeners) = self.listeners.get(&parent.object) else {
            return Attached::Unknown;
        };
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let accepts = |listener: &&&Listener| {
            listener.is_meant(parent)
                && listener.admits_kind(object)
                && listener.shares_host(&point.hosts)
                && in_namespaces(namespace, &listener.namespaces)
        };
        match listeners.iter().find(accepts) {
            Some(_) => Attached::Yes,
            None => Attached::No,
        }
    }

    fn is_permitted(&self, object: &ObjectRef, point: &EntryPoint) -> bool {
        let own = object.namespace.as_deref().unwrap_or_default();
        if own == point.namespace {
            return true;
        }
        let permits = self.permits.get(point.namespace.as_str());
        permits.is_some_and(|permits| {
            permits.iter().any(|permit| {
                let is_from = |(group, kind, namespace): &(String, String, String)| {
                    **group == *object.group && **kind == *object.kind && namespace == own
                };
                let is_to = |to: &ServiceMatch| match to {
                    ServiceMatch::Any => true,
                    ServiceMatch::Named(name) => *name == point.service,
                };
                permit.from.iter().any(is_from) && permit.to.iter().any(is_to)
            })
        })
    }
}

impl Listener {
    fn is_meant(&self, parent: &Parent) -> bool {
        let is_named = |name: &String| *name == self.name;
        parent.listener.as_ref().is_none_or(is_named)
            && parent.port.is_none_or(|port| port == self.port)
    }

    fn admits_kind(&self, object: &ObjectRef) -> bool {
        let is_it =
            |(group, kind): &(String, String)| **group == *object.group && **kind == *object.kind;
        self.kinds.is_empty() || self.kinds.iter().any(is_it)
    }

    fn shares_host(&self, hosts: &[String]) -> bool {
        let shares = |own: &String| hosts.iter().any(|host| overlaps(own, host));
        hosts.is_empty() || self.host.as_ref().is_none_or(shares)
    }
}

/// Whether some host name is both. A first label `*` stands for one label or more.
fn overlaps(one: &str, other: &str) -> bool {
    match (one.strip_prefix('*'), other.strip_prefix('*')) {
        (None, None) => one.eq_ignore_ascii_case(other),
        (Some(suffix), None) => is_below(other, suffix),
        (None, Some(suffix)) => is_below(one, suffix),
        (Some(a), Some(b)) => ends_with(a, b) || ends_with(b, a),
    }
}

fn is_below(host: &str, suffix: &str) -> bool {
    host.len() > suffix.len() && ends_with(host, suffix)
}

fn ends_with(text: &str, suffix: &str) -> bool {
    text.to_ascii_lowercase()
        .ends_with(&suffix.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_overlap_where_a_wildcard_covers_the_other() {
        let cases = [
            ("a.example", "A.example", true),
            ("a.example", "b.example", false),
            ("*.example", "a.example", true),
            ("*.example", "a.b.example", true),
            ("*.example", "example", false),
            ("*.example", ".example", false),
            ("*.example", "aexample", false),
            ("*.b.example", "*.example", true),
            ("*.a.example", "*.b.example", false),
        ];
        for (one, other, expected) in cases {
            assert_eq!(overlaps(one, other), expected, "{one} {other}");
            assert_eq!(overlaps(other, one), expected, "{other} {one}");
        }
    }
}
