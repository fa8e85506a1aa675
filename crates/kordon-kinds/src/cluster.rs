//! What the cluster holds: namespaces, nodes, pods, the controllers of pods, services, their
//! endpoint slices and service accounts.
//!
//! What matters of them for decisions (Kubernetes API reference):
//!
//! - Every namespace carries the label `kubernetes.io/metadata.name`, which the API server sets.
//! - A pod that has succeeded or failed holds no address and is no endpoint.
//! - A controller's template stands for its pods: labels, service account, ports, host network.
//! - An init container with `restartPolicy: Always` keeps running, so its ports count.
//! - An endpoint slice lists addresses and ports that serve the service which its label
//!   `kubernetes.io/service-name` names.
//! - A pod without `serviceAccountName` runs as `default`.
//! - A service leads to the pods that its selector selects, to `targetPort`, by default `port`.
//!
//! An object with an error contributes nothing, so that a question about it cannot be answered by
//! what was misread; a namespace whose labels cannot be read makes all that happens in it
//! unknown. This module must not know what policies make of these objects.

mod lower;
mod schema;

use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;

const CORE: Kind = Kind {
    group: "",
    versions: &["v1"],
    kind: "Pod",
    plural: "pods",
    scope: Scope::Namespaced,
    role: Role::Inventory,
    names: NameRule::Subdomain,
    lower: lower::pod::lower,
};

const APPS: Kind = Kind {
    group: "apps",
    ..CORE
};

const BATCH: Kind = Kind {
    group: "batch",
    ..CORE
};

pub(crate) const POD: Kind = CORE;

pub(crate) const NAMESPACE: Kind = Kind {
    kind: "Namespace",
    plural: "namespaces",
    scope: Scope::Cluster,
    names: NameRule::Label,
    lower: lower::namespace::lower,
    ..CORE
};

pub(crate) const NODE: Kind = Kind {
    kind: "Node",
    plural: "nodes",
    scope: Scope::Cluster,
    lower: lower::node::lower,
    ..CORE
};

pub(crate) const SERVICE: Kind = Kind {
    kind: "Service",
    plural: "services",
    names: NameRule::ServiceLabel,
    lower: lower::service::lower,
    ..CORE
};

pub(crate) const SERVICE_ACCOUNT: Kind = Kind {
    kind: "ServiceAccount",
    plural: "serviceaccounts",
    lower: lower::service_account::lower,
    ..CORE
};

pub(crate) const ENDPOINT_SLICE: Kind = Kind {
    group: "discovery.k8s.io",
    kind: "EndpointSlice",
    plural: "endpointslices",
    lower: lower::endpoint_slice::lower,
    ..CORE
};

pub(crate) const REPLICATION_CONTROLLER: Kind = Kind {
    kind: "ReplicationController",
    plural: "replicationcontrollers",
    lower: lower::controller::lower_replication_controller,
    ..CORE
};

pub(crate) const DAEMON_SET: Kind = Kind {
    kind: "DaemonSet",
    plural: "daemonsets",
    lower: lower::controller::lower_daemon_set,
    ..APPS
};

pub(crate) const DEPLOYMENT: Kind = Kind {
    kind: "Deployment",
    plural: "deployments",
    lower: lower::controller::lower_deployment,
    ..APPS
};

pub(crate) const REPLICA_SET: Kind = Kind {
    kind: "ReplicaSet",
    plural: "replicasets",
    lower: lower::controller::lower_replica_set,
    ..APPS
};

pub(crate) const STATEFUL_SET: Kind = Kind {
    kind: "StatefulSet",
    plural: "statefulsets",
    lower: lower::controller::lower_stateful_set,
    ..APPS
};

pub(crate) const CRON_JOB: Kind = Kind {
    kind: "CronJob",
    plural: "cronjobs",
    lower: lower::controller::lower_cron_job,
    ..BATCH
};

pub(crate) const JOB: Kind = Kind {
    kind: "Job",
    plural: "jobs",
    lower: lower::controller::lower_job,
    ..BATCH
};
