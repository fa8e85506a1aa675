//! `source` and `destination` of a rule.

use kordon_core::model::{AddressBlock, Attribute, EndpointMatch, Protocol, ValueMatch};
use kordon_core::rule::{Clause, Direction, End, Peer, Sense, Test};
use kordon_syntax::{Diagnostic, quoted};

use super::rule::{Families, Family};
use super::schema::{self, ServiceAccounts, Services};
use super::selector::{Expression, Space};
use super::{ports, read_net, read_selector, refuse_global};
use crate::at::At;
use crate::codes;
use crate::context::Context;

/// One end of the connections that a rule is about, seen from the guarded side.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndPlace {
    pub(super) end: End,
    direction: Direction,
}

/// A field of an entity that becomes a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Selectors,
    NotSelector,
    Nets,
    NotNets,
    Services,
    Ports,
    NotPorts,
}

impl EndPlace {
    pub(super) fn new(end: End, direction: Direction) -> Self {
        Self { end, direction }
    }

    /// The name of the entity in a rule.
    fn name(self) -> &'static str {
        match self.end {
            End::Source => "source",
            End::Destination => "destination",
        }
    }

    /// The path of a field under the rule.
    pub(super) fn path(self, field: Field) -> &'static str {
        match (self.end, field) {
            (End::Source, Field::Selectors) => "source.selector",
            (End::Source, Field::NotSelector) => "source.notSelector",
            (End::Source, Field::Nets) => "source.nets",
            (End::Source, Field::NotNets) => "source.notNets",
            (End::Source, Field::Services) => "source.services",
            (End::Source, Field::Ports) => "source.ports",
            (End::Source, Field::NotPorts) => "source.notPorts",
            (End::Destination, Field::Selectors) => "destination.selector",
            (End::Destination, Field::NotSelector) => "destination.notSelector",
            (End::Destination, Field::Nets) => "destination.nets",
            (End::Destination, Field::NotNets) => "destination.notNets",
            (End::Destination, Field::Services) => "destination.services",
            (End::Destination, Field::Ports) => "destination.ports",
            (End::Destination, Field::NotPorts) => "destination.notPorts",
        }
    }

    /// Whether this is the end that is not guarded.
    fn is_peer(self) -> bool {
        matches!(
            (self.end, self.direction),
            (End::Source, Direction::Ingress) | (End::Destination, Direction::Egress)
        )
    }

    /// The end is one of these.
    pub(super) fn one_of(self, field: &'static str, alternatives: Vec<Peer>) -> Clause {
        let test = if self.is_peer() {
            Test::Peers(alternatives)
        } else {
            self.test(Sense::OneOf, alternatives)
        };
        Clause {
            field: field.into(),
            test,
        }
    }

    /// The end is none of these.
    fn none_of(self, field: &'static str, alternatives: Vec<Peer>) -> Clause {
        let test = self.test(Sense::NoneOf, alternatives);
        Clause {
            field: field.into(),
            test,
        }
    }

    fn test(self, sense: Sense, alternatives: Vec<Peer>) -> Test {
        Test::End {
            end: self.end,
            sense,
            alternatives,
        }
    }
}

/// Reads one entity into conditions.
pub(super) fn read(
    ctx: &mut Context<'_>,
    rule: &At<'_>,
    place: EndPlace,
    spoken: Option<Protocol>,
    families: &mut Families,
    clauses: &mut Vec<Clause>,
) {
    let at = rule.key(place.name());
    if !ctx.has(&at) {
        return;
    }
    let _: schema::Entity = ctx.read(&at);
    selectors(ctx, &at, place, clauses);
    nets(ctx, &at, place, families, clauses);
    services(ctx, &at, place, clauses);
    ports::read(ctx, &at, place, spoken, clauses);
}

/// Selectors and service accounts. Together they are one condition, of which `notSelector` is a
/// negated part (libcalico-go, `getEndpointSelector`).
fn selectors(ctx: &mut Context<'_>, at: &At<'_>, place: EndPlace, clauses: &mut Vec<Clause>) {
    let selector = read_selector(ctx, &at.key("selector"));
    refuse_global(ctx, &at.key("selector"), selector.as_ref());
    let not_selector = read_selector(ctx, &at.key("notSelector"));
    refuse_global(ctx, &at.key("notSelector"), not_selector.as_ref());
    let namespaces = namespace_selector(ctx, at);
    let accounts = accounts(ctx, &at.key("serviceAccounts"));
    let uses_labels = selector.is_some() || not_selector.is_some() || accounts.is_some();
    let mut parts = Vec::new();
    match (namespaces, &ctx.id.namespace) {
        (Some(namespaces), _) => parts.push(namespaces),
        (None, Some(own)) if uses_labels => parts.push(EndpointMatch::Is(
            Attribute::Namespace,
            ValueMatch::In(vec![own.to_string()]),
        )),
        (None, _) => {}
    }
    parts.extend(accounts.into_iter().flatten());
    parts.extend(selector.map(|selector| selector.lower(Space::Endpoint)));
    let endpoints = |condition| vec![Peer::Endpoints(condition)];
    if !parts.is_empty() {
        let condition = EndpointMatch::All(parts);
        clauses.push(place.one_of(place.path(Field::Selectors), endpoints(condition)));
    }
    if let Some(not_selector) = not_selector {
        let condition = not_selector.lower(Space::Endpoint);
        clauses.push(place.none_of(place.path(Field::NotSelector), endpoints(condition)));
    }
}

