//! What a verified token says.

use std::collections::BTreeMap;

/// The claims of a verified token. Verifying is not the core's: whoever makes a value of this
/// type vouches for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims(pub BTreeMap<String, Claim>);

/// The value of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Claim>),
    /// Named values.
    Map(BTreeMap<String, Claim>),
}

impl Claims {
    /// The claim at a path of names; only maps have names.
    ///
    /// ```
    /// use kordon_core::model::{Claim, Claims};
    /// let inner = Claim::Map([("level".into(), Claim::Text("high".into()))].into());
    /// let claims = Claims([("trust".into(), inner)].into());
    /// assert_eq!(claims.at(&["trust", "level"]), Some(&Claim::Text("high".into())));
    /// assert_eq!(claims.at(&["trust", "level", "more"]), None);
    /// ```
    pub fn at<T: AsRef<str>>(&self, path: &[T]) -> Option<&Claim> {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(self.0.get(first.as_ref())?, |claim, name| match claim {
                Claim::Map(map) => map.get(name.as_ref()),
                _ => None,
            })
    }

    /// The text of a claim, if it is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Claim::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Claim {
    /// Calls `each` with the texts that a condition on this claim may match: a text itself, or
    /// the texts in a list.
    pub(crate) fn each_text(&self, each: &mut dyn FnMut(&str)) {
        match self {
            Self::Text(text) => each(text),
            Self::List(list) => {
                for item in list {
                    if let Self::Text(text) = item {
                        each(text);
                    }
                }
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Map(_) => {}
        }
    }
}
