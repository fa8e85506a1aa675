//! Sessions at a shell, as pages show them in blocks of `console`.
//!
//! Nothing but `kordon` is run, and no shell: a page must not be able to start a program. The
//! grammar is what the pages need of a shell's:
//!
//! - `$ kordon ARGUMENTS`, with quoted words, and perhaps `<<END` and lines behind `> `;
//! - `$ echo $?` for the exit status of the command before;
//! - everything else is output. A line `...` stands for any number of lines.

use std::io::{Read, Write};
use std::iter::Peekable;
use std::process::Stdio;
use std::str::Lines;

use crate::run::command;

/// The page with the output that its commands give, and how many commands those are.
pub(crate) fn refresh(page: &str, name: &str) -> (String, usize) {
    let mut reader = Reader {
        name,
        lines: page.lines().peekable(),
        text: String::new(),
        commands: 0,
        status: None,
    };
    let mut is_inside = false;
    while let Some(line) = reader.take_if(|_| true) {
        is_inside = match line {
            "```console" => true,
            "```" => false,
            _ => is_inside,
        };
        if let Some(typed) = line.strip_prefix("$ ").filter(|_| is_inside) {
            reader.command(typed);
        }
    }
    (reader.text, reader.commands)
}

/// A page while it is read, and what it becomes.
struct Reader<'p> {
    name: &'p str,
    lines: Peekable<Lines<'p>>,
    text: String,
    commands: usize,
    /// The exit status of the last command.
    status: Option<i32>,
}

impl<'p> Reader<'p> {
    /// Takes the next line over if it is one of these.
    fn take_if(&mut self, is_meant: impl Fn(&str) -> bool) -> Option<&'p str> {
        let line = self.lines.next_if(|line| is_meant(line))?;
        self.push(line);
        Some(line)
    }

    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Runs what was typed and puts its output in the place of what the page shows.
    fn command(&mut self, typed: &str) {
        let mut input = Vec::new();
        while let Some(line) = self.take_if(|line| line.starts_with("> ")) {
            input.push(line.trim_start_matches("> "));
        }
        let is_output = |line: &&str| !line.starts_with("$ ") && *line != "```";
        let mut shown = Vec::new();
        while let Some(line) = self.lines.next_if(is_output) {
            shown.push(line);
        }
        let output = self.output(typed, &input);
        let lines: Vec<&str> = output.lines().collect();
        let result = if is_excerpt(&shown, &lines) {
            shown
        } else {
            lines
        };
        for line in result {
            self.push(line);
        }
    }

    fn output(&mut self, typed: &str, input: &[&str]) -> String {
        let name = self.name;
        if typed == "echo $?" {
            let status = self.status;
            let status = status.unwrap_or_else(|| panic!("{name}: no command before `$?`"));
            return format!("{status}\n");
        }
        let (output, status) = run(typed, input, name);
        self.commands += 1;
        self.status = Some(status);
        output
    }
}

/// What a command writes to both of its streams, as a terminal shows it, and its exit status.
fn run(typed: &str, input: &[&str], page: &str) -> (String, i32) {
    let (typed, stdin) = match typed.split_once(" <<") {
        Some((typed, mark)) => (typed, here_document(input, mark, page)),
        None => (typed, String::new()),
    };
    let arguments = typed.strip_prefix("kordon ");
    let arguments = arguments.unwrap_or_else(|| panic!("{page}: `{typed}` is not a kordon"));
    assert!(
        !arguments.contains("--junit"),
        "{page}: `{typed}` writes a file"
    );
    let (mut output, writer) = std::io::pipe().unwrap();
    let mut command = command(words(arguments).into_iter());
    command
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It holds the other end of the pipe.
    drop(command);
    let mut pipe = child.stdin.take().unwrap();
    // A run that fails before it reads closes the pipe, which is no failure of the page.
    let _ = pipe.write_all(stdin.as_bytes());
    drop(pipe);
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    (text, child.wait().unwrap().code().unwrap())
}

/// The lines before the mark that ends them.
fn here_document(input: &[&str], mark: &str, page: &str) -> String {
    let Some((_, lines)) = input.split_last().filter(|(last, _)| **last == mark) else {
        panic!("{page}: expected `> {mark}` at the end of the input");
    };
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

/// The words of a command line, with single and double quotes.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote) = (None::<String>, None::<char>);
    for letter in line.chars() {
        match (letter, quote) {
            (_, Some(open)) if letter == open => quote = None,
            ('\'' | '"', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            ('|' | '<' | '>' | '&' | ';' | '$' | '\\' | '*' | '?', None) => {
                panic!("`{letter}` is for a shell, in `{line}`")
            }
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// Whether `shown` is `lines` but for the places where it has `...`.
fn is_excerpt(shown: &[&str], lines: &[&str]) -> bool {
    let Some(gap) = shown.iter().position(|line| *line == "...") else {
        return shown == lines;
    };
    let (before, after) = (&shown[..gap], &shown[gap + 1..]);
    lines.starts_with(before)
        && (gap..=lines.len()).any(|skipped| is_excerpt(after, &lines[skipped..]))
}

#[test]
fn a_line_of_dots_stands_for_any_lines() {
    let lines = ["a", "b", "c"];
    for shown in [
        &["a", "b", "c"][..],
        &["a", "..."],
        &["...", "c"],
        &["a", "...", "c"],
        &["a", "...", "b", "...", "c", "..."],
    ] {
        assert!(is_excerpt(shown, &lines), "{shown:?}");
    }
    for shown in [&["a", "b"][..], &["...", "b"], &["b", "..."], &[]] {
        assert!(!is_excerpt(shown, &lines), "{shown:?}");
    }
}

#[test]
fn other_output_takes_the_place_of_what_a_page_shows() {
    let page = "one\n```console\n$ kordon version -q\nold\n$ echo $?\n1\n```\n$ kordon x\n";
    let (text, count) = refresh(page, "page");
    let fresh = "one\n```console\n$ kordon version -q\n$ echo $?\n0\n```\n$ kordon x\n";
    assert_eq!((text.as_str(), count), (fresh, 1));
}

#[test]
fn words_are_apart_by_blanks_outside_of_quotes() {
    assert_eq!(words(r#"a 'b c' "d'e" '' f"#), ["a", "b c", "d'e", "", "f"]);
}
