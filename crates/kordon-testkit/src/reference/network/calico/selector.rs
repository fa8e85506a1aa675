//! Selectors, evaluated while they are read. Only texts that Calico accepts are meant.

use super::labels::Labels;

/// Whether labels match a selector whose keys get a prefix; the empty selector matches all.
pub(super) fn matches(text: &str, prefix: &str, labels: &Labels) -> bool {
    if text.trim().is_empty() {
        return true;
    }
    let mut reader = Reader {
        rest: text,
        prefix,
        labels,
    };
    reader.or()
}

struct Reader<'a> {
    rest: &'a str,
    prefix: &'a str,
    labels: &'a Labels,
}

impl<'a> Reader<'a> {
    /// Takes a word, blanks before it included.
    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        let found = rest.strip_prefix(word);
        self.rest = found.unwrap_or(rest);
        found.is_some()
    }

    fn or(&mut self) -> bool {
        let mut holds = self.and();
        while self.take("||") {
            // Both sides are read in any case.
            holds |= self.and();
        }
        holds
    }

    fn and(&mut self) -> bool {
        let mut holds = self.operation();
        while self.take("&&") {
            holds &= self.operation();
        }
        holds
    }

    fn operation(&mut self) -> bool {
        if self.take("!") {
            return !self.operation();
        }
        if self.take("(") {
            let holds = self.or();
            self.take(")");
            return holds;
        }
        if self.take("all()") {
            // For namespaces and service accounts: whatever is in a namespace.
            return self.prefix.is_empty() || self.is_namespaced();
        }
        if self.take("global()") {
            return !self.is_namespaced();
        }
        if self.take("has(") {
            let key = self.key();
            self.take(")");
            return self.labels.contains_key(&key);
        }
        let key = self.key();
        self.comparison(&key)
    }

    fn is_namespaced(&self) -> bool {
        self.labels.contains_key("projectcalico.org/namespace")
    }

    fn key(&mut self) -> String {
        self.take("");
        let is_key = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
        let end = self.rest.find(|c| !is_key(c)).unwrap_or(self.rest.len());
        let (key, rest) = self.rest.split_at(end);
        self.rest = rest;
        format!("{}{key}", self.prefix)
    }

    fn comparison(&mut self, key: &str) -> bool {
        let labels = self.labels;
        let value = labels.get(key).map(String::as_str);
        if self.take("==") {
            return value == Some(self.string());
        }
        // "k != v: matches if the label is not v or not present."
        if self.take("!=") {
            return value != Some(self.string());
        }
        if self.take("contains") {
            let part = self.string();
            return value.is_some_and(|value| value.contains(part));
        }
        if self.take("starts") {
            self.take("with");
            let part = self.string();
            return value.is_some_and(|value| value.starts_with(part));
        }
        if self.take("ends") {
            self.take("with");
            let part = self.string();
            return value.is_some_and(|value| value.ends_with(part));
        }
        let negated = self.take("not");
        self.take("in");
        let values = self.set();
        value.is_some_and(|value| values.contains(&value)) != negated
    }

    fn set(&mut self) -> Vec<&'a str> {
        let mut values = Vec::new();
        self.take("{");
        while !self.take("}") && !self.rest.is_empty() {
            values.push(self.string());
            self.take(",");
        }
        values
    }

    fn string(&mut self) -> &'a str {
        let quote = if self.take("'") { '\'' } else { '"' };
        self.take(if quote == '"' { "\"" } else { "" });
        let (value, rest) = self.rest.split_once(quote).unwrap_or((self.rest, ""));
        self.rest = rest;
        value
    }
}
