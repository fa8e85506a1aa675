//! Answers.

use std::collections::BTreeMap;

/// What a proxy answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether the request passes.
    pub allowed: bool,
    /// Who stopped it.
    pub denied_by: Option<DeniedBy>,
    /// The key of the rule that decided, or of an AUDIT rule if none had to. Of several that match
    /// it is the smallest in the order of bytes.
    pub matched: Option<String>,
    /// Whether a policy gave the answer: a rule that matched, or a policy that nothing matched.
    pub explicit: bool,
    /// What rules that are not enforced would have said, and whether an authorizer was asked, by
    /// the names of the proxy's metadata.
    pub shadow: BTreeMap<String, String>,
}

/// Who stopped a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedBy {
    /// The proxy, to which it is no proper request.
    BadRequest,
    /// The mode of mutual TLS.
    Mtls,
    /// An external authorizer.
    ExtAuthz,
    /// The verification of tokens, with its HTTP status.
    Jwt(u16),
    /// An AuthorizationPolicy.
    Rbac,
}

impl Answer {
    pub(super) fn allowed(matched: Option<String>, explicit: bool) -> Self {
        Self {
            allowed: true,
            denied_by: None,
            matched,
            explicit,
            shadow: BTreeMap::new(),
        }
    }

    pub(super) fn denied(by: DeniedBy) -> Self {
        Self {
            allowed: false,
            denied_by: Some(by),
            matched: None,
            explicit: true,
            shadow: BTreeMap::new(),
        }
    }

    pub(super) fn with_matched(self, matched: Option<String>) -> Self {
        Self { matched, ..self }
    }

    pub(super) fn with_shadow(self, shadow: BTreeMap<String, String>) -> Self {
        Self { shadow, ..self }
    }
}
