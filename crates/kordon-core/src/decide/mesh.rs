//! What a proxy of the mesh at the destination says: how the connection must be secured, which
//! token a request may carry, and whether it is passed on.

use std::net::IpAddr;

use smallvec::SmallVec;

use super::connection::{Guarded, Judgement, Pair, Reason, Said};
use super::exchange::{Exchange, Lowered, Message, PeerNames, Providers};
use super::matching::{Connection, Holds};
use super::party::{Party, Place};
use super::{Silent, Trace};
use crate::compile::Program;
use crate::decision::{Decision, Problem, Verdict};
use crate::http_path::{self, HttpPath};
use crate::model::Membership;
use crate::request::{HttpMessage, HttpRequest, Session, SessionSecurity, Token};
use crate::rule::{Direction, Plane, Security};
use crate::snapshot::Snapshot;

/// What is asked beside the ends: what the connection shows, and the request on it.
#[derive(Clone, Debug)]
pub(crate) struct Asked<'a> {
    session: Option<&'a Session<'a>>,
    message: Option<ReadyMessage<'a>>,
}

#[derive(Clone, Debug)]
struct ReadyMessage<'a> {
    sent: HttpMessage<'a>,
    path: HttpPath<'a>,
    host: Lowered,
}

impl<'a> Asked<'a> {
    /// Nothing but the connection.
    pub(crate) fn connection(session: Option<&'a Session<'a>>) -> Self {
        Self {
            session,
            message: None,
        }
    }

    /// Whether the mesh's own way of securing connections is meant.
    fn is_inferred(&self) -> bool {
        self.session
            .is_none_or(|session| session.security == SessionSecurity::Inferred)
    }

    fn message(&self) -> Option<Message<'_>> {
        self.message.as_ref().map(|ready| Message {
            sent: &ready.sent,
            path: ready.path.as_str(),
            host: ready.host.as_str(),
            token: if is_preflight(&ready.sent) {
                Token::Absent
            } else {
                ready.sent.token
            },
            claims: None,
            accepted: None,
        })
    }
}

/// Whether a browser asks what it may ask: such requests pass without their token being looked
/// at (Istio configures Envoy's JWT filter with `bypass_cors_preflight`).
fn is_preflight(message: &HttpMessage<'_>) -> bool {
    let has = |name| message.headers.of(name).any(|line| !line.is_empty());
    message.method == "OPTIONS" && has("origin") && has("access-control-request-method")
}

impl Snapshot {
    /// Decides an HTTP request over the connection that it comes on. It needs much of the stack,
    /// which those who ask something else are not to pay for.
    #[inline(never)]
    pub(crate) fn decide_http<T: Trace>(
        &self,
        request: &HttpRequest<'_>,
        trace: &mut T,
    ) -> Decision {
        let message = request.message;
        let Some(path) = http_path::normalize(message.path, self.options.paths) else {
            return Decision::problem(Problem::RefusedPath);
        };
        let asked = Asked {
            session: request.connection.session.as_ref(),
            message: Some(ReadyMessage {
                sent: message,
                path,
                host: Lowered::new(message.host),
            }),
        };
        self.decide_connection(&request.connection, &asked, trace)
    }

    /// Whether any policy is known that proxies of a mesh enforce.
    #[inline]
    pub(super) fn has_proxies(&self) -> bool {
        PROXIED.iter().any(|plane| self.has_plane(*plane))
    }

    /// Judges a pair in the planes that a proxy at the destination enforces.
    #[inline(never)]
    pub(super) fn judge_proxied<T: Trace>(
        &self,
        pair: &Pair<'_>,
        asked: &Asked<'_>,
        mut said: Said,
        trace: &mut T,
    ) -> Said {
        let mut uri = Uri::default();
        let mut exchange = self.exchange(pair, asked, &mut uri);
        if exchange.security == Some(Security::Mutual)
            && asked.is_inferred()
            && self.wants_plaintext(pair, &exchange)
        {
            (exchange.security, exchange.names) = (Some(Security::Plaintext), PeerNames::Nobody);
        }
        for plane in PROXIED {
            let is_there = match plane {
                Plane::Authn => self.has_plane(plane) && exchange.message.is_some(),
                Plane::Mtls => self.has_plane(plane) || exchange.is_unreadable(),
                _ => self.has_plane(plane),
            };
            if !is_there {
                continue;
            }
            let judgement = self.judge_plane(plane, pair, &exchange, trace);
            let next = Said {
                plane,
                direction: Direction::Ingress,
                judgement,
            };
            if next.speaks_for(&said) {
                said = next;
            }
            if !T::EXHAUSTIVE && judgement.verdict == Verdict::Deny {
                return said;
            }
            if plane == Plane::Authn {
                accept_token(&mut exchange, judgement, pair.to.program);
            }
        }
        said
    }

    fn judge_plane<T: Trace>(
        &self,
        plane: Plane,
        pair: &Pair<'_>,
        exchange: &Exchange<'_>,
        trace: &mut T,
    ) -> Judgement {
        let connection = Connection {
            exchange: Some(exchange),
            ..pair.connection(self, Direction::Ingress)
        };
        let program = pair.to.program;
        let stages = program.map_or(&[][..], |program| program.proxy_stages(plane));
        let judgement =
            if program.is_none() || self.membership(&pair.to.party) == Membership::Outside {
                Judgement::by(Reason::NoProxy, Verdict::NotApplicable)
            } else {
                or_default(plane, exchange, self.run_stages(stages, &connection, trace))
            };
        trace.side(&Guarded {
            plane,
            subject: pair.to,
            peer: pair.from,
            connection: &connection,
            stages,
            judgement,
        });
        judgement
    }

