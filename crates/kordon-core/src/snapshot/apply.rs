//! From changes of objects to the next snapshot.
//!
//! First the tables take out and put in what objects contribute and note what that touches; then
//! everything touched is settled once, however many objects touched it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Snapshot;
use super::directory::EndpointsId;
use super::grants::GrantKey;
use super::inventory::{NamespaceId, WorkloadId};
use super::policies::Dirty;
use super::rule_sets::ObjectKey;
use crate::compile::Principal;
use crate::id::{PolicyId, RuleSetId};
use crate::model::{Change, Item, Object, ObjectRef};
use crate::persist::Entry;
use crate::symbol::Symbol;

/// An object in a snapshot, and what it contributed.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    key: ObjectKey,
    items: Box<[PlacedItem]>,
}

#[derive(Clone, Copy, Debug)]
enum PlacedItem {
    Namespace(NamespaceId),
    Workload(WorkloadId),
    Service(Symbol, Symbol),
    Node(Symbol),
    Policy(PolicyId),
    RuleSet(RuleSetId),
    Group(usize),
    Account(Symbol, Symbol),
    Endpoints(EndpointsId),
    Stage(Symbol),
    Entry(usize),
}

impl Entry for Placed {
    fn hash(&self) -> u64 {
        self.key.hash()
    }
}

/// What the changes touched.
#[derive(Default)]
struct Touched {
    classes: Dirty,
    /// By principal and scope, the policies to add to the list.
    grants: BTreeMap<Principal, BTreeMap<Option<Arc<str>>, Vec<PolicyId>>>,
    gone: BTreeSet<PolicyId>,
    sets: BTreeSet<RuleSetId>,
    accounts: BTreeSet<(Symbol, Symbol)>,
    /// Whether the declaration of any stage changed.
    stages: bool,
}

impl Touched {
    /// The policies to add to a list of grants, which is rebuilt.
    fn grants_of(&mut self, (principal, scope): GrantKey) -> &mut Vec<PolicyId> {
        self.grants
            .entry(principal)
            .or_default()
            .entry(scope)
            .or_default()
    }
}

/// Puts objects in place; of several with one reference the last counts.
pub(super) fn load<'a>(snapshot: &mut Snapshot, objects: impl IntoIterator<Item = &'a Object>) {
    let mut touched = Touched::default();
    for object in objects {
        remove(snapshot, &object.id, &mut touched);
        put(snapshot, object, &mut touched);
    }
    settle(snapshot, touched);
}

/// Applies changes in place.
pub(super) fn apply(snapshot: &mut Snapshot, changes: impl IntoIterator<Item = Change>) {
    let mut touched = Touched::default();
    for change in changes {
        match change {
            Change::Put(object) => {
                remove(snapshot, &object.id, &mut touched);
                put(snapshot, &object, &mut touched);
            }
            Change::Remove(id) => remove(snapshot, &id, &mut touched),
        }
    }
    settle(snapshot, touched);
}

fn put(snapshot: &mut Snapshot, object: &Object, touched: &mut Touched) {
    let key = ObjectKey::new(&mut snapshot.symbols, &object.id);
    let id = snapshot.share_reference(&object.id);
    let items = (0_u32..)
        .zip(&object.items)
        .map(|(part, item)| put_item(snapshot, &id, part, item, touched))
        .collect();
    snapshot.objects.insert(Placed { key, items });
}

fn put_item(
    snapshot: &mut Snapshot,
    object: &Arc<ObjectRef>,
    part: u32,
    item: &Item,
    touched: &mut Touched,
) -> PlacedItem {
    match item {
        Item::Namespace(namespace) => {
            let id = snapshot.put_namespace(namespace);
            snapshot.mark_namespace(id, &mut touched.classes);
            PlacedItem::Namespace(id)
        }
        Item::Workload(workload) => {
            let (id, new_class) = snapshot.put_workload(workload);
            touched.classes.extend(new_class);
            PlacedItem::Workload(id)
        }
        Item::Service(service) => {
            let (namespace, name) = snapshot.put_service(service);
            PlacedItem::Service(namespace, name)
        }
        Item::Node(node) => PlacedItem::Node(snapshot.put_node(node)),
        Item::Policy(policy) => {
            let id = snapshot.put_policy(object, part, policy, &mut touched.classes);
            for key in snapshot.grant_keys(id) {
                touched.grants_of(key).push(id);
            }
            if let Some(set) = snapshot.policy(id).and_then(|policy| policy.set) {
                snapshot.use_rule_set(set, id);
            }
            PlacedItem::Policy(id)
        }
        Item::RuleSet(set) => {
            let id = snapshot.put_rule_set(object, set);
            touched.sets.insert(id);
            PlacedItem::RuleSet(id)
        }
        Item::AddressGroup(group) => {
            let number = snapshot.put_group(group);
            if snapshot.is_host(number) {
                snapshot.mark_all(&mut touched.classes);
            }
            PlacedItem::Group(number)
        }
        Item::ServiceAccount(account) => {
            let (namespace, name) = snapshot.put_account(account);
            touched.accounts.insert((namespace, name));
            PlacedItem::Account(namespace, name)
        }
        Item::ServiceEndpoints(endpoints) => {
            PlacedItem::Endpoints(snapshot.put_endpoints(endpoints))
        }
        Item::Stage(stage) => {
            touched.stages = true;
            PlacedItem::Stage(snapshot.put_stage(stage))
        }
        Item::Entry(entry) => PlacedItem::Entry(snapshot.put_entry(object, entry)),
    }
}

