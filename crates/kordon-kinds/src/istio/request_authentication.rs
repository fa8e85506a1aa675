//! From `RequestAuthentication` to the rule IR.
//!
//! A request passes if it carries a token that one of the rules accepts, or none: "requests that
//! present no token are let through" (Istio's API reference). The rules of all policies that apply
//! to a workload count together, so they are alternatives of one stage.

use kordon_core::model::{Item, KeySource, TokenPlace, TokenRule};
use kordon_core::rule::{Combine, Effect, Order, Plane, Rule, Test, Ties};
use kordon_syntax::{Diagnostic, FieldPath, quoted};
use serde::de::IgnoredAny;

use super::attachment::{self, Selected, widest};
use super::mesh::{own_clause, policy, stage};
use super::schema::{self, AuthenticationSpec};
use crate::at::{At, elements};
use crate::codes;
use crate::context::Context;
use crate::frame::Frame;
use crate::network::{undecided_rule, unreadable};

/// Claims that are split at blanks in any case.
const SPLIT: [&str; 2] = ["scope", "permission"];

/// Lowers one object.
pub(super) fn lower(ctx: &mut Context<'_>) -> Vec<Item> {
    let before = ctx.errors();
    let _: Frame = ctx.read(&At::Root);
    let spec = At::Root.key("spec");
    let _: AuthenticationSpec = ctx.read(&spec);
    let attachment = attachment::read(ctx);
    let is_exact = ctx.errors() == before && ctx.doubt.is_none();
    let rules = token_rules(ctx, &spec.key("jwtRules"));
    if !is_exact {
        let reason = ctx.doubt.clone().unwrap_or_else(|| unreadable(&At::Root));
        let rule = undecided_rule(At::Root.path(), None, Effect::Allow, &reason);
        let rules = with_no_token(At::Root.path(), vec![rule]);
        return vec![authentication(At::Root.path(), widest(ctx), rules)];
    }
    if rules.is_empty() {
        return Vec::new();
    }
    let rules = with_no_token(spec.key("jwtRules").path(), rules);
    let enforced = attachment
        .selected
        .map(|selected| authentication(attachment.path, selected, rules));
    let by_waypoint = attachment.waypoint.map(|path| {
        let reason = "a waypoint may refuse the token on its way to the workload";
        let rule = undecided_rule(path.clone(), None, Effect::Allow, reason);
        let rules = with_no_token(path.clone(), vec![rule]);
        authentication(path, widest(ctx), rules)
    });
    enforced.into_iter().chain(by_waypoint).collect()
}

fn authentication(path: FieldPath, selected: Selected, rules: Vec<Rule>) -> Item {
    let stage = stage(
        10.0,
        "RequestAuthentication",
        Combine::Isolate,
        Ties::Reference,
    );
    policy(Plane::Authn, stage, Order(0.0), path, selected, rules)
}

/// No rule refuses a request that carries no token. Where a rule is not known, nobody knows where
/// it looks for tokens either, so that one may be overlooked.
fn with_no_token(path: FieldPath, mut rules: Vec<Rule>) -> Vec<Rule> {
    let clauses = rules.iter().flat_map(|rule| &rule.clauses);
    let mut doubts = clauses.filter(|clause| matches!(clause.test, Test::Unknown(_)));
    let doubt = doubts.next().cloned();
    rules.push(Rule {
        path,
        name: None,
        effect: Effect::Allow,
        clauses: std::iter::once(own_clause(Test::NoToken))
            .chain(doubt)
            .collect(),
    });
    rules
}

fn token_rules(ctx: &mut Context<'_>, list: &At<'_>) -> Vec<Rule> {
    let before = ctx.errors();
    let _: Vec<IgnoredAny> = ctx.read(list);
    if ctx.errors() != before {
        return vec![undecided_rule(
            list.path(),
            None,
            Effect::Allow,
            &unreadable(list),
        )];
    }
    let count = ctx.node(list).map_or(0, |node| elements(node).len());
    (0..count)
        .map(|index| token_rule(ctx, &list.index(index)))
        .collect()
}

