//! Every workload that could be, as the policies of one or two snapshots see it.
//!
//! Owns the division of all workloads into classes that the same policies select, and the ends
//! that stand for regions. Must not know what is asked of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

use kordon_core::model::Protocol;
use kordon_core::rule::{Combine, Direction, End as EndOf};
use kordon_core::view::{Condition, DescribedEnd, End, PolicyView, Property, Values};
use kordon_core::{DescribedWorkload, Endpoint, Snapshot};

use crate::connectivity::AddressRange;
use crate::rule_form::{RuleForm, asks_address, label_keys};
use crate::space::{Region, Space, Test, TooMany};

/// Of a range of which the first addresses are used inside the cluster, so many are tried.
const TRIED: usize = 1024;

/// All workloads that could be.
pub(crate) struct Landscape<'s> {
    pub(crate) snapshots: Vec<&'s Snapshot>,
    pub(crate) space: Space,
    /// The policies of all snapshots, with the number of the snapshot.
    pub(crate) policies: Vec<(usize, PolicyView<'s>)>,
    /// By which each of them selects.
    pub(crate) targets: Vec<Test>,
    /// All rules.
    pub(crate) rules: Vec<RuleForm>,
    /// A key of labels that no condition speaks of.
    fresh: String,
    known: BTreeMap<Region, Rc<Described>>,
}

/// A workload that need not exist, in each snapshot.
#[derive(Debug)]
pub(crate) struct Described(Vec<DescribedEnd>);

/// Workloads that the same policies select.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) regions: Vec<Region>,
}

/// What guards one side of a class.
#[derive(Debug)]
pub(crate) struct Side {
    /// In each snapshot, the stages with their rules.
    pub(crate) stages: Vec<Vec<(Combine, Vec<RuleForm>)>>,
    /// What the rules ask of the guarded end, and of the peer.
    pub(crate) own: Vec<Test>,
    pub(crate) peer: Vec<Test>,
    /// Whether any rule looks at addresses.
    pub(crate) asks_address: bool,
}

