//! The stages of an Envoy, in their order: CUSTOM, tokens, AUDIT, DENY, ALLOW.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Mesh;
use super::answer::{Answer, DeniedBy};
use super::attach::attaches;
use super::authn::{Authenticated, authenticate};
use super::claims::with_lists;
use super::config::ProviderProtocol;
use super::outside::Outside;
use super::path::normalize;
use super::policy::{Action, Policy};
use super::rule;
use super::scene::Scene;
use super::workload::Workload;
use crate::facts::RequestFacts;

/// What the stages share.
struct Stages<'a> {
    mesh: &'a Mesh,
    workload: &'a Workload,
    request: RequestFacts,
    /// The normalized path.
    path: String,
    /// The payload of a verified token.
    claims: Option<Value>,
    attached: Vec<&'a Policy>,
    shadow: BTreeMap<String, String>,
}

/// Asks one stage after the other; the request passes if all let it.
pub(super) fn decide(
    mesh: &Mesh,
    workload: &Workload,
    request: RequestFacts,
    outside: &dyn Outside,
) -> Answer {
    let Some(mut stages) = Stages::new(mesh, workload, request) else {
        return Answer::denied(DeniedBy::BadRequest);
    };
    let answer = stages.run(outside);
    answer.with_shadow(stages.shadow)
}

/// The path that policies see; `None` if a request does not come so far.
pub(super) fn effective_path(
    mesh: &Mesh,
    workload: &Workload,
    request: RequestFacts,
    outside: &dyn Outside,
) -> Option<String> {
    let mut stages = Stages::new(mesh, workload, request)?;
    stages
        .authenticate(outside)
        .is_none()
        .then_some(stages.path)
}

impl<'a> Stages<'a> {
    /// `None` for a request that a proxy does not read.
    fn new(mesh: &'a Mesh, workload: &'a Workload, request: RequestFacts) -> Option<Self> {
        let root = mesh.config.root_namespace.as_str();
        let attached = mesh.policies.iter();
        Some(Self {
            path: path_of(mesh, &request)?,
            attached: attached
                .filter(|policy| attaches(&policy.object, root, workload))
                .collect(),
            mesh,
            workload,
            request,
            claims: None,
            shadow: BTreeMap::new(),
        })
    }

    /// CUSTOM, then tokens, then the rules that policies decide alone.
    fn run(&mut self, outside: &dyn Outside) -> Answer {
        let refused = self.custom(outside).or_else(|| self.authenticate(outside));
        if let Some(refused) = refused {
            return refused;
        }
        let enforces =
            |action: Action| move |policy: &Policy| policy.action == action && !policy.is_dry_run;
        let audited = self.smallest(enforces(Action::Audit));
        self.dry_run(Action::Deny, "deny");
        let denied = self.smallest(enforces(Action::Deny));
        if denied.is_some() {
            return Answer::denied(DeniedBy::Rbac).with_matched(denied);
        }
        self.dry_run(Action::Allow, "allow");
        // "If there are no ALLOW policies for the workload, allow the request."
        let allows = enforces(Action::Allow);
        if !self.attached.iter().any(|policy| allows(policy)) {
            return Answer::allowed(audited, false);
        }
        match self.smallest(allows) {
            Some(matched) => Answer::allowed(Some(matched), true),
            None => Answer::denied(DeniedBy::Rbac),
        }
    }

    /// The external authorizers of a workload, each asked if one of its rules matches.
    fn custom(&mut self, outside: &dyn Outside) -> Option<Answer> {
        let providers: BTreeSet<&str> = self
            .attached
            .iter()
            .filter(|policy| policy.action == Action::Custom)
            .map(|policy| policy.provider.as_str())
            .collect();
        let too_many = providers.len() > 1 && !self.mesh.config.several_providers;
        providers.into_iter().find_map(|provider| {
            let known = self.mesh.config.providers.get(provider).copied();
            match known.filter(|_| !too_many) {
                None => self.refuse_for_bad_provider(provider),
                // An authorizer that speaks HTTP is not asked about bytes.
                Some(ProviderProtocol::Http) if self.request.http.is_none() => None,
                Some(_) => self.ask(provider, outside),
            }
        })
    }

