//! From a request to a decision.
//!
//! Deciding allocates nothing and cannot fail, with one exception: a described workload is
//! compiled on the spot. Explaining runs the same code with a recording trace.

mod api;
mod connection;
mod described;
mod exchange;
mod matching;
mod mesh;
mod party;
mod resolve;
mod stage;

pub(crate) use connection::{Guarded, Reason};
pub(crate) use described::Described;
pub(crate) use exchange::{Exchange, PeerNames};
pub(crate) use matching::{Connection, Holds};
pub(crate) use mesh::Asked;
pub(crate) use party::{Party, Place};
pub(crate) use resolve::{Side, Who, node_side, outside_side, unknown_side};
pub(crate) use stage::StageAnswer;

use crate::compile::StageProgram;
use crate::decision::Decision;
use crate::request::Request;
use crate::snapshot::Snapshot;

pub use api::PreparedApi;
pub use connection::PreparedConnection;

/// Told of every step of a decision.
pub(crate) trait Trace {
    /// Whether planes that can no longer change the decision are evaluated all the same.
    const EXHAUSTIVE: bool;

    /// A stage of a guarded side has answered.
    fn stage(&mut self, stage: &StageProgram, answer: StageAnswer);

    /// A side of a connection has been judged; its stages came before.
    fn side(&mut self, guarded: &Guarded<'_>);

    /// A pair of ends has been judged; its sides came before.
    fn pair(&mut self, decision: &Decision);
}

/// Records nothing.
pub(crate) struct Silent;

impl Trace for Silent {
    const EXHAUSTIVE: bool = false;

    #[inline]
    fn stage(&mut self, _: &StageProgram, _: StageAnswer) {}

    #[inline]
    fn side(&mut self, _: &Guarded<'_>) {}

    #[inline]
    fn pair(&mut self, _: &Decision) {}
}

impl Snapshot {
    /// Decides a request.
    #[inline]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        match request {
            Request::Api(request) => self.decide_api(request),
            Request::Connection(request) => self.decide_connection(
                request,
                &Asked::connection(request.session.as_ref()),
                &mut Silent,
            ),
            Request::Http(request) => self.decide_http(request, &mut Silent),
        }
    }
}