fn token_rule(ctx: &mut Context<'_>, at: &At<'_>) -> Rule {
    let before = ctx.errors();
    let written: schema::JwtRule = ctx.read(at);
    let is_read = ctx.errors() == before;
    // The API server refuses a rule without an issuer; Envoy takes tokens of any then.
    check_issuer(ctx, at, &written);
    let before = ctx.errors();
    check_keys(ctx, at, &written);
    check_texts(ctx, &at.key("audiences"), &written.audiences);
    check_texts(ctx, &at.key("fromParams"), &written.from_params);
    check_texts(ctx, &at.key("fromCookies"), &written.from_cookies);
    check_headers(ctx, &at.key("fromHeaders"), &written.from_headers);
    check_texts(
        ctx,
        &at.key("spaceDelimitedClaims"),
        &written.space_delimited_claims,
    );
    if !is_read || ctx.errors() != before {
        return undecided_rule(at.path(), None, Effect::Allow, &unreadable(at));
    }
    let token = TokenRule {
        split_claims: split_claims(&written),
        forwards: written.forward_original_token,
        places: places(&written),
        keys: keys(&written),
        issuer: written.issuer,
        audiences: written.audiences,
    };
    Rule {
        path: at.path(),
        name: None,
        effect: Effect::Allow,
        clauses: vec![own_clause(Test::Token(token))],
    }
}

fn places(written: &schema::JwtRule) -> Vec<TokenPlace> {
    let headers = written
        .from_headers
        .iter()
        .map(|header| TokenPlace::Header {
            name: header.name.clone(),
            prefix: header.prefix.clone(),
        });
    let parameters = written
        .from_params
        .iter()
        .cloned()
        .map(TokenPlace::Parameter);
    let cookies = written.from_cookies.iter().cloned().map(TokenPlace::Cookie);
    headers.chain(parameters).chain(cookies).collect()
}

/// "Only one of jwksUri and jwks should be used"; keys that stand in the policy come first
/// (Istio's `convertToEnvoyJwtConfig`).
fn keys(written: &schema::JwtRule) -> KeySource {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    given(&written.jwks)
        .map(KeySource::Inline)
        .or_else(|| given(&written.jwks_uri).map(KeySource::Uri))
        .unwrap_or_default()
}

fn check_issuer(ctx: &mut Context<'_>, at: &At<'_>, written: &schema::JwtRule) {
    if !written.issuer.is_empty() {
        return;
    }
    let has_keys = written.jwks_uri.as_ref().is_some_and(|uri| !uri.is_empty());
    let diagnostic = if has_keys {
        Diagnostic::warning(
            codes::REQUIRED,
            "without `issuer` tokens of any issuer are accepted that these keys verify",
        )
    } else {
        Diagnostic::error(codes::REQUIRED, "a rule needs `issuer`")
    };
    let help = "add `issuer: ..`, the claim `iss` of the tokens to accept";
    ctx.report(&at.key("issuer"), "no `issuer`", diagnostic.help(help));
}

fn check_keys(ctx: &mut Context<'_>, at: &At<'_>, written: &schema::JwtRule) {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if given(&written.jwks) && given(&written.jwks_uri) {
        let diagnostic = Diagnostic::warning(
            codes::RULE_FIELDS,
            "`jwks` and `jwksUri` stand together, and `jwksUri` is ignored",
        )
        .help("remove the one that is not meant");
        ctx.report_key(&at.key("jwksUri"), "takes no effect", diagnostic);
    }
    let uri = written.jwks_uri.as_deref().unwrap_or_default();
    if !uri.is_empty() && !uri.starts_with("http://") && !uri.starts_with("https://") {
        let message = format!("{} is not the address of a key set", quoted(uri));
        let diagnostic = Diagnostic::error(codes::VALUE, message)
            .help("write an address that begins with `https://` or `http://`");
        ctx.report(&at.key("jwksUri"), "not an address", diagnostic);
    }
}

fn check_texts(ctx: &mut Context<'_>, list: &At<'_>, values: &[String]) {
    for (index, value) in values.iter().enumerate() {
        if value.is_empty() {
            let diagnostic = Diagnostic::error(codes::VALUE, "an empty value is not allowed")
                .help("remove it, or write what is meant");
            ctx.report(&list.index(index), "empty", diagnostic);
        }
    }
}

fn check_headers(ctx: &mut Context<'_>, list: &At<'_>, headers: &[schema::JwtHeader]) {
    for (index, header) in headers.iter().enumerate() {
        if header.name.is_empty() {
            let diagnostic = Diagnostic::error(codes::REQUIRED, "a header needs `name`")
                .help("add `name: ..`, the header that carries the token");
            ctx.report(&list.index(index), "no `name`", diagnostic);
        }
    }
}

/// The claims that Istio has Envoy split at blanks.
fn split_claims(written: &schema::JwtRule) -> Vec<String> {
    let others = written.space_delimited_claims.iter().cloned();
    SPLIT.map(str::to_owned).into_iter().chain(others).collect()
}
