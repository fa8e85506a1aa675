//! `kordon export`: policies as others enforce them.

use std::io::Write;

use anyhow::{Result, anyhow};
use kordon::{export, shorthand};

use crate::cli::Format;
use crate::exit::Exit;
use crate::session::Session;

/// Write policies as others enforce them
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The `AuthorizationPolicy` objects of a workload as HTTP filters of Envoy.
    ///
    /// The filters enforce what Istio has a sidecar enforce. Rules about tokens read what Envoy's
    /// JWT filter notes under the payload key `payload`. What has no exact counterpart is an
    /// error.
    EnvoyRbac {
        /// The workload, such as shop/cart or deployment:shop/cart.
        workload: String,
        /// The namespace of a workload that is named without one.
        #[arg(short, long, value_name = "NAMESPACE")]
        namespace: Option<String>,
    },
}

impl Args {
    pub(crate) fn run(&self, session: &Session) -> Result<Exit> {
        let What::EnvoyRbac {
            workload,
            namespace,
        } = &self.what;
        let workload = shorthand::endpoint(workload, namespace.as_deref());
        let workload = workload.map_err(|error| anyhow!(error.message))?;
        let cluster = session.cluster()?;
        let engine = session.engine(&cluster);
        let filters = export::envoy_rbac(&engine, &workload.as_endpoint())?;
        let filters = serde_json::Value::Array(filters);
        let mut out = session.stdout();
        match session.format() {
            Format::Yaml | Format::Table => out.yaml(&filters)?,
            _ => out.json(&filters)?,
        }
        out.flush()?;
        Ok(Exit::Success)
    }
}
