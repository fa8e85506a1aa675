//! Conditions of one, three and ten clauses, by Kordon and by the interpreter of the crate `cel`.
//!
//! Owns the expressions, the check that both give the same answer, and the measuring.

mod request;

use std::hint::black_box;

use anyhow::{Context as _, Result, ensure};
use cel::Program;
use kordon_benches::clock;

const EXPRESSIONS: &[(&str, &str)] = &[
    ("one clause", r#"principal.role == "admin""#),
    (
        "three clauses",
        r#"call.path.startsWith("/api/v1/") && call.method in ["HEAD", "GET", "OPTIONS"]
           && principal.groups.exists(g, g == "admins")"#,
    ),
    (
        "three clauses, any body",
        r#"call.path.startsWith("/api/v1/") && call.method in ["HEAD", "GET", "OPTIONS"]
           && principal.groups.exists(g, g.startsWith("adm"))"#,
    ),
    (
        "ten clauses",
        r#"principal.role == "admin" && resource.owner == principal.id
           && resource.labels["tier"] == "gold" && "admins" in principal.groups
           && size(principal.groups) < 10 && resource.tags[0] == "public"
           && now > timestamp("2024-01-01T00:00:00Z") && now < timestamp("2030-01-01T00:00:00Z")
           && !(resource.state in ["deleted", "archived"]) && call.method != "DELETE""#,
    ),
];

fn main() -> Result<()> {
    let mut criterion = clock::criterion().configure_from_args();
    let (request, env, context) = (request::request()?, request::env(), request::context()?);
    for (name, text) in EXPRESSIONS {
        let ours = env
            .compile(text)
            .ok()
            .context("an expression that checks")?;
        let theirs = Program::compile(text)?;
        ensure!(ours.test(&request)?, "`{name}` holds for Kordon");
        ensure!(
            theirs.execute(&context)? == cel::Value::Bool(true),
            "`{name}` holds for the crate"
        );
        let mut group = criterion.benchmark_group(format!("cel/{name}"));
        group.bench_function("kordon", |bench| {
            bench.iter(|| ours.test(black_box(&request)));
        });
        group.bench_function("crate cel", |bench| {
            bench.iter(|| theirs.execute(black_box(&context)));
        });
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
