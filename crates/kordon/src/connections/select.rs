//! Which rows of the map are wanted.

use std::collections::BTreeSet;
use std::net::IpAddr;

use kordon_analyze::connectivity::{Peer, Row};

use super::Connections;
use crate::request::shorthand::INGRESS_CONTROLLER;
use crate::request::{RequestError, shorthand};

/// What rows are wanted. An empty list wants all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One end is among these.
    pub focus: Vec<Selection>,
    /// The source is among these.
    pub from: Vec<Selection>,
    /// The destination is among these.
    pub to: Vec<Selection>,
    /// What is done with rows of nodes.
    pub nodes: Nodes,
}

/// What is done with rows of which an end is a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nodes {
    /// They are left out, unless a selection names nodes.
    #[default]
    Omitted,
    /// They are kept.
    Kept,
}

/// Ends that were named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These workloads and nodes, by their places in the map.
    Workloads(BTreeSet<usize>),
    /// Everything outside the cluster.
    Outside,
    /// What comes in by entry points.
    Entry,
    /// The addresses outside that are alike to this one.
    Address(IpAddr),
}

impl Connections<'_> {
    /// What a word names: an endpoint as [`shorthand::endpoint`] reads it, `NAMESPACE/*` for all
    /// workloads of a namespace, `outside`, or `ingress-controller` for what comes in by entry
    /// points.
    ///
    /// # Errors
    /// What was expected.
    pub fn select(&self, word: &str, namespace: Option<&str>) -> Result<Selection, RequestError> {
        if word == "outside" {
            return Ok(Selection::Outside);
        }
        if word == INGRESS_CONTROLLER {
            return Ok(Selection::Entry);
        }
        if let Some(namespace) = word.strip_suffix("/*") {
            return self.select_namespace(namespace);
        }
        let spec = shorthand::endpoint(word, namespace)?;
        let names = self.engine.snapshot().names_of(&spec.as_endpoint());
        let names = names.map_err(|problem| {
            RequestError::new("", format!("`{word}` cannot be selected: {problem}"))
        })?;
        Ok(match (spec, names.as_slice()) {
            (crate::EndpointSpec::Address(address), []) => Selection::Address(address),
            _ => Selection::Workloads(names.iter().filter_map(|n| self.map.find(n)).collect()),
        })
    }

    fn select_namespace(&self, namespace: &str) -> Result<Selection, RequestError> {
        let workloads = self.map.workloads().iter().enumerate();
        let of: BTreeSet<usize> = workloads
            .filter(|(_, workload)| workload.name.namespace == namespace)
            .map(|(index, _)| index)
            .collect();
        if of.is_empty() {
            let message = format!("no workload of namespace `{namespace}` is known");
            return Err(RequestError::new("", message));
        }
        Ok(Selection::Workloads(of))
    }

    pub(super) fn is_chosen(&self, filter: &Filter, row: &Row) -> bool {
        let among = |list: &[Selection], peer: &Peer| list.iter().any(|one| one.holds(peer));
        let is_wanted = |list: &[Selection], peer: &Peer| list.is_empty() || among(list, peer);
        let is_focused = is_wanted(&filter.focus, &row.from) || among(&filter.focus, &row.to);
        let named = [&filter.focus, &filter.from, &filter.to];
        let is_kept = |peer: &Peer| {
            filter.nodes == Nodes::Kept
                || !self.is_node(peer)
                || named.iter().any(|list| among(list, peer))
        };
        is_focused
            && is_wanted(&filter.from, &row.from)
            && is_wanted(&filter.to, &row.to)
            && is_kept(&row.from)
            && is_kept(&row.to)
    }

    fn is_node(&self, peer: &Peer) -> bool {
        let Peer::Workload(index) = peer else {
            return false;
        };
        let workload = self.map.workloads().get(*index);
        workload.is_some_and(|workload| workload.name.namespace.is_empty())
    }

    /// How many nodes the map has.
    pub fn nodes(&self) -> usize {
        let workloads = self.map.workloads().iter();
        workloads
            .filter(|workload| workload.name.namespace.is_empty())
            .count()
    }
}

impl Selection {
    fn holds(&self, peer: &Peer) -> bool {
        match (self, peer) {
            (Self::Workloads(chosen), Peer::Workload(index)) => chosen.contains(index),
            (Self::Outside, Peer::Outside(_)) | (Self::Entry, Peer::Entry) => true,
            (Self::Address(address), Peer::Outside(ranges)) => {
                ranges.iter().any(|range| range.contains(*address))
            }
            _ => false,
        }
    }
}
