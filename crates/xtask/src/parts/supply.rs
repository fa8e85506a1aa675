//! The part that looks at what the workspace depends on.

use anyhow::Result;

use crate::tools;
use crate::workspace::Workspace;

/// Checks licences, sources and bans, and the advisories where their database can be reached.
pub(super) fn deny(workspace: &Workspace) -> Result<()> {
    let tool = tools::CARGO_DENY.ensure(workspace)?;
    let reached = tool.step(workspace).words("fetch db").run().is_ok();
    tool.step(workspace)
        .words("check bans licenses sources")
        .run()?;
    if !reached {
        println!("note: the advisory database cannot be reached; advisories are not checked");
        return Ok(());
    }
    tool.step(workspace)
        .words("check --disable-fetch advisories")
        .run()
}
