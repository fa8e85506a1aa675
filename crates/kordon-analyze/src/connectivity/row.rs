//! The rows of a map: who reaches whom, and how.
//!
//! Owns the walk over all pairs. Must not know how answers of sides come about.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::answer::{Answer, SideAnswer};
use super::cut::{AddressRange, joined};
use super::side::{AnswerId, DENIED, NOT_GUARDED};
use super::{Connectivity, Workload};

/// One end of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A workload, by its place in [`Connectivity::workloads`].
    Workload(usize),
    /// Addresses outside the cluster, ascending.
    Outside(Vec<AddressRange>),
    /// Whoever opens connections at entry points on behalf of the outside: a pod of which nothing
    /// is known.
    Entry,
}

/// Connections that are allowed, or of which it is not known, from one end to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who opens them.
    pub from: Peer,
    /// Where they go.
    pub to: Peer,
    /// Their ports.
    pub answer: Arc<Answer>,
}

/// Whose rows come together.
#[derive(Clone, Copy)]
enum Source {
    Workload(usize),
    Outside,
    Entry,
}

/// How answers of two sides meet, each pair of answers once.
#[derive(Debug, Default)]
pub(super) struct Memo(FxHashMap<(AnswerId, AnswerId), Arc<Answer>>);

impl Connectivity {
    /// All rows: first by the source, then by the destination, workloads in their order before
    /// what is outside, and what comes in by entry points last. Left out are pairs of which everything is denied, workloads with
    /// themselves, and pairs of which no policy guards either end, such as two nodes.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        let mut memo = Memo::default();
        let sources = (0..self.workloads.len()).map(Source::Workload);
        let sources = sources.chain([Source::Outside, Source::Entry]);
        sources.flat_map(move |from| match from {
            Source::Workload(from) => self.rows_from(from, &mut memo),
            Source::Outside => self.rows_from_outside(&mut memo),
            Source::Entry => self.rows_from_entry(&mut memo),
        })
    }

    fn rows_from(&self, from: usize, memo: &mut Memo) -> Vec<Row> {
        let mut rows = Vec::new();
        let Some(source) = self.workloads.get(from) else {
            return rows;
        };
        for (to, destination) in self.workloads.iter().enumerate() {
            let is_guarded = source.is_guarded || destination.is_guarded;
            if to == from || !is_guarded {
                continue;
            }
            let answer = self.meet(&source.atoms, &destination.atoms, memo);
            if !answer.is_denied() {
                rows.push(Row {
                    from: Peer::Workload(from),
                    to: Peer::Workload(to),
                    answer,
                });
            }
        }
        let outside = self.by_answer(source, |atom| self.meet(&source.atoms, &[atom], memo));
        rows.extend(outside.into_iter().map(|(answer, ranges)| Row {
            from: Peer::Workload(from),
            to: Peer::Outside(ranges),
            answer,
        }));
        rows
    }

    fn rows_from_outside(&self, memo: &mut Memo) -> Vec<Row> {
        let mut rows = Vec::new();
        for (to, destination) in self.workloads.iter().enumerate() {
            let answer = |atom| self.meet(&[atom], &destination.atoms, memo);
            let outside = self.by_answer(destination, answer);
            rows.extend(outside.into_iter().map(|(answer, ranges)| Row {
                from: Peer::Outside(ranges),
                to: Peer::Workload(to),
                answer,
            }));
        }
        rows
    }

    /// The addresses outside by a guarded workload's answer, in the order of the lowest ones.
    fn by_answer(
        &self,
        workload: &Workload,
        mut answer: impl FnMut(usize) -> Arc<Answer>,
    ) -> Vec<(Arc<Answer>, Vec<AddressRange>)> {
        let mut groups: Vec<(Arc<Answer>, Vec<AddressRange>)> = Vec::new();
        if !workload.is_guarded {
            return groups;
        }
        let mut known: FxHashMap<Arc<Answer>, usize> = FxHashMap::default();
        for (atom, range) in (self.inside..).zip(&self.cells) {
            let answer = answer(atom);
            if answer.is_denied() {
                continue;
            }
            let group = *known.entry(Arc::clone(&answer)).or_insert(groups.len());
            match groups.get_mut(group) {
                Some((_, ranges)) => ranges.push(*range),
                None => groups.push((answer, vec![*range])),
            }
        }
        for (_, ranges) in &mut groups {
            *ranges = joined(std::mem::take(ranges));
        }
        groups
    }

    /// What is allowed between all of some atoms and all of others.
    pub(super) fn meet(&self, from: &[usize], to: &[usize], memo: &mut Memo) -> Arc<Answer> {
        let pairs = from
            .iter()
            .flat_map(|from| to.iter().map(move |to| (*from, *to)));
        let mut total: Option<Arc<Answer>> = None;
        for (from, to) in pairs {
            let answer = self.meet_atoms(from, to, memo);
            total = Some(match total {
                None => answer,
                Some(known) if known == answer => known,
                Some(known) => Arc::new(known.and(&answer)),
            });
        }
        total.unwrap_or_default()
    }

    pub(super) fn meet_atoms(&self, from: usize, to: usize, memo: &mut Memo) -> Arc<Answer> {
        let egress = self.egress(from, to);
        let ids = match egress {
            DENIED => (DENIED, NOT_GUARDED),
            egress => (egress, self.ingress(from, to)),
        };
        if let Some(known) = memo.0.get(&ids) {
            return Arc::clone(known);
        }
        let side = |id: AnswerId| {
            let index = usize::try_from(id).ok();
            let answer = index.and_then(|index| self.answers.get(index));
            answer.cloned().unwrap_or_else(SideAnswer::denied)
        };
        let answer = Arc::new(side(ids.0).meet(&side(ids.1), self.posture));
        memo.0.insert(ids, Arc::clone(&answer));
        answer
    }
}
