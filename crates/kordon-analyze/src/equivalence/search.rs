//! The search for a connection that two snapshots answer differently.
//!
//! First each side alone: where the policies of a class differ, its answers to all peers are
//! compared. Where no answer of a side differs, no connection does. Where one does, the other side
//! may still keep the connection away in both, so that the pair is looked at as a whole.

use std::collections::BTreeSet;
use std::rc::Rc;

use kordon_core::rule::Direction;
use kordon_core::view::{End, EndName};
use kordon_core::{Posture, Snapshot};

use super::known::Known;
use super::part::Part;
use super::{Doubt, Witness, difference, doubts};
use crate::connectivity::Answer;
use crate::connectivity::pair::{between, side};
use crate::landscape::{Class, Described, Landscape, Side};
use crate::space::{Region, Test, TooMany};

/// So many answers of single sides are compared.
const SIDES: usize = 1_000_000;

/// So many pairs are looked at as a whole.
const PAIRS: usize = 50_000;

/// The smallest difference, and what keeps its absence from being a proof.
pub(super) fn search(old: &Snapshot, new: &Snapshot) -> (Option<Witness>, Vec<Doubt>) {
    let mut search = Search::new(old, new);
    if search.run() == Err(TooMany) {
        search.doubts.insert(Doubt::TooMany);
    }
    let best = search.best.map(|(_, witness)| witness);
    (best, search.doubts.into_iter().collect())
}

struct Search<'s> {
    land: Landscape<'s>,
    known: [Known<'s>; 2],
    /// What any workload may meet: addresses, and what is in the network of a node.
    others: Vec<Part>,
    /// What the snapshots know differently.
    changed: Vec<EndName>,
    sides: usize,
    pairs: usize,
    best: Option<(usize, Witness)>,
    doubts: BTreeSet<Doubt>,
}

/// A side whose answer to a peer differs.
struct Difference {
    direction: Direction,
    class: usize,
    own: Region,
    peer: Region,
}

impl<'s> Search<'s> {
    fn new(old: &'s Snapshot, new: &'s Snapshot) -> Self {
        let land = Landscape::of(&[old, new]);
        let known = [Known::of(old), Known::of(new)];
        let [first, second] = &known;
        let names: BTreeSet<&EndName> = first.names().chain(second.names()).collect();
        let is_changed = |name: &EndName| first.facts(name) != second.facts(name);
        let is_host = |name: &EndName| first.facts(name).iter().any(|facts| facts.is_host);
        let changed = names.iter().filter(|name| is_changed(name));
        let hosts = names
            .iter()
            .filter(|name| !is_changed(name) && is_host(name));
        let hosts = hosts.map(|name| Part::Named((*name).clone()));
        let others = land.outside().into_iter().map(Part::Outside).chain(hosts);
        Self {
            changed: changed.map(|name| (*name).clone()).collect(),
            others: others.collect(),
            doubts: doubts::of_sets(&land),
            known,
            land,
            sides: 0,
            pairs: 0,
            best: None,
        }
    }

    fn run(&mut self) -> Result<(), TooMany> {
        let classes = self.land.classes()?;
        let mut differences = Vec::new();
        for (number, class) in classes.iter().enumerate() {
            for direction in [Direction::Egress, Direction::Ingress] {
                differences.extend(self.compare_sides(number, class, direction)?);
            }
        }
        for name in self.changed.clone() {
            self.compare_named(&name, &classes)?;
        }
        if self.best.is_none() {
            for difference in differences {
                self.compare_pairs(&difference, &classes)?;
            }
        }
        Ok(())
    }

