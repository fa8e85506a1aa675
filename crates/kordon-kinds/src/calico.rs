//! Policies of Calico: `projectcalico.org/v3`, and `crd.projectcalico.org/v1` as clusters store it.
//!
//! What the specification says (Calico's API reference, libcalico-go and felix):
//!
//! - Policies stand in tiers, tiers and policies in the order of their numbers; one without a
//!   number is last. Equal tiers go by name, equal policies by `name/namespace/kind`.
//! - A tier matters to an endpoint if a policy of it selects the endpoint for the direction. The
//!   first rule that matches decides; `Pass` leaves the tier, `Log` does nothing, and if none
//!   matches the tier's `defaultAction` follows. After the last tier the profiles of the namespace
//!   let everything pass.
//! - `NetworkPolicy` of Kubernetes stands in the tier `default` with order 1000, the cluster-wide
//!   kinds stand in `kube-admin` and `kube-baseline`.
//! - `types` absent means ingress, unless only egress rules are there; and both for both.
//! - Everything that a rule says has to hold. Selectors match labels of endpoints, and the
//!   addresses of network sets and host endpoints with such labels.
//! - Staged policies are checked and change nothing.
//!
//! Policies for hosts (`preDNAT`, `doNotTrack`, `applyOnForward`) may stop what passes through a
//! host endpoint on its way to a workload. While such a policy selects a host endpoint, no
//! connection is certain. This module must not know how rules are evaluated.

mod entity;
mod host_endpoint;
mod http;
mod network_set;
mod policy;
mod ports;
mod profile;
mod protocol;
mod rule;
mod schema;
mod selector;
mod staged;
mod tier;

use std::collections::BTreeMap;

use ipnet::IpNet;
use kordon_core::model::{Attribute, Item};
use kordon_syntax::Diagnostic;

use crate::address_block::read_block;
use crate::at::At;
use crate::codes;
use crate::context::Context;
use crate::kind::{Kind, Role, Scope};
use crate::names::NameRule;
use crate::network::{Position, unreadable};

/// The group of the API, in which all objects are identified.
const GROUP: &str = "projectcalico.org";

/// The group under which clusters store the same objects.
const STORED: &str = "crd.projectcalico.org";

/// The kinds of both groups.
macro_rules! kinds {
    ($($name:ident, $stored:ident: $kind:literal, $plural:literal, $scope:ident, $names:ident, $lower:path;)*) => {
        $(
            pub(crate) const $name: Kind = Kind {
                group: GROUP,
                versions: &["v3"],
                kind: $kind,
                plural: $plural,
                scope: Scope::$scope,
                role: Role::Policy,
                names: NameRule::$names,
                lower: |ctx| identified(ctx, $lower),
            };
            pub(crate) const $stored: Kind = Kind {
                group: STORED,
                versions: &["v1"],
                ..$name
            };
        )*
    };
}

kinds! {
    NETWORK_POLICY, STORED_NETWORK_POLICY:
        "NetworkPolicy", "networkpolicies", Namespaced, Tiered, policy::lower;
    GLOBAL_NETWORK_POLICY, STORED_GLOBAL_NETWORK_POLICY:
        "GlobalNetworkPolicy", "globalnetworkpolicies", Cluster, TieredGlobal, policy::lower;
    STAGED_NETWORK_POLICY, STORED_STAGED_NETWORK_POLICY:
        "StagedNetworkPolicy", "stagednetworkpolicies", Namespaced, Tiered, staged::lower;
    STAGED_GLOBAL_NETWORK_POLICY, STORED_STAGED_GLOBAL_NETWORK_POLICY:
        "StagedGlobalNetworkPolicy", "stagedglobalnetworkpolicies", Cluster, TieredGlobal,
        staged::lower;
    STAGED_KUBERNETES_NETWORK_POLICY, STORED_STAGED_KUBERNETES_NETWORK_POLICY:
        "StagedKubernetesNetworkPolicy", "stagedkubernetesnetworkpolicies", Namespaced, Subdomain,
        staged::lower_kubernetes;
    TIER, STORED_TIER: "Tier", "tiers", Cluster, Label, tier::lower;
    NETWORK_SET, STORED_NETWORK_SET:
        "NetworkSet", "networksets", Namespaced, Subdomain, network_set::lower;
    GLOBAL_NETWORK_SET, STORED_GLOBAL_NETWORK_SET:
        "GlobalNetworkSet", "globalnetworksets", Cluster, Subdomain, network_set::lower;
    PROFILE, STORED_PROFILE: "Profile", "profiles", Cluster, Subdomain, profile::lower;
    HOST_ENDPOINT, STORED_HOST_ENDPOINT:
        "HostEndpoint", "hostendpoints", Cluster, Subdomain, host_endpoint::lower;
}

/// Lowers an object under the name that it has in the API, whichever group it was read in.
fn identified(ctx: &mut Context<'_>, lower: fn(&mut Context<'_>) -> Vec<Item>) -> Vec<Item> {
    ctx.id.group = GROUP.into();
    lower(ctx)
}

/// Reads a selector; none if it is absent or empty. The expression counts only if no error was
/// reported.
fn read_selector(ctx: &mut Context<'_>, at: &At<'_>) -> Option<selector::Expression> {
    let text: Option<String> = ctx.read(at);
    let text = text.filter(|text| !text.is_empty())?;
    match selector::parse(&text) {
        Ok(expression) => Some(expression),
        Err(error) => {
            let message = format!("{}: {}", at.path(), error.message);
            let diagnostic = Diagnostic::error(codes::EXPRESSION, message).help(error.expected);
            ctx.report_part(
                at,
                &text,
                error.start..error.end,
                "not expected here",
                diagnostic,
            );
            None
        }
    }
}

/// Reports `global()` where it cannot stand.
fn refuse_global(ctx: &mut Context<'_>, at: &At<'_>, expression: Option<&selector::Expression>) {
    if expression.is_some_and(selector::Expression::has_global) {
        let diagnostic = Diagnostic::error(codes::EXPRESSION, "`global()` cannot stand here")
            .help("`global()` can only be the whole `namespaceSelector` of a rule");
        ctx.report(at, "speaks of what has no namespace", diagnostic);
    }
}

/// Reads a block, or an address that stands for the block of it alone.
fn read_net(ctx: &mut Context<'_>, at: &At<'_>, text: &str) -> Option<IpNet> {
    match text.parse::<std::net::IpAddr>() {
        Ok(address) => Some(IpNet::from(address.to_canonical())),
        Err(_) => read_block(ctx, at, text),
    }
}

/// What the labels of a set or a host endpoint say of it, as selectors see it.
fn attributes(
    labels: &BTreeMap<String, String>,
    namespace: Option<&str>,
) -> Vec<(Attribute, String)> {
    labels
        .iter()
        .map(|(key, value)| {
            let attribute = selector::attribute(selector::Space::Endpoint, key);
            (attribute, value.clone())
        })
        // The namespace is a fact that a label cannot change.
        .filter(|(attribute, _)| namespace.is_none() || *attribute != Attribute::Namespace)
        .collect()
}

/// Without its labels and addresses nobody knows which rules speak of what, so that every
/// connection is undecided, before any stage of policies.
fn undecided_group() -> Vec<Item> {
    let position = Position::before_all("NetworkSet");
    position.undecided(&At::Root, &unreadable(&At::Root))
}
