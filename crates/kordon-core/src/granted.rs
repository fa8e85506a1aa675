//! Who is granted what of the API: the questions behind `kubectl auth can-i --list` and
//! "who can".

use crate::compile::{ApiQuery, CompiledPolicy, CompiledRule, CompiledTarget};
use crate::model::{ObjectRef, PrincipalMatch};
use crate::request::{ApiRequest, ApiTarget, Texts};
use crate::rule::ApiPermission;
use crate::snapshot::Snapshot;

/// What is granted, and the sets of rules that grants refer to in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted<T> {
    /// What was found, in the order of the granting policies' references.
    pub found: Vec<T>,
    /// Policies that grant the rules of an object that is not there, and that object.
    pub missing: Vec<(ObjectRef, ObjectRef)>,
}

impl<T> Default for Granted<T> {
    fn default() -> Self {
        Self {
            found: Vec::new(),
            missing: Vec::new(),
        }
    }
}

/// A rule that is granted to someone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedRule {
    /// The policy that grants it.
    pub policy: ObjectRef,
    /// The object with the rules.
    pub rules_of: ObjectRef,
    /// The object that states the rule: that one, or one that it includes.
    pub stated_by: ObjectRef,
    /// The rule's path in the object that states it.
    pub path: String,
    /// What the rule permits, as written.
    pub permission: ApiPermission,
}

/// A subject that may do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedSubject {
    /// The subject.
    pub subject: PrincipalMatch,
    /// The policy that names it.
    pub policy: ObjectRef,
    /// The object with the rules.
    pub rules_of: ObjectRef,
    /// The path of the rule that permits it.
    pub path: String,
}

/// What a policy grants to one of its subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The policy that grants.
    pub policy: ObjectRef,
    /// The subject.
    pub subject: PrincipalMatch,
    /// The subject's path in the policy.
    pub subject_path: String,
    /// The namespace in which it holds, or the whole cluster.
    pub namespace: Option<String>,
    /// The rules that it grants.
    pub rules: Vec<GrantedRule>,
}

impl Snapshot {
    /// What every policy grants to each of its subjects, in the order of the policies' references.
    /// Rules of which it is not known whether they hold grant nothing, as in decisions.
    pub fn grants(&self) -> Vec<Grant> {
        let mut grants = Vec::new();
        for policy in self.policies_about_principals() {
            let CompiledTarget::Principals { subjects, scope } = &policy.target else {
                continue;
            };
            let mut rules = Vec::new();
            self.visit_rules(
                policy,
                &mut Vec::new(),
                &mut |rules_of, rule, permission| {
                    if rule.is_permission() {
                        rules.push(self.granted_rule(policy, rules_of, rule, permission));
                    }
                },
            );
            grants.extend(subjects.iter().map(|subject| Grant {
                policy: (*policy.object).clone(),
                subject: subject.matches(),
                subject_path: (*subject.path).to_owned(),
                namespace: scope.as_deref().map(str::to_owned),
                rules: rules.clone(),
            }));
        }
        grants
    }

    /// The rules granted to a user with these groups, in the whole cluster and, where one is
    /// named, in a namespace.
    pub fn rules_for(
        &self,
        user: &str,
        groups: Texts<'_>,
        namespace: Option<&str>,
    ) -> Granted<GrantedRule> {
        let target = ApiTarget::Resource {
            group: "",
            resource: "",
            subresource: "",
            namespace: namespace.unwrap_or(""),
            name: "",
        };
        let mut granted = Granted::default();
        for (policy, _) in self.granted(&ApiRequest {
            user,
            groups,
            verb: "",
            target,
        }) {
            let Some(policy) = self.policy(policy) else {
                continue;
            };
            self.visit_rules(
                policy,
                &mut granted.missing,
                &mut |rules_of, rule, permission| {
                    let rule = self.granted_rule(policy, rules_of, rule, permission);
                    granted.found.push(rule);
                },
            );
        }
        granted
    }

    /// The subjects that may do this with that, each for every policy that lets it.
    pub fn who_can(&self, verb: &str, target: ApiTarget<'_>) -> Granted<GrantedSubject> {
        let request = ApiRequest {
            user: "",
            groups: Texts::NONE,
            verb,
            target,
        };
        let query = self.api_query(&request);
        let namespace = self.scope(&request).map(|(name, _)| name);
        let mut granted = Granted::default();
        for policy in self.policies_about_principals() {
            let CompiledTarget::Principals { subjects, scope } = &policy.target else {
                continue;
            };
            if scope.is_some() && scope.as_deref() != namespace {
                continue;
            }
            let Some((rules_of, path)) = self.permitted_by(policy, &query, &mut granted.missing)
            else {
                continue;
            };
            granted
                .found
                .extend(subjects.iter().map(|subject| GrantedSubject {
                    subject: subject.matches(),
                    policy: (*policy.object).clone(),
                    rules_of: rules_of.clone(),
                    path: path.clone(),
                }));
        }
        granted
    }

    fn granted_rule(
        &self,
        policy: &CompiledPolicy,
        rules_of: &ObjectRef,
        rule: &CompiledRule,
        permission: ApiPermission,
    ) -> GrantedRule {
        GrantedRule {
            policy: (*policy.object).clone(),
            rules_of: rules_of.clone(),
            stated_by: rule.stated_by.as_deref().unwrap_or(rules_of).clone(),
            path: self.symbols.text(rule.path).to_owned(),
            permission,
        }
    }

    /// The first rule that a policy grants and that covers the query.
    fn permitted_by(
        &self,
        policy: &CompiledPolicy,
        query: &ApiQuery<'_>,
        missing: &mut Vec<(ObjectRef, ObjectRef)>,
    ) -> Option<(ObjectRef, String)> {
        let mut found = None;
        self.visit_rules(policy, missing, &mut |rules_of, rule, _| {
            if found.is_none() && rule.permits(query) {
                found = Some((rules_of.clone(), self.symbols.text(rule.path).to_owned()));
            }
        });
        found
    }

    /// Policies about principals, in the order of their references.
    fn policies_about_principals(&self) -> Vec<&CompiledPolicy> {
        let mut policies: Vec<&CompiledPolicy> = self
            .compiled_policies()
            .filter(|policy| matches!(policy.target, CompiledTarget::Principals { .. }))
            .collect();
        policies.sort_by(|a, b| a.rank().cmp(&b.rank()));
        policies
    }

    fn visit_rules(
        &self,
        policy: &CompiledPolicy,
        missing: &mut Vec<(ObjectRef, ObjectRef)>,
        visit: &mut dyn FnMut(&ObjectRef, &CompiledRule, ApiPermission),
    ) {
        let Some(slot) = policy.set.and_then(|set| self.rule_set(set)) else {
            return;
        };
        let Some(rules_of) = slot.reference.as_deref() else {
            return;
        };
        if slot.object.is_none() {
            missing.push(((*policy.object).clone(), rules_of.clone()));
            return;
        }
        for rule in &*slot.rules {
            if let Some(test) = rule.api() {
                visit(rules_of, rule, test.permission(&self.symbols));
            }
        }
    }
}
