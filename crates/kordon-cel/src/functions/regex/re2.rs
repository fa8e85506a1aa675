//! Patterns of RE2 in the syntax of the engine in use.
//!
//! The two differ where RE2 knows ASCII alone (`\d`, `\w`, `\s`, `\b`), where the engine has
//! operators in classes (`[a&&b]`), and in escapes and flags that only one of them has. What RE2
//! refuses is refused; a few things that RE2 has are refused as well (`\C`, `\Q..\E`, octal
//! escapes, names of scripts), which is an error when the expression is loaded.

/// The pattern as the engine writes it; `None` if it is refused.
pub(super) fn translate(pattern: &str) -> Option<String> {
    let mut translator = Translator {
        rest: pattern,
        written: String::with_capacity(pattern.len()),
    };
    while let Some(next) = translator.take() {
        match next {
            '\\' => translator.escape(Inside::Pattern)?,
            '[' => translator.class()?,
            '(' => translator.group()?,
            '{' => translator.repetition()?,
            '}' => translator.written.push_str(r"\}"),
            other => translator.written.push(other),
        }
    }
    Some(translator.written)
}

/// RE2 repeats nothing more often.
const MOST_REPEATS: u32 = 1_000;

/// Names of classes, as in `[[:alpha:]]`.
const POSIX: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Pattern,
    Class,
}

struct Translator<'p> {
    rest: &'p str,
    written: String,
}

impl Translator<'_> {
    fn take(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = self.rest.get(next.len_utf8()..).unwrap_or_default();
        Some(next)
    }

    fn take_text(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// What follows a backslash.
    fn escape(&mut self, inside: Inside) -> Option<()> {
        let letter = self.take()?;
        let written = match letter {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            'w' => "[0-9A-Za-z_]",
            'W' => "[^0-9A-Za-z_]",
            's' => r"[\t\n\f\r ]",
            'S' => r"[^\t\n\f\r ]",
            'b' if inside == Inside::Pattern => r"(?-u:\b)",
            'B' if inside == Inside::Pattern => r"(?-u:\B)",
            'A' if inside == Inside::Pattern => r"\A",
            'z' if inside == Inside::Pattern => r"\z",
            'n' => r"\n",
            'r' => r"\r",
            't' => r"\t",
            'f' => r"\f",
            'v' => r"\x0b",
            'a' => r"\x07",
            'x' => return self.hexadecimal(),
            'p' => return self.property(r"\p"),
            'P' => return self.property(r"\P"),
            sign if sign.is_ascii_punctuation() => {
                self.literal(sign);
                return Some(());
            }
            _ => return None,
        };
        self.written.push_str(written);
        Some(())
    }

    /// A sign that stands for itself; the engine takes a backslash before few signs only.
    fn literal(&mut self, sign: char) {
        self.written
            .push_str(&regex::escape(sign.encode_utf8(&mut [0; 4])));
    }

    /// `\x41` or `\x{1F431}`
    fn hexadecimal(&mut self) -> Option<()> {
        let is_long = self.take_text("{");
        let end = if is_long { self.rest.find('}')? } else { 2 };
        let digits = self.rest.get(..end)?;
        let code = u32::from_str_radix(digits, 16)
            .ok()
            .filter(|_| !digits.starts_with('+'))?;
        char::from_u32(code)?;
        self.rest = self.rest.get(end + usize::from(is_long)..)?;
        self.written.extend(["\\x{", digits, "}"]);
        Some(())
    }

    /// `\pL` or `\p{Lu}`
    fn property(&mut self, start: &str) -> Option<()> {
        self.written.push_str(start);
        if !self.take_text("{") {
            let letter = self.take().filter(char::is_ascii_uppercase)?;
            self.written.push(letter);
            return Some(());
        }
        let (name, after) = self.rest.split_once('}')?;
        let bare = name.strip_prefix('^').unwrap_or(name);
        let is_category =
            matches!(bare.len(), 1 | 2) && bare.bytes().all(|b| b.is_ascii_alphabetic());
        if !is_category {
            return None;
        }
        self.written.extend(["{", name, "}"]);
        self.rest = after;
        Some(())
    }

    /// A class: `[` and `&&`, `--`, `~~` inside of it are plain characters to RE2.
    fn class(&mut self) -> Option<()> {
        self.written.push('[');
        if self.take_text("^") {
            self.written.push('^');
        }
        let mut is_first = true;
        loop {
            if self.take_text("[:") {
                let (name, after) = self.rest.split_once(":]")?;
                if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return None;
                }
                self.written.extend(["[:", name, ":]"]);
                self.rest = after;
            } else {
                match self.take()? {
                    ']' if !is_first => break,
                    '\\' => self.escape(Inside::Class)?,
                    '-' => self.dash(is_first),
                    sign @ ('[' | ']' | '&' | '~') => self.literal(sign),
                    other => self.written.push(other),
                }
            }
            is_first = false;
        }
        self.written.push(']');
        Some(())
    }

    /// A dash is one at either end of a class, and between two others it is a range.
    fn dash(&mut self, is_first: bool) {
        let is_plain =
            is_first || self.rest.starts_with([']', '-']) || self.written.ends_with(r"\-");
        self.written.push_str(if is_plain { r"\-" } else { "-" });
    }

    /// What follows an opening bracket: flags and names that RE2 has as well.
    fn group(&mut self) -> Option<()> {
        self.written.push('(');
        if !self.rest.starts_with('?') {
            return Some(());
        }
        let is_name = self.rest.starts_with("?P<") || self.rest.starts_with("?<");
        if is_name {
            let is_look_behind = self.rest.starts_with("?<=") || self.rest.starts_with("?<!");
            return (!is_look_behind).then_some(());
        }
        let end = self.rest.find([':', ')'])?;
        let flags = self.rest.get(1..end)?;
        let are_known = flags
            .chars()
            .all(|flag| matches!(flag, 'i' | 'm' | 's' | 'U' | '-'));
        are_known.then_some(())
    }

    /// `{2}`, `{2,}` or `{2,3}`; anything else in braces is plain to RE2.
    fn repetition(&mut self) -> Option<()> {
        let bounds = self.rest.split_once('}').filter(|(inside, _)| {
            let (least, most) = inside.split_once(',').unwrap_or((inside, "0"));
            is_number(least) && (most.is_empty() || is_number(most))
        });
        let Some((inside, after)) = bounds else {
            self.written.push_str(r"\{");
            return Some(());
        };
        let numbers = inside.split(',').filter(|number| !number.is_empty());
        for number in numbers {
            number
                .parse()
                .ok()
                .filter(|count: &u32| *count <= MOST_REPEATS)?;
        }
        self.written.extend(["{", inside, "}"]);
        self.rest = after;
        Some(())
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
