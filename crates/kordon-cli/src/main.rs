//! The `kordon` command: may this identity do this, and exactly why?
//!
//! It owns arguments, files, terminals and exit statuses. Every answer is the library's.

mod cli;
mod command;
mod exit;
mod input;
mod output;
mod question;
mod session;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let color = cli.global.color;
    match cli.run() {
        Ok(exit) => exit.into(),
        Err(error) => exit::failed(&error, color),
    }
}