fn remove(snapshot: &mut Snapshot, object: &ObjectRef, touched: &mut Touched) {
    let key = ObjectKey::new(&mut snapshot.symbols, object);
    let Some(placed) = snapshot
        .objects
        .remove(key.hash(), |entry| entry.key == key)
    else {
        return;
    };
    for item in placed.items {
        remove_item(snapshot, item, touched);
    }
}

fn remove_item(snapshot: &mut Snapshot, item: PlacedItem, touched: &mut Touched) {
    match item {
        PlacedItem::Namespace(id) => {
            snapshot.remove_namespace(id);
            snapshot.mark_namespace(id, &mut touched.classes);
        }
        PlacedItem::Workload(id) => snapshot.remove_workload(id),
        PlacedItem::Service(namespace, name) => snapshot.remove_service(namespace, name),
        PlacedItem::Node(name) => snapshot.remove_node(name),
        PlacedItem::Policy(id) => {
            for key in snapshot.grant_keys(id) {
                // A policy that came in the same batch is among those to add.
                touched.grants_of(key).retain(|known| *known != id);
            }
            if let Some(set) = snapshot.policy(id).and_then(|policy| policy.set) {
                snapshot.release_rule_set(set, id);
            }
            snapshot.remove_policy(id, &mut touched.classes);
            touched.gone.insert(id);
        }
        PlacedItem::RuleSet(id) => {
            snapshot.remove_rule_set(id);
            touched.sets.insert(id);
        }
        PlacedItem::Group(number) => {
            if snapshot.is_host(number) {
                snapshot.mark_all(&mut touched.classes);
            }
            snapshot.remove_group(number);
        }
        PlacedItem::Account(namespace, name) => {
            snapshot.remove_account(namespace, name);
            touched.accounts.insert((namespace, name));
        }
        PlacedItem::Endpoints(id) => snapshot.remove_endpoints(id),
        PlacedItem::Stage(name) => {
            touched.stages = true;
            snapshot.remove_stage(name);
        }
        PlacedItem::Entry(place) => snapshot.remove_entry(place),
    }
}

fn settle(snapshot: &mut Snapshot, mut touched: Touched) {
    if !touched.sets.is_empty() {
        touched.sets.extend(snapshot.fill_includes());
    }
    let keys: Vec<GrantKey> = touched
        .sets
        .iter()
        .flat_map(|set| snapshot.keys_using(*set))
        .collect();
    for key in keys {
        touched.grants_of(key);
    }
    for (principal, scopes) in &touched.grants {
        snapshot.settle_grantee(principal, scopes, &touched.gone);
    }
    for (namespace, account) in touched.accounts {
        snapshot.mark_account(namespace, account, &mut touched.classes);
    }
    if touched.stages {
        snapshot.mark_all(&mut touched.classes);
    }
    snapshot.settle_classes(&touched.classes);
    for policy in touched.gone {
        snapshot.release_policy(policy);
    }
}

impl Snapshot {
    /// A reference whose texts are those of the table, so that each is kept once.
    pub(super) fn share_reference(&mut self, object: &ObjectRef) -> Arc<ObjectRef> {
        let symbols = &mut self.symbols;
        Arc::new(ObjectRef {
            kind: symbols.share(&object.kind),
            namespace: object
                .namespace
                .as_ref()
                .map(|namespace| symbols.share(namespace)),
            name: symbols.share(&object.name),
            group: symbols.share(&object.group),
        })
    }
}