impl<'s> Landscape<'s> {
    pub(crate) fn of(snapshots: &[&'s Snapshot]) -> Self {
        let all = snapshots.iter().enumerate().flat_map(|(number, snapshot)| {
            let policies = snapshot.policies_about_connections().into_iter();
            policies.map(move |policy| (number, policy))
        });
        let policies: Vec<(usize, PolicyView<'s>)> = all.collect();
        let rules = policies.iter().flat_map(|(_, policy)| {
            let direction = policy.direction();
            let rules = policy.rules();
            rules.filter_map(move |rule| Some(RuleForm::new(rule, direction?)))
        });
        let rules: Vec<RuleForm> = rules.collect();
        let first = [Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(|of| (of, 1));
        let borders = rules.iter().flat_map(RuleForm::borders).chain(first);
        let space = Space::new(rules.iter().flat_map(RuleForm::blocks), borders);
        let targets: Vec<Condition> = policies.iter().map(|(_, one)| one.target()).collect();
        Self {
            snapshots: snapshots.to_vec(),
            fresh: fresh_key(&targets, &rules),
            targets: targets.iter().map(|one| space.test(one)).collect(),
            space,
            policies,
            rules,
            known: BTreeMap::new(),
        }
    }

    /// All workloads by the policies that select them.
    pub(crate) fn classes(&self) -> Result<Vec<Class>, TooMany> {
        let mut classes: BTreeMap<Vec<usize>, Vec<Region>> = BTreeMap::new();
        for region in self.space.divide(Region::default(), &self.targets)? {
            classes
                .entry(self.selected(&region))
                .or_default()
                .push(region);
        }
        let classes = classes.into_values();
        Ok(classes.map(|regions| Class { regions }).collect())
    }

    /// The policies that select all workloads of a region, for a region that targets divide, by
    /// their places in the list.
    fn selected(&self, region: &Region) -> Vec<usize> {
        let targets = self.targets.iter().enumerate();
        targets
            .filter(|(_, target)| self.space.holds(region, target) == Some(true))
            .map(|(number, _)| number)
            .collect()
    }

    /// What guards one side of an end, given as each snapshot has it.
    pub(crate) fn side(&self, ends: &[Vec<End<'_>>], direction: Direction) -> Side {
        let of = |end: &End<'_>| -> Vec<(Combine, Vec<RuleForm>)> {
            let stages = end.stages(direction).map(|stage| {
                let rules = stage.rules().map(|rule| RuleForm::new(rule, direction));
                (stage.combine(), rules.collect())
            });
            stages.collect()
        };
        let stages: Vec<Vec<(Combine, Vec<RuleForm>)>> = ends
            .iter()
            .map(|ends| ends.iter().flat_map(of).collect())
            .collect();
        let own_end = match direction {
            Direction::Egress => EndOf::Source,
            Direction::Ingress => EndOf::Destination,
        };
        let (mut own, mut peer) = (BTreeSet::new(), BTreeSet::new());
        let rules = stages.iter().flatten().flat_map(|(_, rules)| rules);
        for (end, condition) in rules.flat_map(RuleForm::conditions) {
            let asked = if end == own_end { &mut own } else { &mut peer };
            asked.insert(condition);
        }
        let asks_address = own.iter().chain(&peer).any(asks_address);
        // What has no address is not outside of a block: there the answer is unknown.
        let known = Condition::Is(Property::Address, Values::Present);
        for asked in [&mut own, &mut peer] {
            if asked.iter().any(self::asks_address) {
                asked.insert(known.clone());
            }
        }
        let tests = |asked: BTreeSet<Condition>| -> Vec<Test> {
            asked.iter().map(|one| self.space.test(one)).collect()
        };
        Side {
            asks_address,
            own: tests(own),
            peer: tests(peer),
            stages,
        }
    }

    /// Regions in parts that tests do not tell apart; of parts of which all tests say the same,
    /// the plainest alone.
    pub(crate) fn parts(&self, regions: &[Region], tests: &[Test]) -> Result<Vec<Region>, TooMany> {
        let mut parts: BTreeMap<Vec<Option<bool>>, (usize, Region)> = BTreeMap::new();
        for region in regions {
            for part in self.space.divide(region.clone(), tests)? {
                let cost = cost(&self.space.representative(&part));
                let known = parts.entry(self.says(&part, tests));
                known
                    .and_modify(|known| {
                        if cost < known.0 {
                            *known = (cost, part.clone());
                        }
                    })
                    .or_insert((cost, part));
            }
        }
        Ok(parts.into_values().map(|(_, region)| region).collect())
    }

    /// What each of some tests says of a region.
    pub(crate) fn says(&self, region: &Region, tests: &[Test]) -> Vec<Option<bool>> {
        let says = tests.iter().map(|test| self.space.holds(region, test));
        says.collect()
    }

    /// The plainest workload of a region, compiled.
    pub(crate) fn describe(&mut self, region: &Region) -> Rc<Described> {
        if let Some(known) = self.known.get(region) {
            return Rc::clone(known);
        }
        let described = self.compile(&self.space.representative(region));
        self.known.insert(region.clone(), Rc::clone(&described));
        described
    }

    /// Another workload of the same region: one that is described in the same way would be itself.
    pub(crate) fn twin(&self, of: &Described) -> Rc<Described> {
        let mut workload = of.workload();
        workload
            .labels
            .insert(self.fresh.clone(), "other".to_owned());
        self.compile(&workload)
    }

    /// A workload, and the same with an address of each family: addresses of two families do not
    /// meet, so that an end outside may be at no address that rules know.
    pub(crate) fn in_families(&self, of: &Rc<Described>) -> Vec<Rc<Described>> {
        let addresses: [IpAddr; 2] = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        let with = addresses.map(|address| {
            self.compile(&DescribedWorkload {
                addresses: vec![address],
                ..of.workload()
            })
        });
        std::iter::once(Rc::clone(of)).chain(with).collect()
    }

    fn compile(&self, workload: &DescribedWorkload) -> Rc<Described> {
        let snapshots = self.snapshots.iter();
        Rc::new(Described(
            snapshots
                .map(|snapshot| snapshot.describe(workload.clone()))
                .collect(),
        ))
    }

    /// Addresses outside: one of each range that rules may tell apart.
    pub(crate) fn outside(&self) -> Vec<IpAddr> {
        let cells = self.space.cells().iter();
        cells.filter_map(|cell| self.unused(*cell)).collect()
    }

    /// An address of a range that nothing in any of the clusters uses.
    fn unused(&self, range: AddressRange) -> Option<IpAddr> {
        let is_unused = |address: &IpAddr| {
            self.snapshots.iter().all(|snapshot| {
                let names = snapshot.names_of(&Endpoint::Address(*address));
                names.is_ok_and(|names| names.is_empty())
            })
        };
        let mut addresses: Box<dyn Iterator<Item = IpAddr>> = match (range.first, range.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Box::new(
                (first.to_bits()..=last.to_bits()).map(|bits| Ipv4Addr::from_bits(bits).into()),
            ),
            (IpAddr::V6(first), IpAddr::V6(last)) => Box::new(
                (first.to_bits()..=last.to_bits()).map(|bits| Ipv6Addr::from_bits(bits).into()),
            ),
            _ => return None,
        };
        addresses.by_ref().take(TRIED).find(is_unused)
    }
}

impl Described {
    /// What it is like.
    pub(crate) fn workload(&self) -> DescribedWorkload {
        let first = self.0.first();
        first.map_or_else(DescribedWorkload::default, |one| one.workload().clone())
    }

    /// The workload as an end of one of the snapshots.
    pub(crate) fn ends<'a>(&'a self, number: usize, snapshot: &'a Snapshot) -> Vec<End<'a>> {
        let end = self.0.get(number).map(|described| described.end(snapshot));
        end.into_iter().collect()
    }
}

/// How much has to be said of a workload.
pub(crate) fn cost(workload: &DescribedWorkload) -> usize {
    let labels = workload.namespace_labels.as_ref();
    let ports = usize::from(!workload.ports.is_empty());
    1 + workload.labels.len()
        + labels.map_or(0, BTreeMap::len)
        + workload.addresses.len()
        + 2 * ports
}

/// A key of labels that no condition speaks of.
fn fresh_key(targets: &[Condition], rules: &[RuleForm]) -> String {
    let asked = rules.iter().flat_map(RuleForm::conditions);
    let asked: Vec<Condition> = asked.map(|(_, condition)| condition).collect();
    let known: BTreeSet<&str> = targets.iter().chain(&asked).flat_map(label_keys).collect();
    let numbered = (2_usize..).map(|number| format!("copy-{number}"));
    let mut keys = std::iter::once("copy".to_owned()).chain(numbered);
    keys.find(|key| !known.contains(key.as_str()))
        .unwrap_or_default()
}
