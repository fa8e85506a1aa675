//! What the objects hold, by namespace, for the checks.

use std::collections::{BTreeMap, BTreeSet};

use kordon_core::model::{
    Attribute, Item, NamespaceMatch, ObjectRef, PodNetwork, Protocol, Selector, Service, Workload,
};

use crate::lower::Located;
use crate::matching::selects;

type Labels = BTreeMap<String, String>;

/// What the objects hold.
pub(super) struct Inventory<'a> {
    pub(super) objects: BTreeSet<&'a ObjectRef>,
    accounts: BTreeSet<&'a str>,
    /// The labels of service accounts, by namespace and name.
    account_labels: BTreeMap<(&'a str, &'a str), &'a Labels>,
    namespaces: BTreeMap<&'a str, Labels>,
    workloads: BTreeMap<&'a str, Vec<&'a Workload>>,
    services: Vec<&'a Service>,
}

impl<'a> Inventory<'a> {
    pub(super) fn of(objects: &[&'a Located]) -> Self {
        let mut inventory = Self {
            objects: objects.iter().map(|located| &located.object.id).collect(),
            accounts: objects
                .iter()
                .map(|located| &located.object.id)
                .filter(|id| &*id.kind == "ServiceAccount")
                .filter_map(|id| id.namespace.as_deref())
                .collect(),
            account_labels: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            workloads: BTreeMap::new(),
            services: Vec::new(),
        };
        for item in objects.iter().flat_map(|located| &located.object.items) {
            match item {
                Item::Namespace(namespace) => {
                    inventory
                        .namespaces
                        .insert(&namespace.name, namespace.labels.clone());
                }
                Item::Workload(workload) => {
                    inventory
                        .workloads
                        .entry(&workload.namespace)
                        .or_default()
                        .push(workload);
                }
                Item::Service(service) => inventory.services.push(service),
                Item::ServiceAccount(account) => {
                    let key = (account.namespace.as_str(), account.name.as_str());
                    inventory.account_labels.insert(key, &account.labels);
                }
                _ => {}
            }
        }
        for &name in inventory.workloads.keys() {
            let namespace = inventory.namespaces.entry(name);
            namespace.or_insert_with(|| implied_labels(name));
        }
        inventory
    }

    /// Whether the objects hold any service account of the namespace.
    pub(super) fn has_accounts(&self, namespace: &str) -> bool {
        self.accounts.contains(namespace)
    }

    /// The workloads of one namespace, those in the host network included.
    pub(super) fn in_namespace(&self, namespace: &str) -> &[&'a Workload] {
        self.workloads
            .get(namespace)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The labels of a namespace, which has its name's even if nothing declares it.
    pub(super) fn labels_of(&self, namespace: &str) -> Labels {
        let known = self.namespaces.get(namespace);
        known.cloned().unwrap_or_else(|| implied_labels(namespace))
    }

    pub(super) fn holds_workloads(&self) -> bool {
        !self.workloads.is_empty()
    }

    pub(super) fn all_workloads(&self) -> impl Iterator<Item = &'a Workload> + '_ {
        self.workloads.values().flatten().copied()
    }

    /// The name of a port of a service of the workload that is no HTTP by its name.
    pub(super) fn port_of_bytes(&self, workload: &Workload) -> Option<&'a str> {
        // "Protocols can be specified manually by naming the Service port `name: <protocol>[-<suffix>]`."
        const OF_BYTES: [&str; 6] = ["tcp", "tls", "https", "mongo", "mysql", "redis"];
        let serves = |service: &&&Service| {
            let selector = service.selector.as_ref();
            service.namespace == workload.namespace
                && selector.is_some_and(|selector| {
                    let has = |(key, value)| workload.labels.get(key) == Some(value);
                    !selector.is_empty() && selector.iter().all(has)
                })
        };
        let ports = self.services.iter().filter(serves);
        ports
            .flat_map(|service| &service.ports)
            .filter(|port| port.port.protocol == Protocol::TCP)
            .map(|port| port.port.name.as_str())
            .find(|name| OF_BYTES.contains(&name.split('-').next().unwrap_or_default()))
    }

    /// Whether the objects say anything about the labels of service accounts.
    pub(super) fn has_account_labels(&self) -> bool {
        !self.account_labels.is_empty()
    }

    /// The value of an attribute of a workload.
    pub(super) fn attribute<'s>(
        &'s self,
        workload: &'s Workload,
        attribute: &Attribute,
    ) -> Option<&'s str> {
        let label = |labels: &'s Labels, key| labels.get(key).map(String::as_str);
        let namespace = workload.namespace.as_str();
        let account = workload.service_account.as_str();
        match attribute {
            Attribute::Label(key) => label(&workload.labels, key),
            Attribute::NamespaceLabel(key) => label(self.namespaces.get(namespace)?, key),
            Attribute::AccountLabel(key) => {
                label(self.account_labels.get(&(namespace, account))?, key)
            }
            Attribute::Namespace => Some(namespace),
            Attribute::Account => Some(account),
        }
    }

    /// The workloads of the matching namespaces that policies can mean.
    pub(super) fn workloads<'s>(
        &'s self,
        namespaces: &'s NamespaceMatch,
    ) -> impl Iterator<Item = &'a Workload> + 's {
        self.workloads
            .iter()
            .filter(move |(name, _)| match namespaces {
                NamespaceMatch::Named(wanted) => *name == wanted,
                NamespaceMatch::Matching(Selector::Everything) => true,
                NamespaceMatch::Matching(selector) => self
                    .namespaces
                    .get(*name)
                    .is_some_and(|labels| selects(selector, labels)),
            })
            .flat_map(|(_, workloads)| workloads.iter().copied())
            .filter(|workload| workload.network == PodNetwork::Pod)
    }
}

/// The labels of a namespace that nothing declares.
fn implied_labels(name: &str) -> Labels {
    Labels::from([("kubernetes.io/metadata.name".to_owned(), name.to_owned())])
}