    /// An authorizer that is not known, or one of too many, lets nothing pass that its rules match.
    fn refuse_for_bad_provider(&self, provider: &str) -> Option<Answer> {
        let matched = self.smallest(|policy| is_of(policy, provider))?;
        let key = format!("istio-ext-authz-{provider}-{matched}-deny-due-to-bad-CUSTOM-action");
        Some(Answer::denied(DeniedBy::Rbac).with_matched(Some(key)))
    }

    /// Asks an authorizer if one of its rules matches.
    fn ask(&mut self, provider: &str, outside: &dyn Outside) -> Option<Answer> {
        let key = |matched: String| format!("istio-ext-authz-{provider}-{matched}");
        // CUSTOM has no dry run; its rules deny what they match.
        let dry = self.smallest(|policy| is_of(policy, provider) && policy.is_dry_run);
        let matched = self.smallest(|policy| is_of(policy, provider) && !policy.is_dry_run);
        let is_asked = matched.is_some();
        self.note("istio_ext_authz", Action::Custom, matched.map(key));
        if dry.is_some() {
            return Some(Answer::denied(DeniedBy::Rbac).with_matched(dry.map(key)));
        }
        let refuses = is_asked && !outside.authorizes(provider, &self.request);
        refuses.then(|| Answer::denied(DeniedBy::ExtAuthz))
    }

    /// Verifies tokens; what follows knows their payload and sees the request without them.
    fn authenticate(&mut self, outside: &dyn Outside) -> Option<Answer> {
        let http = self.request.http.as_ref()?;
        if let Some(claims) = &http.claims {
            self.claims = Some(with_lists(claims, &[]));
            return None;
        }
        let root = self.mesh.config.root_namespace.as_str();
        match authenticate(&self.mesh.requests, root, self.workload, http, outside) {
            Authenticated::Refused(status) => Some(Answer::denied(DeniedBy::Jwt(status))),
            Authenticated::Passes(None) => None,
            Authenticated::Passes(Some(login)) => {
                self.claims = Some(login.claims);
                self.request.http = Some(login.http);
                match path_of(self.mesh, &self.request) {
                    Some(path) => self.path = path,
                    None => return Some(Answer::denied(DeniedBy::BadRequest)),
                }
                None
            }
        }
    }

    /// What the rules of an action that are not enforced would say.
    fn dry_run(&mut self, action: Action, name: &str) {
        let is_dry = |policy: &Policy| policy.action == action && policy.is_dry_run;
        if self.attached.iter().any(|policy| is_dry(policy)) {
            let matched = self.smallest(is_dry);
            self.note(&format!("istio_dry_run_{name}"), action, matched);
        }
    }

    /// A rule of ALLOW allows what it matches, and any other denies it.
    fn note(&mut self, prefix: &str, action: Action, key: Option<String>) {
        let result = if key.is_some() == (action == Action::Allow) {
            "allowed"
        } else {
            "denied"
        };
        let name = |what: &str| format!("{prefix}_shadow_{what}");
        self.shadow.insert(name("engine_result"), result.to_owned());
        if let Some(key) = key {
            self.shadow.insert(name("effective_policy_id"), key);
        }
    }

    /// The smallest key of the rules that match, in the order of bytes.
    fn smallest(&self, wanted: impl Fn(&Policy) -> bool) -> Option<String> {
        let policies = self.attached.iter().filter(|policy| wanted(policy));
        policies
            .flat_map(|policy| {
                let scene = Scene {
                    config: &self.mesh.config,
                    request: &self.request,
                    claims: self.claims.as_ref(),
                    path: &self.path,
                    action: policy.action,
                    policy_namespace: &policy.namespace,
                };
                let rules = policy.rules().iter().enumerate();
                rules
                    .filter(move |(_, found)| rule::matches(&scene, found))
                    .map(|(number, _)| policy.key(number))
            })
            .min()
    }
}

fn is_of(policy: &Policy, provider: &str) -> bool {
    policy.action == Action::Custom && policy.provider == provider
}

/// The normalized path of a request, empty without HTTP; `None` if a proxy refuses it.
fn path_of(mesh: &Mesh, request: &RequestFacts) -> Option<String> {
    let (mode, dots) = (mesh.config.normalization, mesh.config.dot_parameters);
    match &request.http {
        Some(http) => normalize(&http.path, mode, dots),
        None => Some(String::new()),
    }
}
