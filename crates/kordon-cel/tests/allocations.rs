//! Common conditions are evaluated without an allocation: a counting allocator watches.
//!
//! This file holds one test, so that no other test allocates at the same time.

use std::alloc::System;
use std::hint::black_box;

use kordon_cel::{Env, List, Map, Mapping, Object, Timestamp, Type, Value};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const GROUPS: &[&str] = &["dev", "ops", "admins"];

#[derive(Debug)]
struct Request {
    user: User,
    now: Timestamp,
}

#[derive(Debug)]
struct User {
    name: &'static str,
    labels: Labels,
}

#[derive(Debug)]
struct Labels;

impl Object for Request {
    fn field(&self, index: usize) -> Option<Value<'_>> {
        match index {
            0 => Some(Value::Object(&self.user)),
            1 => Some(Value::Timestamp(self.now)),
            _ => None,
        }
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        ["user", "now"].iter().position(|field| *field == name)
    }

    fn type_name(&self) -> &'static str {
        "Request"
    }
}

impl Object for User {
    fn field(&self, index: usize) -> Option<Value<'_>> {
        match index {
            0 => Some(Value::str(self.name)),
            1 => Some(Value::List(List::Strings(GROUPS))),
            2 => Some(Value::Map(Map::host(&self.labels))),
            _ => None,
        }
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        ["name", "groups", "labels"]
            .iter()
            .position(|field| *field == name)
    }

    fn type_name(&self) -> &'static str {
        "User"
    }
}

impl Mapping for Labels {
    fn len(&self) -> usize {
        1
    }

    fn value(&self, key: &str) -> Option<Value<'_>> {
        (key == "tier").then(|| Value::str("gold"))
    }

    fn key_at(&self, index: usize) -> Option<&str> {
        (index == 0).then_some("tier")
    }
}

#[test]
fn common_conditions_allocate_nothing() {
    let request = Request {
        user: User {
            name: "alice@example.org",
            labels: Labels,
        },
        now: Timestamp::parse("2026-11-25T12:00:00Z").unwrap(),
    };
    let env = Env::new()
        .object(
            "User",
            [
                ("name", Type::String),
                ("groups", Type::list(Type::String)),
                ("labels", Type::map(Type::String, Type::String)),
            ],
        )
        .variable("user", Type::Object("User".into()))
        .variable("now", Type::Timestamp);
    for text in [
        "user.name == 'alice@example.org'",
        "user.name.startsWith('alice') && user.name.endsWith('.org') && !user.name.contains('#')",
        "user.name in ['bob', 'alice@example.org']",
        "'ops' in user.groups && user.groups.exists(g, g == 'admins')",
        "user.groups.all(g, g.size() < 10 && g != 'root')",
        "user.groups.exists_one(g, g.startsWith('ad'))",
        "user.groups.exists(i, g, i == 2 && g == 'admins')",
        "user.labels['tier'] == 'gold' && user.labels.tier != 'silver' && has(user.labels.tier)",
        "user.labels.all(k, v, k == 'tier' && v == 'gold')",
        "size(user.groups) * 2 + 1 == 7 && user.groups[0] == 'dev'",
        "now > timestamp('2024-01-01T00:00:00Z') && now - duration('1h') < now",
        "now.getHours() == 12 && now.getDayOfWeek('+02:00') == 3",
        "cidr('10.0.0.0/8').containsIP('10.1.2.3')",
        "user.name.matches('^[a-z]+@example[.]org$')",
        "cel.bind(n, user.name, n == 'bob' || n.startsWith('al'))",
        "user.labels.missing == 'x' || user.name != ''",
        "(user.name == 'bob' ? 1 : 2) == 2",
    ] {
        let program = env.compile(text).unwrap();
        // A first run lets a pattern take its scratch space.
        assert_eq!(program.test(&request), Ok(true), "{text}");
        let region = Region::new(ALLOCATOR);
        for _ in 0..10 {
            assert!(black_box(program.test(black_box(&request))).is_ok());
        }
        assert_eq!(region.change().allocations, 0, "{text}");
    }
}
