//! Tokens and the rules that verify them.

use serde_json::{Value, json};

use super::policy::insert;
use crate::facts::{TokenFacts, TokenState};
use crate::world::random::Random;

pub(super) const ISSUERS: [&str; 3] = ["iss-1", "iss-2", "https://id.example"];
pub(super) const SUBJECTS: [&str; 3] = ["sub-1", "sub-2", ""];
pub(super) const AUDIENCES: [&str; 2] = ["aud-1", "aud-2"];

/// A rule of a RequestAuthentication; tokens stand at the default places.
pub(super) fn rule(random: &mut Random) -> Value {
    let issuer = issuer(random);
    let mut rule = json!({"issuer": issuer, "jwksUri": format!("https://keys.example/{issuer}")});
    if random.chance(25) {
        insert(&mut rule, "audiences", json!([random.pick(&AUDIENCES)]));
    }
    if random.chance(50) {
        insert(&mut rule, "spaceDelimitedClaims", json!(["groups"]));
    }
    rule
}

/// A token and its text.
pub(super) fn token(random: &mut Random) -> (String, TokenFacts) {
    let state = match random.below(20) {
        0 => TokenState::Expired,
        1 => TokenState::Forged,
        _ => TokenState::Genuine,
    };
    let payload = payload(random);
    ("token".to_owned(), TokenFacts { payload, state })
}

/// Mostly the one issuer, so that tokens find their rules.
fn issuer(random: &mut Random) -> &'static str {
    if random.chance(60) {
        ISSUERS[0]
    } else {
        random.pick(&ISSUERS)
    }
}

/// Claims of every type, also where a string is wanted.
fn payload(random: &mut Random) -> Value {
    let issuer = issuer(random);
    let mut payload = json!({"iss": issuer});
    let subject = random.pick(&SUBJECTS);
    let optional: [(&str, Value, usize); 8] = [
        ("sub", json!(subject), 90),
        ("aud", audience(random), 50),
        ("azp", json!("client"), 20),
        ("groups", groups(random), 70),
        (
            "scope",
            json!(random.pick(&["read", "read write", "write"])),
            30,
        ),
        ("nested", json!({"team": team(random)}), 60),
        ("level", json!(1), 20),
        ("admin", json!(true), 20),
    ];
    for (name, value, percent) in optional {
        if random.chance(percent) {
            insert(&mut payload, name, value);
        }
    }
    payload
}

fn audience(random: &mut Random) -> Value {
    let single = random.pick(&AUDIENCES);
    if random.chance(50) {
        json!(single)
    } else {
        json!([single, "other"])
    }
}

fn groups(random: &mut Random) -> Value {
    match random.below(8) {
        0 => json!("dev"),
        5 | 6 => json!("dev ops"),
        2 => json!([1, "ops"]),
        3 => json!(7),
        4 => json!([["dev"]]),
        _ => json!(["dev", "ops"]),
    }
}

fn team(random: &mut Random) -> Value {
    match random.below(4) {
        0 => json!({"name": "red"}),
        1 => json!(["red", "blue"]),
        _ => json!("red"),
    }
}
