//! A company's bindings as the other engines are told them.
//!
//! Owns the flat form of a binding. It must not know any engine.

use anyhow::{Context, Result, ensure};
use kordon::model::PrincipalMatch;
use kordon::rule::ApiPermission;
use kordon_benches::company::{Binding, Call, Company};

/// Who a grant is to, or who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    User(String),
    Group(String),
}

impl Subject {
    /// Everyone that a request speaks for: its user and its groups.
    pub(crate) fn of(call: &Call) -> impl Iterator<Item = Self> {
        let groups = call.groups.iter().cloned().map(Self::Group);
        std::iter::once(Self::User(call.user.clone())).chain(groups)
    }

    /// One text for each subject, which keeps users and groups apart.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::User(name) => format!("user:{name}"),
            Self::Group(name) => format!("group:{name}"),
        }
    }
}

impl From<&PrincipalMatch> for Subject {
    fn from(principal: &PrincipalMatch) -> Self {
        match principal {
            PrincipalMatch::User(name) => Self::User(name.clone()),
            PrincipalMatch::Group(name) => Self::Group(name.clone()),
            PrincipalMatch::ServiceAccount { namespace, name } => {
                Self::User(format!("system:serviceaccount:{namespace}:{name}"))
            }
        }
    }
}

/// One binding with the rules of its role.
#[derive(Debug)]
pub(crate) struct Grant<'a> {
    pub(crate) subject: Subject,
    /// The namespace that it holds in, if not in all.
    pub(crate) namespace: Option<&'a str>,
    pub(crate) rules: Vec<Permission<'a>>,
}

/// Some verbs on one resource.
#[derive(Debug)]
pub(crate) struct Permission<'a> {
    pub(crate) group: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) verbs: &'a [String],
}

/// All bindings, each with its role's rules.
pub(crate) fn grants(company: &Company) -> Result<Vec<Grant<'_>>> {
    let bindings = company.bindings.iter();
    bindings.map(|binding| grant(company, binding)).collect()
}

fn grant<'a>(company: &'a Company, binding: &'a Binding) -> Result<Grant<'a>> {
    let role = company
        .roles
        .get(binding.role)
        .with_context(|| format!("binding `{}` must name a role that is there", binding.name))?;
    Ok(Grant {
        subject: Subject::from(&binding.subject),
        namespace: binding.namespace.as_deref(),
        rules: role.rules.iter().map(permission).collect::<Result<_>>()?,
    })
}

/// The other engines are spared wildcards, names and paths, which the measured companies do not
/// use; a rule that has some is refused, so that none is left out in silence.
fn permission(rule: &ApiPermission) -> Result<Permission<'_>> {
    let plain = rule.names.is_empty() && rule.paths.is_empty();
    let mut texts = rule.verbs.iter().chain(&rule.groups).chain(&rule.resources);
    ensure!(
        plain && !texts.any(|text| text.contains('*')),
        "a compared role must have neither wildcards nor names nor paths: {rule:?}"
    );
    let ([group], [resource]) = (rule.groups.as_slice(), rule.resources.as_slice()) else {
        anyhow::bail!("a compared rule must have one group and one resource: {rule:?}");
    };
    Ok(Permission {
        group,
        resource,
        verbs: &rule.verbs,
    })
}
