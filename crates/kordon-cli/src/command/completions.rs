//! `kordon completions`: scripts that complete the command in a shell.

use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::session::Session;

/// Print a script that completes kordon in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
In bash:  source <(kordon completions bash)
In zsh:   kordon completions zsh > \"${fpath[1]}/_kordon\"
In fish:  kordon completions fish > ~/.config/fish/completions/kordon.fish")]
pub(crate) struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        // The generator panics where it cannot write, so it writes to memory.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "kordon", &mut script);
        let mut out = session.stdout();
        out.write_all(&script)?;
        out.flush()?;
        Ok(Exit::Success)
    }
}
