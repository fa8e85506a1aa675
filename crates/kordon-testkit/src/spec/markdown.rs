//! The little of Markdown that the specification uses: headings and fenced blocks.

/// A heading of the second level, or a fenced block.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Heading { title: String, line: usize },
    Block(Block),
    Unclosed { line: usize },
}

/// A fenced block.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) language: String,
    pub(super) title: Option<String>,
    /// What stands behind the language and is no title.
    pub(super) rest: Option<String>,
    /// The line of the opening fence.
    pub(super) line: usize,
    /// The content, each line with its line break.
    pub(super) text: String,
}

struct Fence {
    mark: char,
    length: usize,
}

pub(super) fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut open: Option<(Fence, Block)> = None;
    for (at, raw) in text.lines().enumerate() {
        let line = at + 1;
        match open.take() {
            Some((fence, block)) if fence.is_closed_by(raw) => items.push(Item::Block(block)),
            Some((fence, mut block)) => {
                block.text.push_str(raw);
                block.text.push('\n');
                open = Some((fence, block));
            }
            None => match Fence::open(raw) {
                Some((fence, info)) => open = Some((fence, Block::new(info, line))),
                None => items.extend(heading(raw, line)),
            },
        }
    }
    items.extend(open.map(|(_, block)| Item::Unclosed { line: block.line }));
    items
}

fn heading(raw: &str, line: usize) -> Option<Item> {
    let title = raw.strip_prefix("## ")?.trim().to_owned();
    Some(Item::Heading { title, line })
}

impl Fence {
    /// A fence is at least three backticks or tildes; what follows is the info string.
    fn open(raw: &str) -> Option<(Self, &str)> {
        let line = raw.trim_start();
        let mark = line
            .chars()
            .next()
            .filter(|mark| matches!(mark, '`' | '~'))?;
        let info = line.trim_start_matches(mark);
        let length = line.len() - info.len();
        // "Info strings for backtick code blocks cannot contain backticks" (CommonMark).
        let is_fence = length >= 3 && !(mark == '`' && info.contains('`'));
        is_fence.then_some((Self { mark, length }, info.trim()))
    }

    fn is_closed_by(&self, raw: &str) -> bool {
        let line = raw.trim();
        line.len() >= self.length && line.chars().all(|c| c == self.mark)
    }
}

impl Block {
    fn new(info: &str, line: usize) -> Self {
        let (language, rest) = info.split_once(char::is_whitespace).unwrap_or((info, ""));
        let rest = rest.trim();
        let title = rest
            .strip_prefix("title=\"")
            .and_then(|rest| rest.strip_suffix('"'));
        Self {
            language: language.to_owned(),
            title: title.map(str::to_owned),
            rest: (title.is_none() && !rest.is_empty()).then(|| rest.to_owned()),
            line,
            text: String::new(),
        }
    }

    /// Whether the specification reads blocks of this language.
    pub(super) fn is_known(&self) -> bool {
        matches!(
            self.language.as_str(),
            "yaml" | "requests" | "diagnostics" | "rendered" | "entries" | "options"
        )
    }

    /// Hands over the lines that hold something, each with its number in the file.
    pub(super) fn each_line(
        &self,
        errors: &mut Vec<(usize, String)>,
        mut read: impl FnMut(usize, &str) -> Result<(), String>,
    ) {
        for (at, text) in self.text.lines().enumerate() {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let line = self.line + 1 + at;
            if let Err(message) = read(line, text) {
                errors.push((line, message));
            }
        }
    }
}