    /// Whether the destination takes plaintext alone. Workloads of the mesh know that of each
    /// other, and then speak plaintext.
    fn wants_plaintext(&self, pair: &Pair<'_>, exchange: &Exchange<'_>) -> bool {
        let stages = pair
            .to
            .program
            .map_or(&[][..], |program| program.proxy_stages(Plane::Mtls));
        let verdict = |security| {
            let exchange = Exchange {
                security: Some(security),
                ..*exchange
            };
            let connection = Connection {
                exchange: Some(&exchange),
                ..pair.connection(self, Direction::Ingress)
            };
            self.run_stages(stages, &connection, &mut Silent).verdict
        };
        !stages.is_empty()
            && verdict(Security::Mutual) == Verdict::Deny
            && verdict(Security::Plaintext) == Verdict::Allow
    }

    /// What the destination's proxy sees.
    fn exchange<'a>(
        &self,
        pair: &'a Pair<'_>,
        asked: &'a Asked<'_>,
        uri: &'a mut Uri,
    ) -> Exchange<'a> {
        let session = asked.session.copied().unwrap_or_default();
        let (security, names) = match session.security {
            SessionSecurity::Plaintext => (Some(Security::Plaintext), PeerNames::Nobody),
            SessionSecurity::OtherTls => (Some(Security::OtherTls), PeerNames::Nobody),
            SessionSecurity::Mesh if pair.from.party.place == Place::Pod => {
                uri.write(self, &pair.from.party);
                (Some(Security::Mutual), PeerNames::Workload(uri.as_str()))
            }
            SessionSecurity::Mesh => (Some(Security::Mutual), PeerNames::NotKnown),
            SessionSecurity::Mutual(names) => (Some(Security::Mutual), PeerNames::Listed(names)),
            SessionSecurity::Inferred => match self.membership(&pair.from.party) {
                Membership::Wanted | Membership::Own | Membership::Shared => {
                    uri.write(self, &pair.from.party);
                    (Some(Security::Mutual), PeerNames::Workload(uri.as_str()))
                }
                Membership::Outside => (Some(Security::Plaintext), PeerNames::Nobody),
                Membership::Unspecified | Membership::NotOwn | Membership::NotShared => {
                    (None, PeerNames::NotKnown)
                }
            },
        };
        let connection = pair.connection(self, Direction::Ingress);
        let (source, destination) = connection.addresses();
        let peer = session.peer.or(source);
        Exchange {
            security,
            names,
            peer,
            client: session.client.or(peer),
            destination,
            // Envoy's TLS inspector gives the name in lower case; without TLS there is none.
            server_name: match security {
                Some(Security::Plaintext) => "",
                _ => session.server_name,
            },
            // Istio: "only 1 provider can be used per workload"; the rules of all then deny.
            providers: match pair.to.program {
                Some(program) if program.has_conflicting_providers() => Providers::Conflicting,
                _ => Providers::Each(session.providers),
            },
            // A node's proxy reads no HTTP: to it a request is a connection of bytes.
            message: match self.membership(&pair.to.party) {
                Membership::Shared => None,
                _ => asked.message(),
            },
        }
    }

    /// Whether a proxy of the mesh carries a party's connections.
    fn membership(&self, party: &Party<'_>) -> Membership {
        match party.place {
            Place::Pod => party.membership(self),
            Place::UnknownPod => Membership::Unspecified,
            Place::Host | Place::Outside => Membership::Outside,
        }
    }
}

/// The planes of proxies, in the order in which they are shown.
const PROXIED: [Plane; 3] = [Plane::Mtls, Plane::Authn, Plane::Mesh];

/// What a plane says, where no policy does: nothing is PERMISSIVE, where Envoy takes TLS that is
/// not the mesh's own for bytes, and a port of HTTP has nothing for bytes.
fn or_default(plane: Plane, exchange: &Exchange<'_>, judgement: Judgement) -> Judgement {
    let is_silent = judgement.verdict == Verdict::Allow && !judgement.explicit;
    if plane == Plane::Mtls && is_silent && exchange.is_unreadable() {
        Judgement::by(Reason::UnreadableTls, Verdict::Deny)
    } else {
        judgement
    }
}

/// Lets the rules of the mesh see the claims of a token that was accepted. Without a rule that
/// accepts it, a token is a header like any other.
fn accept_token<'a>(
    exchange: &mut Exchange<'a>,
    judgement: Judgement,
    program: Option<&'a Program>,
) {
    let is_accepted = judgement.verdict == Verdict::Allow && judgement.explicit;
    let mut rules = program.into_iter().flat_map(Program::token_rules);
    let rule = rules.find(|rule| exchange.is_accepted(rule) == Holds::Yes);
    if let Some(message) = exchange.message.as_mut().filter(|_| is_accepted)
        && let (Token::Verified(claims), Some(rule)) = (message.token, rule)
    {
        (message.claims, message.accepted) = (Some(claims), Some(rule));
    }
}

/// The URI by which a workload is known in the mesh, written on the stack.
#[derive(Default)]
struct Uri(SmallVec<[u8; 256]>);

impl Uri {
    fn write(&mut self, snapshot: &Snapshot, party: &Party<'_>) {
        let (namespace, account) = party.account(snapshot);
        let pieces = [
            "spiffe://",
            snapshot.options.trust_domain.as_str(),
            "/ns/",
            namespace,
            "/sa/",
            account,
        ];
        for piece in pieces {
            self.0.extend_from_slice(piece.as_bytes());
        }
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Connection<'_> {
    /// The addresses by which source and destination take part, where they are known.
    fn addresses(&self) -> (Option<IpAddr>, Option<IpAddr>) {
        use crate::rule::End;
        (self.address(End::Source), self.address(End::Destination))
    }
}
