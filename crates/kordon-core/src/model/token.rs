//! Which tokens are accepted, and where they are found.

/// Tokens of one issuer that a workload accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenRule {
    /// The issuer; any, or none, when empty.
    pub issuer: String,
    /// The audiences, one of which a token must name; any when empty.
    pub audiences: Vec<String>,
    /// Where the issuer's keys are.
    pub keys: KeySource,
    /// Claims at the top of which a text counts as its words.
    pub split_claims: Vec<String>,
    /// Whether an accepted token stays in the request. Otherwise its header is gone before any
    /// other rule sees the request.
    pub forwards: bool,
    /// Where a token may stand. Empty means `Authorization: Bearer` and the query parameter
    /// `access_token`.
    pub places: Vec<TokenPlace>,
}

/// Where an issuer's keys are.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeySource {
    /// In the issuer's discovery document.
    #[default]
    Discovery,
    /// Behind this URI.
    Uri(String),
    /// Here: a JSON Web Key Set.
    Inline(String),
}

/// A place in a request where a token may stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenPlace {
    /// A header, after a prefix of its value.
    Header {
        /// The header's name; case does not matter.
        name: String,
        /// What stands before the token.
        prefix: String,
    },
    /// A parameter of the query.
    Parameter(String),
    /// A cookie.
    Cookie(String),
}

impl TokenRule {
    /// Whether the rule accepts a verified token of this issuer with these audiences.
    ///
    /// Envoy compares audiences without `http://` or `https://` before and one `/` behind them
    /// (`jwt_verify_lib`, `CheckAudience`).
    pub fn accepts<'a>(
        &self,
        issuer: Option<&str>,
        audiences: impl Iterator<Item = &'a str>,
    ) -> bool {
        (self.issuer.is_empty() || issuer == Some(self.issuer.as_str()))
            && (self.audiences.is_empty() || self.names_one_of(audiences))
    }

    /// Whether a header is gone once the rule has accepted a token.
    pub(crate) fn takes_header(&self, name: &str) -> bool {
        let is_place = |place: &TokenPlace| match place {
            TokenPlace::Header { name: known, .. } => known.eq_ignore_ascii_case(name),
            TokenPlace::Parameter(_) | TokenPlace::Cookie(_) => false,
        };
        let is_default = self.places.is_empty() && name.eq_ignore_ascii_case("authorization");
        !self.forwards && (is_default || self.places.iter().any(is_place))
    }

    fn names_one_of<'a>(&self, mut audiences: impl Iterator<Item = &'a str>) -> bool {
        audiences.any(|audience| {
            let audience = bare(audience);
            self.audiences.iter().any(|known| bare(known) == audience)
        })
    }
}

/// An audience without scheme and final slash.
fn bare(audience: &str) -> &str {
    let rest = audience
        .strip_prefix("https://")
        .or_else(|| audience.strip_prefix("http://"))
        .unwrap_or(audience);
    rest.strip_suffix('/').unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_compared_without_scheme_and_final_slash() {
        let rule = TokenRule {
            issuer: "idp".into(),
            audiences: vec!["https://shop.example/".into()],
            ..TokenRule::default()
        };
        assert!(rule.accepts(Some("idp"), ["http://shop.example"].into_iter()));
        assert!(!rule.accepts(Some("idp"), ["shop.example.org"].into_iter()));
        assert!(!rule.accepts(Some("other"), ["shop.example"].into_iter()));
        assert!(
            !rule.accepts(Some("idp"), std::iter::empty()),
            "it must name one"
        );
    }
}
