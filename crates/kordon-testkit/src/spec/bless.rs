//! A page with other expectations, for review in the difference.

use std::collections::BTreeMap;

use super::{SpecBlock, SpecFile, SpecRequest, SpecVerdict};

/// What the specification is to expect in the place of what it expects.
#[derive(Clone, Debug, Default)]
pub struct SpecChanges {
    /// By line of a request, its verdict and, where the line states a reason, that.
    pub requests: BTreeMap<usize, (SpecVerdict, Option<String>)>,
    /// The lines of blocks.
    pub blocks: Vec<(SpecBlock, String)>,
}

impl SpecFile {
    /// The file's text with other expectations. Everything else stays, and so do the columns
    /// where the words have room.
    pub fn with(&self, changes: &SpecChanges) -> String {
        let requests: BTreeMap<usize, &SpecRequest> = self
            .cases
            .iter()
            .flat_map(|case| &case.requests)
            .map(|request| (request.line, request))
            .collect();
        let mut lines = Vec::new();
        for (line, text) in self
            .text
            .split('\n')
            .enumerate()
            .map(|(at, text)| (at + 1, text))
        {
            for (_, new) in changes
                .blocks
                .iter()
                .filter(|(block, _)| block.line == line)
            {
                lines.extend(new.lines().map(str::to_owned));
            }
            if changes.blocks.iter().any(|(block, _)| block.holds(line)) {
                continue;
            }
            lines.push(match (requests.get(&line), changes.requests.get(&line)) {
                (Some(request), Some((verdict, because))) => {
                    restate(request, text, *verdict, because.as_deref())
                }
                _ => text.to_owned(),
            });
        }
        lines.join("\n")
    }
}

impl SpecBlock {
    fn holds(self, line: usize) -> bool {
        (self.line..self.line + self.lines).contains(&line)
    }
}

fn restate(
    request: &SpecRequest,
    text: &str,
    verdict: SpecVerdict,
    because: Option<&str>,
) -> String {
    let line = if request.verdict == verdict {
        text.to_owned()
    } else {
        verdict.replace(request.verdict, text)
    };
    let stated = request
        .because
        .as_deref()
        .filter(|stated| !stated.is_empty());
    match (stated, because) {
        (Some(stated), Some(because)) => {
            let start = line.trim_end().strip_suffix(stated).unwrap_or(&line);
            format!("{start}{because}")
        }
        _ => line,
    }
}