fn namespace_selector(ctx: &mut Context<'_>, entity: &At<'_>) -> Option<EndpointMatch> {
    let at = entity.key("namespaceSelector");
    let expression = read_selector(ctx, &at)?;
    if expression != Expression::Global {
        refuse_global(ctx, &at, Some(&expression));
    }
    Some(expression.lower(Space::Namespace))
}

/// The conditions of `serviceAccounts`; none if it is absent.
fn accounts(ctx: &mut Context<'_>, at: &At<'_>) -> Option<Vec<EndpointMatch>> {
    if !ctx.has(at) {
        return None;
    }
    let written: ServiceAccounts = ctx.read(at);
    let mut parts = Vec::new();
    let selector = read_selector(ctx, &at.key("selector"));
    refuse_global(ctx, &at.key("selector"), selector.as_ref());
    parts.extend(selector.map(|selector| selector.lower(Space::Account)));
    if !written.names.is_empty() {
        parts.push(EndpointMatch::Is(
            Attribute::Account,
            ValueMatch::In(written.names),
        ));
    }
    Some(parts)
}

fn nets(
    ctx: &mut Context<'_>,
    entity: &At<'_>,
    place: EndPlace,
    families: &mut Families,
    clauses: &mut Vec<Clause>,
) {
    let mut read = |ctx: &mut Context<'_>, field: &str| {
        let list = entity.key(field);
        let written: Vec<String> = ctx.read(&list);
        let mut blocks = Vec::new();
        for (index, text) in written.iter().enumerate() {
            let at = list.index(index);
            let Some(block) = read_net(ctx, &at, text) else {
                continue;
            };
            families.note(ctx, &at, &block);
            if field == "notNets" && block.prefix_len() == 0 {
                let message = format!("{} leaves nothing to match", quoted(text));
                let diagnostic = Diagnostic::error(codes::BLOCK, message)
                    .help("remove it, or write a smaller block");
                ctx.report(&at, "holds every address", diagnostic);
            }
            blocks.push(block);
        }
        blocks
    };
    let nets = read(ctx, "nets");
    let not_nets = read(ctx, "notNets");
    let peers = |blocks: &[ipnet::IpNet]| {
        let peer = |block: &ipnet::IpNet| {
            Peer::Block(AddressBlock {
                block: *block,
                except: Vec::new(),
            })
        };
        blocks.iter().map(peer).collect::<Vec<Peer>>()
    };
    if !nets.is_empty() {
        clauses.push(place.one_of(place.path(Field::Nets), peers(&nets)));
    }
    if let Some(first) = not_nets.first() {
        clauses.push(place.none_of(place.path(Field::NotNets), peers(&not_nets)));
        // A list without blocks of the packet's version drops the rule for it (felix,
        // `filterNets`), so that the rule is about the version of its blocks alone.
        let family = Family::of(first).everything();
        clauses.push(place.one_of(place.path(Field::NotNets), vec![family]));
    }
}

fn services(ctx: &mut Context<'_>, entity: &At<'_>, place: EndPlace, clauses: &mut Vec<Clause>) {
    let at = entity.key("services");
    if !ctx.has(&at) {
        return;
    }
    let written: Services = ctx.read(&at);
    check_services(ctx, entity, place, &written);
    let namespace = match (written.namespace.as_str(), &ctx.id.namespace) {
        ("", Some(own)) => own.to_string(),
        ("", None) => {
            let diagnostic = Diagnostic::error(codes::REQUIRED, "`services` needs `namespace`")
                .help("a policy of the cluster has no namespace that could be meant");
            ctx.report(&at, "no `namespace`", diagnostic);
            return;
        }
        (namespace, _) => namespace.to_owned(),
    };
    let service = Peer::Service {
        namespace,
        name: written.name,
    };
    clauses.push(place.one_of(place.path(Field::Services), vec![service]));
}

/// What cannot stand beside `services` (libcalico-go, `validateEntityRule` and `validateRule`).
fn check_services(ctx: &mut Context<'_>, entity: &At<'_>, place: EndPlace, written: &Services) {
    const NEVER: [&str; 6] = [
        "selector",
        "notSelector",
        "namespaceSelector",
        "serviceAccounts",
        "nets",
        "notNets",
    ];
    let at = entity.key("services");
    if written.name.is_empty() {
        let diagnostic = Diagnostic::error(codes::REQUIRED, "`services` needs `name`")
            .help("add the name of the service");
        ctx.report(&at, "no `name`", diagnostic);
    }
    if !place.is_peer() {
        let diagnostic = Diagnostic::error(codes::RULE_FIELDS, "`services` cannot stand here")
            .help("services can be the source of ingress and the destination of egress");
        ctx.report_key(&at, "of the policy's own side", diagnostic);
    }
    let beside_ports: &[&str] = match place.end {
        End::Destination => &["ports", "notPorts"],
        End::Source => &[],
    };
    for field in NEVER.iter().chain(beside_ports) {
        if ctx.has(&entity.key(field)) {
            let message = format!("`{field}` cannot stand beside `services`");
            let diagnostic = Diagnostic::error(codes::RULE_FIELDS, message)
                .help("the service says which addresses and ports are meant; write another rule");
            ctx.report_key(&entity.key(field), "beside `services`", diagnostic);
        }
    }
}
