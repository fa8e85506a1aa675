//! All workloads that could be, divided into regions that conditions cannot tell apart.
//!
//! Owns the algebra of sets of values and the division. A region stands for every workload in it,
//! and one that is as plain as can be represents it. Must not know what conditions decide.

mod set;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use kordon_core::DescribedWorkload;
use kordon_core::model::{NamedPort, Protocol};
use kordon_core::view::{Condition, Property, Values};

use crate::connectivity::{AddressRange, Cut};
pub(crate) use set::Set;

/// A division with more regions than this is given up.
const REGIONS: usize = 20_000;

/// What workloads can be told apart by: the addresses that one may have, and the ports that it may
/// declare.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    cells: Vec<AddressRange>,
    /// Every value of properties, by their sort.
    addresses: Set,
    present: Set,
    any: Set,
    declared: Set,
    /// One port of each range that rules tell apart.
    ports: Vec<(Protocol, u16)>,
}

/// Workloads whose properties lie in these sets; a property without one is free.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Region(BTreeMap<Property, Set>);

/// A division that was given up: it would have had too many regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// A condition as regions are asked it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Test {
    Is(Property, Set),
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
}

/// What a test says of a region: the same of all its workloads, or that one property has to be
/// divided first, into values of the set and others.
enum Says<'t> {
    Same(bool),
    Divide(&'t Property, &'t Set),
}

impl Space {
    /// The space in which rules speak of these blocks, and tell apart the ports at these.
    pub(crate) fn new(
        blocks: impl Iterator<Item = IpNet>,
        ports: impl IntoIterator<Item = (Protocol, u16)>,
    ) -> Self {
        let ports: BTreeSet<(Protocol, u16)> = ports.into_iter().collect();
        let cells = Cut::new(blocks).cells();
        let addresses = cells.iter().map(|cell| Some(cell.first.to_string()));
        Self {
            addresses: Set::one_of(addresses.chain([None])),
            present: Set::present(),
            any: Set::any(),
            declared: Set::one_of([None, Some(String::new())]),
            cells,
            ports: ports.into_iter().collect(),
        }
    }

    /// The ranges of addresses that rules may tell apart.
    pub(crate) fn cells(&self) -> &[AddressRange] {
        &self.cells
    }

    /// A condition as a test.
    pub(crate) fn test(&self, condition: &Condition) -> Test {
        let each = |parts: &[Condition]| parts.iter().map(|part| self.test(part)).collect();
        match condition {
            Condition::Is(property, values) => Test::Is(property.clone(), self.values(values)),
            Condition::All(parts) => Test::All(each(parts)),
            Condition::Any(parts) => Test::Any(each(parts)),
            Condition::Not(inner) => Test::Not(Box::new(self.test(inner))),
            // No workload of the pod network has a node's address by being it, and the others are
            // not known by anything that a workload is.
            Condition::Node(_) | Condition::Service(..) | Condition::Unknown(_) => {
                Test::Any(Vec::new())
            }
        }
    }

    fn values(&self, values: &Values) -> Set {
        match values {
            Values::Present => Set::present(),
            Values::OneOf(values) => Set::one_of(values.iter().cloned().map(Some)),
            Values::Like(text) => Set::one_of([Some(text.clone())]),
            Values::Block(net) => {
                let net = net.trunc();
                let inside = self.cells.iter().filter(|cell| net.contains(&cell.first));
                Set::one_of(inside.map(|cell| Some(cell.first.to_string())))
            }
        }
    }

