//! Any bytes as manifests: reading, checking, compiling and explaining never fail, and agree.

#![no_main]

use kordon::syntax::render::{self, Color, TerminalOptions};
use kordon::syntax::{Limits, Severity};
use kordon::{Cluster, Engine, RequestSpec, authorizer};
use libfuzzer_sys::fuzz_target;

/// Requests that hit what the seeds hold, and requests that hit nothing.
const REQUESTS: [&str; 6] = [
    r#"{"kind":"api","user":"alice","groups":["dev"],"verb":"get","resource":"pods","namespace":"shop"}"#,
    r#"{"kind":"api","user":"system:serviceaccount:shop:cart","verb":"get","path":"/healthz"}"#,
    r#"{"kind":"connection","from":{"ip":"203.0.113.7"},"to":"shop/web","port":80}"#,
    r#"{"kind":"connection","from":"shop/web","to":{"service":"shop/web"},"port":"http"}"#,
    r#"{"kind":"connection","from":{"namespace":"shop","labels":{"app":"web"}},"to":{"node":"n1"},"port":53,"protocol":"UDP"}"#,
    r#"{"kind":"connection","from":{"ip":"fd00::1"},"to":{"namespace":"shop","labels":{"app":"web"},"ports":[{"name":"http","port":80}]},"port":"http"}"#,
];

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut limits = Limits::default();
    limits.max_nodes = 20_000;
    limits.max_alias_nodes = 10_000;
    let mut cluster = Cluster::with_limits(limits);
    cluster.read("fuzz.yaml", &text);
    let diagnostics = cluster.diagnostics();
    assert_eq!(
        cluster.has_errors(),
        diagnostics
            .iter()
            .any(|found| found.severity == Severity::Error)
    );
    let options = TerminalOptions {
        color: Color::Never,
        width: 80,
    };
    render::terminal(&diagnostics, cluster.sources(), &options);
    let engine = Engine::new(&cluster);
    for request in REQUESTS {
        let request = RequestSpec::from_json_text(request).expect("the requests can be read");
        let answer = engine.answer(&request);
        assert_eq!(answer.decision(), engine.decide(&request.as_request()));
        let _shown = (
            answer.to_json(),
            answer.to_string(),
            authorizer::reason(answer.explanation()),
        );
    }
});