    /// The peers to which one side of a class gives different answers.
    fn compare_sides(
        &mut self,
        number: usize,
        class: &Class,
        direction: Direction,
    ) -> Result<Vec<Difference>, TooMany> {
        let side = self.side_of(class, direction);
        if side
            .stages
            .windows(2)
            .all(|pair| pair.first() == pair.last())
        {
            return Ok(Vec::new());
        }
        self.doubts.extend(doubts::of_side(&side));
        let own = self.land.parts(&class.regions, &side.own)?;
        let peers = self.land.parts(&[Region::default()], &side.peer)?;
        let mut differences = Vec::new();
        for own in own {
            let described = self.land.describe(&own);
            let guarded = Part::Described(Rc::clone(&described));
            for region in &peers {
                let peer = Part::Described(self.land.describe(region));
                if self.look_at_side(&guarded, &peer, direction)? {
                    differences.push(Difference {
                        direction,
                        class: number,
                        own: own.clone(),
                        peer: region.clone(),
                    });
                }
            }
            let guarded = self.variants(&described, side.asks_address);
            for peer in self.others.clone() {
                for guarded in &guarded {
                    self.look_at_side(guarded, &peer, direction)?;
                }
            }
        }
        Ok(differences)
    }

    fn side_of(&mut self, class: &Class, direction: Direction) -> Side {
        let described = class
            .regions
            .first()
            .map(|region| self.land.describe(region));
        let part = described.map(Part::Described);
        let ends = |version: usize| part.as_ref().map(|part| self.ends(version, part));
        let ends = [ends(0).unwrap_or_default(), ends(1).unwrap_or_default()];
        self.land.side(&ends, direction)
    }

    /// Whether one side answers a peer differently. If so the pair is looked at as a whole.
    fn look_at_side(
        &mut self,
        guarded: &Part,
        peer: &Part,
        direction: Direction,
    ) -> Result<bool, TooMany> {
        count(&mut self.sides, SIDES)?;
        let peer = &self.apart(guarded, peer);
        let answers = |version: usize| {
            let (guarded, peers) = (self.ends(version, guarded), self.ends(version, peer));
            let posture = self.posture(version);
            let pairs = guarded
                .iter()
                .flat_map(|guarded| peers.iter().map(move |peer| (guarded, peer)));
            pairs
                .map(|(guarded, peer)| side(guarded, peer, direction, posture).verdicts())
                .collect::<Vec<_>>()
        };
        if answers(0) == answers(1) {
            return Ok(false);
        }
        match direction {
            Direction::Egress => self.look_at(guarded, peer),
            Direction::Ingress => self.look_at(peer, guarded),
        }?;
        Ok(true)
    }

    /// Looks for a pair of which the other side lets a difference show.
    fn compare_pairs(&mut self, difference: &Difference, classes: &[Class]) -> Result<(), TooMany> {
        let peer = &difference.peer;
        let Some(class) = classes.get(difference.class) else {
            return Ok(());
        };
        let opposite = match difference.direction {
            Direction::Egress => Direction::Ingress,
            Direction::Ingress => Direction::Egress,
        };
        let near = self.side_of(class, difference.direction);
        for other in classes {
            let far = self.side_of(other, opposite);
            let theirs = self.alike(&other.regions, peer, &near.peer, &far.own)?;
            if theirs.is_empty() {
                continue;
            }
            let ours = self.alike(&class.regions, &difference.own, &near.own, &far.peer)?;
            for (own, peer) in ours
                .iter()
                .flat_map(|own| theirs.iter().map(move |peer| (own, peer)))
            {
                match difference.direction {
                    Direction::Egress => self.look_at(own, peer),
                    Direction::Ingress => self.look_at(peer, own),
                }?;
            }
        }
        Ok(())
    }

    /// The parts of regions of which tests say what they say of another region, divided further
    /// by more tests.
    fn alike(
        &mut self,
        regions: &[Region],
        like: &Region,
        tests: &[Test],
        more: &[Test],
    ) -> Result<Vec<Part>, TooMany> {
        let mut parts = Vec::new();
        for region in regions {
            let all = tests.iter().chain(more);
            for part in self.land.space.divide(region.clone(), all)? {
                if self.land.says(&part, tests) == self.land.says(like, tests) {
                    parts.push(Part::Described(self.land.describe(&part)));
                }
            }
        }
        Ok(parts)
    }

