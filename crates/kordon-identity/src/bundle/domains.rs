//! The bundles that are known, by trust domain.

use std::collections::{BTreeMap, BTreeSet};

use kordon_core::model::TrustDomain;

use super::TrustBundle;

/// The bundle of the own trust domain and of those that it is federated with.
///
/// SPIFFE Trust Domain and Bundle, section 3: "When validating an SVID, validators must choose the
/// bundle corresponding to the trust domain that the SVID resides in". So no bundle speaks for
/// another trust domain, also not for one that is an alias.
#[derive(Clone, Debug, Default)]
pub struct TrustBundles {
    bundles: BTreeMap<TrustDomain<'static>, TrustBundle>,
    aliases: BTreeMap<TrustDomain<'static>, BTreeSet<TrustDomain<'static>>>,
}

impl TrustBundles {
    /// Takes the bundle of a trust domain, in place of any before it, which is given back.
    pub fn insert(&mut self, domain: TrustDomain<'_>, bundle: TrustBundle) -> Option<TrustBundle> {
        self.bundles.insert(domain.into_owned(), bundle)
    }

    /// The bundle of a trust domain.
    pub fn get(&self, domain: &TrustDomain<'_>) -> Option<&TrustBundle> {
        self.bundles.get(domain.as_str())
    }

    /// Notes that policies which speak of a trust domain mean this one too, as while a mesh is
    /// renamed. What credentials prove does not change by it: an alias has its own bundle or none.
    pub fn add_alias(&mut self, domain: TrustDomain<'_>, alias: TrustDomain<'_>) {
        let aliases = self.aliases.entry(domain.into_owned()).or_default();
        aliases.insert(alias.into_owned());
    }

    /// The aliases of a trust domain, in order.
    pub fn aliases(&self, domain: &TrustDomain<'_>) -> impl Iterator<Item = &TrustDomain<'static>> {
        self.aliases.get(domain.as_str()).into_iter().flatten()
    }

    /// The trust domains whose bundles are known, in order.
    pub fn trust_domains(&self) -> impl Iterator<Item = &TrustDomain<'static>> {
        self.bundles.keys()
    }
}
