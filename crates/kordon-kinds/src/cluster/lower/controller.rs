//! From the controllers of pods to workloads: each template stands for its pods.

use std::collections::BTreeMap;

use kordon_core::model::{Item, Selector};
use kordon_syntax::Diagnostic;
use serde::de::DeserializeOwned;

use super::pod::{owner, workload};
use super::unless_broken;
use crate::at::At;
use crate::cluster::schema::controller::{
    CronJob, DaemonSet, Deployment, Job, ReplicaSet, ReplicationController, StatefulSet, Template,
};
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::label_selector::read_selector;
use crate::matching::selects;
use crate::metadata::{Metadata, check_labels};

/// Lowers a `Deployment`.
pub(in crate::cluster) fn lower_deployment(ctx: &mut Context<'_>) -> Vec<Item> {
    lower_with_selector::<Deployment>(ctx)
}

/// Lowers a `StatefulSet`.
pub(in crate::cluster) fn lower_stateful_set(ctx: &mut Context<'_>) -> Vec<Item> {
    lower_with_selector::<StatefulSet>(ctx)
}

/// Lowers a `DaemonSet`.
pub(in crate::cluster) fn lower_daemon_set(ctx: &mut Context<'_>) -> Vec<Item> {
    lower_with_selector::<DaemonSet>(ctx)
}

/// Lowers a `ReplicaSet`.
pub(in crate::cluster) fn lower_replica_set(ctx: &mut Context<'_>) -> Vec<Item> {
    lower_with_selector::<ReplicaSet>(ctx)
}

/// Lowers a `ReplicationController`, whose selector is by default the labels of the template.
pub(in crate::cluster) fn lower_replication_controller(ctx: &mut Context<'_>) -> Vec<Item> {
    let spec = spec::<ReplicationController>(ctx);
    let labels = template_labels(ctx, &spec.key("template"));
    lower(ctx, &spec.key("template"), labels)
}

/// Lowers a `Job`. Its pods carry the job's name as a label.
pub(in crate::cluster) fn lower_job(ctx: &mut Context<'_>) -> Vec<Item> {
    let spec = spec::<Job>(ctx);
    let mut labels = template_labels(ctx, &spec.key("template"));
    for key in ["job-name", "batch.kubernetes.io/job-name"] {
        labels
            .entry(key.to_owned())
            .or_insert_with(|| ctx.id.name.to_string());
    }
    lower(ctx, &spec.key("template"), labels)
}

/// Lowers a `CronJob`, which holds a template of jobs.
pub(in crate::cluster) fn lower_cron_job(ctx: &mut Context<'_>) -> Vec<Item> {
    let spec = spec::<CronJob>(ctx);
    let job = spec.key("jobTemplate");
    let _: Template = ctx.read(&job);
    let job_spec = job.key("spec");
    let _: Job = ctx.read(&job_spec);
    let template = job_spec.key("template");
    let labels = template_labels(ctx, &template);
    lower(ctx, &template, labels)
}

const SPEC: At<'static> = At::Key(&At::Root, "spec");

/// Reads the object's frame and its `spec`.
fn spec<S: DeserializeOwned + Default>(ctx: &mut Context<'_>) -> At<'static> {
    let _: Frame = ctx.read(&At::Root);
    let _: S = ctx.read(&SPEC);
    SPEC
}

fn lower_with_selector<S: DeserializeOwned + Default>(ctx: &mut Context<'_>) -> Vec<Item> {
    let spec = spec::<S>(ctx);
    let labels = template_labels(ctx, &spec.key("template"));
    if ctx.has(&spec.key("template")) {
        check_selector(ctx, &spec.key("selector"), &labels);
    }
    lower(ctx, &spec.key("template"), labels)
}

fn lower(ctx: &mut Context<'_>, template: &At<'_>, labels: BTreeMap<String, String>) -> Vec<Item> {
    let _: Template = ctx.read(template);
    let own_labels = ctx.metadata.labels.clone();
    let owner = owner(&ctx.metadata, &own_labels);
    let workload = workload(ctx, template, labels, owner);
    unless_broken(ctx, Item::Workload(workload))
}

fn template_labels(ctx: &mut Context<'_>, template: &At<'_>) -> BTreeMap<String, String> {
    if !ctx.has(template) {
        let diagnostic = Diagnostic::error(
            codes::REQUIRED,
            format!("a {} needs a template of its pods", ctx.id.kind),
        )
        .help("add `template` with `metadata.labels` and `spec.containers`");
        ctx.report(template, "no `template`", diagnostic);
    }
    let at = template.key("metadata");
    let metadata: Metadata = ctx.read(&at);
    check_labels(ctx, &at.key("labels"), &metadata.labels);
    metadata.labels
}

/// "selector must match the pod template's labels" (API reference of `apps/v1`).
fn check_selector(ctx: &mut Context<'_>, at: &At<'_>, labels: &BTreeMap<String, String>) {
    if !ctx.has(at) {
        let diagnostic = Diagnostic::error(
            codes::REQUIRED,
            format!("a {} needs `selector`", ctx.id.kind),
        )
        .help("add `selector: {matchLabels: ..}` with labels of the template");
        ctx.report(at, "no `selector`", diagnostic);
        return;
    }
    let before = ctx.errors();
    let selector = read_selector(ctx, at);
    if ctx.errors() == before && (selector == Selector::Everything || !selects(&selector, labels)) {
        let diagnostic = Diagnostic::error(
            codes::SELECTOR,
            "the selector does not select the pods of the template",
        )
        .help("write labels of `template.metadata.labels` under `matchLabels`");
        ctx.report(at, "selects other pods", diagnostic);
    }
}