    /// Divides a region until each test says the same of all workloads of each part.
    pub(crate) fn divide<'t>(
        &self,
        whole: Region,
        tests: impl IntoIterator<Item = &'t Test>,
    ) -> Result<Vec<Region>, TooMany> {
        let mut parts = vec![whole];
        for test in tests {
            let mut open = std::mem::take(&mut parts);
            while let Some(region) = open.pop() {
                match self.ask(&region, test) {
                    Says::Same(_) => parts.push(region),
                    Says::Divide(property, values) => {
                        let (within, without) = self.split(&region, property, values);
                        open.extend([within, without]);
                    }
                }
                if parts.len() + open.len() > REGIONS {
                    return Err(TooMany);
                }
            }
        }
        parts.sort();
        Ok(parts)
    }

    /// Whether a test holds for all workloads of a region, if it says the same of all.
    pub(crate) fn holds(&self, region: &Region, test: &Test) -> Option<bool> {
        match self.ask(region, test) {
            Says::Same(holds) => Some(holds),
            Says::Divide(..) => None,
        }
    }

    fn ask<'t>(&self, region: &Region, test: &'t Test) -> Says<'t> {
        match test {
            Test::Is(property, asked) => {
                let known = self.set(region, property);
                match (known.meets(asked), known.is_within(asked)) {
                    (false, _) => Says::Same(false),
                    (_, true) => Says::Same(true),
                    (true, false) => Says::Divide(property, asked),
                }
            }
            Test::All(parts) => self.ask_each(region, parts, false),
            Test::Any(parts) => self.ask_each(region, parts, true),
            Test::Not(inner) => match self.ask(region, inner) {
                Says::Same(holds) => Says::Same(!holds),
                divide @ Says::Divide(..) => divide,
            },
        }
    }

    /// Asks parts of which one that says `decisive` settles all.
    fn ask_each<'t>(&self, region: &Region, parts: &'t [Test], decisive: bool) -> Says<'t> {
        let mut divide = None;
        for part in parts {
            match self.ask(region, part) {
                Says::Same(holds) if holds == decisive => return Says::Same(decisive),
                Says::Same(_) => {}
                open @ Says::Divide(..) => {
                    divide.get_or_insert(open);
                }
            }
        }
        divide.unwrap_or(Says::Same(!decisive))
    }

    fn set<'a>(&'a self, region: &'a Region, property: &Property) -> &'a Set {
        match region.0.get(property) {
            Some(known) => known,
            None => self.all(property),
        }
    }

    /// Every value that a property can have.
    fn all(&self, property: &Property) -> &Set {
        match property {
            Property::Namespace | Property::Account => &self.present,
            Property::Label(_) | Property::NamespaceLabel(_) => &self.any,
            Property::PortName(_) => &self.declared,
            Property::Address => &self.addresses,
        }
    }

    fn split(&self, region: &Region, property: &Property, values: &Set) -> (Region, Region) {
        let known = self.set(region, property);
        let with = |set: Set| {
            let mut part = region.clone();
            part.0.insert(property.clone(), set);
            part
        };
        (
            with(known.intersection(values)),
            with(known.difference(values)),
        )
    }

    /// The plainest workload of a region.
    pub(crate) fn representative(&self, region: &Region) -> DescribedWorkload {
        let pick = |property: &Property, fresh: &str| self.set(region, property).plainest(fresh);
        let mut workload = DescribedWorkload {
            namespace: pick(&Property::Namespace, "elsewhere").unwrap_or_default(),
            service_account: pick(&Property::Account, "default").unwrap_or_default(),
            ..DescribedWorkload::default()
        };
        for (property, set) in &region.0 {
            let Some(value) = set.plainest("other") else {
                continue;
            };
            match property {
                Property::Label(key) => {
                    workload.labels.insert(key.clone(), value);
                }
                Property::NamespaceLabel(key) => {
                    let labels = workload.namespace_labels.get_or_insert_default();
                    labels.insert(key.clone(), value);
                }
                Property::Address => {
                    workload.addresses.extend(value.parse::<IpAddr>().ok());
                }
                Property::PortName(name) => {
                    workload.ports.extend(self.declared(name));
                }
                Property::Namespace | Property::Account => {}
            }
        }
        let asks_labels = |property: &Property| matches!(property, Property::NamespaceLabel(_));
        if region.0.keys().any(asks_labels) {
            let labels = workload.namespace_labels.get_or_insert_default();
            labels.insert(NAME_LABEL.to_owned(), workload.namespace.clone());
        }
        workload
    }

    /// A port of each range under one name.
    fn declared<'a>(&'a self, name: &'a str) -> impl Iterator<Item = NamedPort> + 'a {
        let ports = self.ports.iter();
        ports.map(move |(protocol, port)| NamedPort {
            name: name.to_owned(),
            protocol: *protocol,
            port: *port,
        })
    }
}

/// The label that the API server gives every namespace.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

#[cfg(test)]
mod tests {
    use super::*;

    fn is(key: &str, value: &str) -> Condition {
        let values = Values::OneOf(vec![value.to_owned()]);
        Condition::Is(Property::Label(key.to_owned()), values)
    }

    fn space(blocks: &[&str]) -> Space {
        Space::new(blocks.iter().map(|block| block.parse().unwrap()), [])
    }

    fn tests(space: &Space, conditions: &[Condition]) -> Vec<Test> {
        conditions.iter().map(|one| space.test(one)).collect()
    }

    #[test]
    fn labels_are_divided_by_the_values_that_conditions_name_and_no_further() {
        let both = Condition::All(vec![is("app", "a"), is("tier", "b")]);
        let conditions = [is("app", "a"), is("app", "c"), both];
        let space = space(&[]);
        let tests = tests(&space, &conditions);
        let parts = space.divide(Region::default(), &tests).unwrap();
        let labels: BTreeSet<String> = parts
            .iter()
            .map(|part| format!("{:?}", space.representative(part).labels))
            .collect();
        let expected = [
            r#"{"app": "a", "tier": "b"}"#,
            r#"{"app": "a"}"#,
            r#"{"app": "c"}"#,
            "{}",
        ];
        assert!(labels.iter().eq(expected), "{labels:?}");
    }

    #[test]
    fn each_part_answers_a_condition_as_its_representative_does() {
        let block = Values::Block("10.0.0.0/8".parse().unwrap());
        let inside = Condition::Is(Property::Address, block);
        let known = Condition::Is(Property::Address, Values::Present);
        let condition = Condition::All(vec![known, Condition::Not(Box::new(inside))]);
        let space = space(&["10.0.0.0/8"]);
        let test = space.test(&condition);
        let parts = space.divide(Region::default(), [&test]).unwrap();
        for part in parts {
            let addresses = space.representative(&part).addresses;
            let net: IpNet = "10.0.0.0/8".parse().unwrap();
            let expected = addresses
                .first()
                .is_some_and(|address| !net.contains(address));
            assert_eq!(space.holds(&part, &test), Some(expected), "{addresses:?}");
        }
    }

    #[test]
    fn a_division_that_grows_without_end_is_given_up() {
        let conditions: Vec<Condition> = (0..20).map(|n| is(&format!("k{n}"), "v")).collect();
        let space = space(&[]);
        let tests = tests(&space, &conditions);
        assert_eq!(space.divide(Region::default(), &tests), Err(TooMany));
    }
}
