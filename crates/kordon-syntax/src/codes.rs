//! The codes of all problems that this crate reports, with what the manual says about them.

use std::fmt;

use serde::Serialize;

/// The name of a kind of problem, such as `KD0101`, by which the manual explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What the manual says about a code.
#[derive(Clone, Copy, Debug)]
pub struct CodeDoc {
    /// The code.
    pub code: Code,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $why:literal, $mend:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = Code($code);)*
        /// Every code that this crate reports, in order.
        pub static CODES: &[CodeDoc] = &[
            $(CodeDoc { code: $name, title: $title, why: $why, mend: $mend },)*
        ];
    };
}

codes! {
    YAML = "KD0101", "invalid YAML",
        "a document that cannot be read takes no part in any answer",
        "mend the place shown; the documents around it were read";
    JSON = "KD0102", "invalid JSON",
        "a document that cannot be read takes no part in any answer, and what follows it is not read",
        "mend the place shown";
    DUPLICATE_KEY = "KD0103", "key written twice",
        "readers of YAML and JSON disagree on which of the two counts, so a reviewer may see another policy than the cluster",
        "remove one of the two";
    KEY = "KD0104", "key that is not text",
        "JSON, and so the API server, knows text as keys alone",
        "write the key as text, in quotes if need be";
    SCALAR = "KD0105", "value that JSON cannot express",
        "the API server receives JSON, so the value cannot reach it",
        "write the value as text in quotes, or as a finite number";
    ALIAS = "KD0106", "alias that leads nowhere",
        "the value cannot be known",
        "define the anchor before the alias and outside of it";
    MERGE = "KD0107", "invalid merge key",
        "`<<` takes in other mappings; readers disagree on anything beyond the plain case",
        "write one `<<` as the first key, with an alias of a mapping or a list of them";
    LIMIT = "KD0108", "limit exceeded",
        "input beyond the limits could exhaust memory, so it is refused",
        "split the input, or raise the limit if its author is trusted";
    LINE_BREAK = "KD0109", "character that hides text",
        "kubectl ends a line at this character and editors do not, so text after it may be a comment to people and content to the cluster",
        "remove it, or write it as an escape in double quotes";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_stand_once() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
