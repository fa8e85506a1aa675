//! Connections as tables: for a terminal, in CSV and in Markdown.

use std::io::{self, Write};
use std::path::PathBuf;

use kordon::analyze::connectivity::Row;
use kordon::connections::{Connections, Exposure, Group, parts};

use super::{allowed, by};
use crate::cli::Format;
use crate::output::{FAINT, Output, Table, visible};

/// Names in one cell; of more, the rest is counted.
const NAMES: usize = 12;

/// Ports are broken into lines of so many columns, unless a single range is longer.
const WIDTH: usize = 16;

const HEADINGS: [&str; 4] = ["FROM", "TO", "PORTS", "BY"];

/// Groups for people: each cell on as many lines as it needs.
pub(super) fn groups(groups: &[Group], out: &mut Output) -> io::Result<()> {
    if groups.is_empty() {
        return writeln!(out, "no connection is allowed");
    }
    let mut table = Table::new(&HEADINGS);
    for group in groups {
        let cells = [
            listed(&group.from),
            listed(&group.to),
            port_lines(&group.ports.to_string()),
            vec![by(group.allowance).to_owned()],
        ];
        rows_of(&mut table, &cells);
    }
    table.write(out)
}

/// Adds a row whose cells have several lines.
fn rows_of(table: &mut Table, cells: &[Vec<String>]) {
    let lines = cells.iter().map(Vec::len).max().unwrap_or_default();
    for line in 0..lines {
        let cell = |cell: &Vec<String>| cell.get(line).cloned().unwrap_or_default();
        table.row(cells.iter().map(cell));
    }
}

fn listed(names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = names.iter().take(NAMES).cloned().collect();
    let more = names.len().saturating_sub(NAMES);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

/// Ports broken after `;` and `,`.
fn port_lines(ports: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in ports.split_inclusive([';', ',']) {
        let Some(line) = lines.last_mut() else {
            continue;
        };
        if line.is_empty() || line.len() + piece.len() <= WIDTH {
            line.push_str(piece);
        } else {
            lines.push(format!("  {}", piece.trim_start()));
        }
    }
    lines
}

/// Groups as a table of Markdown.
pub(super) fn groups_markdown(groups: &[Group], out: &mut Output) -> io::Result<()> {
    let rows = groups.iter().map(|group| {
        [
            group.from.join(", "),
            group.to.join(", "),
            group.ports.to_string(),
            by(group.allowance).to_owned(),
        ]
    });
    markdown(&["From", "To", "Ports", "By"], rows, out)
}

fn markdown<const N: usize>(
    headings: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    out: &mut Output,
) -> io::Result<()> {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let headings = headings.map(str::to_owned);
    writeln!(out, "{}", line(&headings))?;
    writeln!(out, "{}", line(&headings.map(|_| "---".to_owned())))?;
    for row in rows {
        let cells = row.map(|cell| visible(&cell).replace('|', "\\|"));
        writeln!(out, "{}", line(&cells))?;
    }
    Ok(())
}

/// Rows as RFC 4180 has them, one for each way in which ports are allowed.
pub(super) fn csv(
    map: &Connections<'_>,
    rows: &[Row],
    is_explained: bool,
    out: &mut Output,
) -> io::Result<()> {
    let why = if is_explained { ",why" } else { "" };
    writeln!(out, "from,to,ports,allowed{why}")?;
    for row in rows {
        let (from, to) = (map.names(&row.from).join(" "), map.names(&row.to).join(" "));
        for (kind, ports) in parts(&row.answer) {
            let mut cells = vec![
                from.clone(),
                to.clone(),
                ports.to_string(),
                kind.name().to_owned(),
            ];
            if is_explained {
                cells.push(map.why(row).join("; "));
            }
            csv_line(&cells, out)?;
        }
    }
    Ok(())
}

fn csv_line(cells: &[String], out: &mut Output) -> io::Result<()> {
    let quoted = |cell: &String| {
        let cell = visible(cell);
        if cell.contains([',', '"']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell
        }
    };
    let cells: Vec<String> = cells.iter().map(quoted).collect();
    writeln!(out, "{}", cells.join(","))
}

/// Rows, each with its reasons and the command that explains it.
pub(super) fn explained(
    map: &Connections<'_>,
    rows: &[Row],
    filenames: &[PathBuf],
    out: &mut Output,
) -> io::Result<()> {
    if rows.is_empty() {
        return writeln!(out, "no connection is allowed");
    }
    for row in rows {
        let (from, to) = (
            map.names(&row.from).join(", "),
            map.names(&row.to).join(", "),
        );
        for (kind, ports) in parts(&row.answer) {
            let line = format!("{from} -> {to}: {ports}, {}", allowed(kind));
            writeln!(out, "{}", visible(&line))?;
        }
        for reason in map.why(row) {
            for line in kordon::wrap(&format!("  - {}", visible(&reason)), out.width, 4) {
                writeln!(out, "{line}")?;
            }
        }
        if let Some(question) = map.question(row).and_then(|q| q.to_shorthand()) {
            let files = filenames
                .iter()
                .map(|path| format!("-f {} ", path.display()));
            let files: String = files.collect();
            let command = visible(&format!("kordon explain {files}{question}"));
            writeln!(out, "    {FAINT}{command}{FAINT:#}")?;
        }
    }
    Ok(())
}

/// Exposures as a table.
pub(super) fn exposures(
    exposures: &[Exposure],
    format: Format,
    out: &mut Output,
) -> io::Result<()> {
    let cells = |found: &Exposure| {
        [
            found.workload.clone(),
            found.to.to_string(),
            found.ports.to_string(),
        ]
    };
    match format {
        Format::Markdown => markdown(
            &["Workload", "Open to", "Ports"],
            exposures.iter().map(cells),
            out,
        ),
        Format::Csv => {
            writeln!(out, "workload,open to,ports")?;
            exposures
                .iter()
                .try_for_each(|found| csv_line(&cells(found), out))
        }
        _ if exposures.is_empty() => writeln!(out, "no workload is open to many"),
        _ => {
            let mut table = Table::new(&["WORKLOAD", "OPEN TO", "PORTS"]);
            for found in exposures {
                let [workload, to, ports] = cells(found);
                let to = to.split(", ").map(str::to_owned).collect::<Vec<_>>();
                rows_of(
                    &mut table,
                    &[vec![workload], listed(&to), port_lines(&ports)],
                );
            }
            table.write(out)
        }
    }
}