    /// Looks at all connections of a workload that the snapshots know differently.
    fn compare_named(&mut self, name: &EndName, classes: &[Class]) -> Result<(), TooMany> {
        let named = Part::Named(name.clone());
        let others = self.others.clone().into_iter();
        let changed = self.changed.iter().filter(|other| *other != name);
        let changed: Vec<Part> = changed.cloned().map(Part::Named).collect();
        for other in others.chain(changed) {
            self.look_at(&named, &other)?;
            self.look_at(&other, &named)?;
        }
        let sides = |search: &Self, direction| {
            let ends = [search.ends(0, &named), search.ends(1, &named)];
            search.land.side(&ends, direction)
        };
        let (egress, ingress) = (
            sides(self, Direction::Egress),
            sides(self, Direction::Ingress),
        );
        for side in [&egress, &ingress] {
            self.doubts.extend(doubts::of_side(side));
        }
        for class in classes {
            let (theirs, back) = (
                self.side_of(class, Direction::Ingress),
                self.side_of(class, Direction::Egress),
            );
            let asked = [&egress.peer, &ingress.peer, &theirs.own, &back.own];
            let tests: Vec<_> = asked.into_iter().flatten().cloned().collect();
            let sides = [&egress, &ingress, &theirs, &back];
            let asks_address = sides.iter().any(|side| side.asks_address);
            for region in self.land.parts(&class.regions, &tests)? {
                let described = self.land.describe(&region);
                for other in self.variants(&described, asks_address) {
                    self.look_at(&named, &other)?;
                    self.look_at(&other, &named)?;
                }
            }
        }
        Ok(())
    }

    /// A workload, where it matters also with an address of each family.
    fn variants(&self, of: &Rc<Described>, asks_address: bool) -> Vec<Part> {
        let variants = if asks_address {
            self.land.in_families(of)
        } else {
            vec![Rc::clone(of)]
        };
        variants.into_iter().map(Part::Described).collect()
    }

    /// Looks at the connections from one end to another, and keeps the smallest difference.
    fn look_at(&mut self, from: &Part, to: &Part) -> Result<(), TooMany> {
        let cost = from.cost() + to.cost();
        if self.best.as_ref().is_some_and(|(best, _)| *best <= cost) {
            return Ok(());
        }
        count(&mut self.pairs, PAIRS)?;
        let to = &self.apart(from, to);
        let found = difference(&self.answer(0, from, to), &self.answer(1, from, to));
        if let Some((protocol, port, old, new)) = found {
            let witness = Witness {
                from: from.witness(protocol, port),
                to: to.witness(protocol, port),
                protocol,
                port,
                old,
                new,
            };
            self.best = Some((cost, witness));
        }
        Ok(())
    }

    /// The second of two ends, as another workload than the first one.
    fn apart(&self, one: &Part, other: &Part) -> Part {
        match (one, other) {
            (Part::Described(one), Part::Described(other))
                if one.workload() == other.workload() =>
            {
                Part::Described(self.land.twin(other))
            }
            _ => other.clone(),
        }
    }

    fn answer(&self, version: usize, from: &Part, to: &Part) -> Answer {
        let (sources, destinations) = (self.ends(version, from), self.ends(version, to));
        let is_guarded = |ends: &[End<'_>]| ends.iter().any(|end| end.guard().is_some());
        if !is_guarded(&sources) && !is_guarded(&destinations) {
            return Answer::default();
        }
        let posture = self.posture(version);
        let pairs = sources
            .iter()
            .flat_map(|source| destinations.iter().map(move |to| (source, to)));
        let answers = pairs.map(|(from, to)| between(from, to, posture));
        answers.reduce(|all, one| all.and(&one)).unwrap_or_default()
    }

    fn posture(&self, version: usize) -> Posture {
        let snapshot = self.land.snapshots.get(version);
        snapshot.map_or(Posture::Strict, |snapshot| snapshot.options().posture)
    }

    fn ends<'a>(&'a self, version: usize, part: &'a Part) -> Vec<End<'a>> {
        let known = self.known.get(version);
        let (Some(snapshot), Some(known)) = (self.land.snapshots.get(version), known) else {
            return Vec::new();
        };
        match part {
            Part::Named(name) => known.ends(name),
            Part::Outside(address) => vec![snapshot.outside_end(*address)],
            Part::Described(described) => described.ends(version, snapshot),
        }
    }
}

/// Counts one more of what there may be so many of.
fn count(counter: &mut usize, most: usize) -> Result<(), TooMany> {
    *counter += 1;
    if *counter > most {
        return Err(TooMany);
    }
    Ok(())
}
