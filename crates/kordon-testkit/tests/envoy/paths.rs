//! Holds the normalization of paths against Envoy's.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};

use kordon::PathNormalization;
use kordon_testkit::world::Random;
use serde_json::Value;

use crate::client::{self, Response};
use crate::config::{self, SEPARATOR};
use crate::credentials::Authority;
use crate::process::{Envoy, folder, free_ports};

const OPTIONS: [PathNormalization; 4] = [
    PathNormalization::None,
    PathNormalization::Base,
    PathNormalization::MergeSlashes,
    PathNormalization::DecodeAndMergeSlashes,
];

/// Pieces that paths are made of: whatever some step of normalization looks at, and its like.
const PIECES: [&str; 44] = [
    "/", "/", "/", "//", "/./", "/../", ".", "..", "...", "%2e", "%2E", "%2e%2e", ".%2e", "%2f",
    "%2F", "%5c", "%5C", "\\", ";", ";x", ".;", "..;", "..;x=1", "%3b", "a", "b", "A", "%41",
    "%7e", "%7E", "%20", "%00", "%0a", "%zz", "%", "%2", "{", "|", "^", "`", "?", "?x=/../y",
    "%25", "%252e",
];

/// How many paths are made beside those that are listed.
const GENERATED: usize = 400;

#[test]
#[ignore = "needs Envoy: run `cargo xtask test envoy`"]
fn envoy_normalizes_paths_as_decisions_do() {
    let folder = folder("paths");
    let _authority = Authority::new(&folder);
    let localhost = IpAddr::from(Ipv4Addr::LOCALHOST);
    let ports = free_ports(4)..;
    let listeners: Vec<Value> = OPTIONS
        .into_iter()
        .zip(ports.clone())
        .map(|(option, port)| {
            let http = config::http(option, &[]);
            config::listener(localhost, [port], &folder, &http)
        })
        .collect();
    let envoy = Envoy::start(&folder, &listeners);
    let paths = paths();
    let mut differences = Vec::new();
    let (mut changed, mut refused) = (0, 0);
    for (option, port) in OPTIONS.into_iter().zip(ports) {
        let mut asked = Asked::new(SocketAddr::new(localhost, port));
        for path in &paths {
            let seen = asked.normalized(path);
            let ours = option.normalize(path).map(String::from);
            changed += usize::from(seen.as_ref().is_some_and(|seen| !path.starts_with(seen)));
            refused += usize::from(seen.is_none());
            if seen != ours {
                differences.push(format!(
                    "{option:?} `{path}`: Envoy {seen:?}, Kordon {ours:?}"
                ));
            }
        }
    }
    let count = paths.len() * OPTIONS.len();
    println!("{count} paths, of which {changed} change and {refused} are refused");
    assert!(
        changed > count / 10 && refused > count / 50,
        "most paths are plain"
    );
    assert!(
        differences.is_empty(),
        "{}\n{}",
        differences.join("\n"),
        envoy.log()
    );
}

/// Paths that are odd, each once.
fn paths() -> BTreeSet<String> {
    let listed = [
        "/",
        "/a",
        "*",
        "",
        "a",
        "//",
        "/.",
        "/..",
        "/../a",
        "/a/..;x/b",
        "/a/.;x/b",
        "/a\\..;x\\b",
        "/a/b/.;/..",
        "/a#b",
        "/a b",
        "/a\tb",
        "/\u{e9}",
        "/a\u{7f}",
        "/%c3%a9",
        "/a?b#c",
        "/a?b%00",
        "/a%2f..%2fb",
        "/a%5c..%5cb",
        "/a//../b",
        "/[x]",
        "/a'b",
        "/a\"b",
        "/<a>",
        "/a;b=c",
        "/a,b",
        "/a@b",
        "/a:b",
        "/a!$&()*+=b",
        "/.%2E/%2e./a",
    ];
    let mut random = Random::new(7);
    let made = (0..GENERATED).map(|_| {
        let pieces = (0..=random.below(7)).map(|_| random.pick(&PIECES));
        pieces.fold("/".to_owned(), |path, piece| path + piece)
    });
    let made: Vec<String> = made.collect();
    listed.into_iter().map(str::to_owned).chain(made).collect()
}

/// One listener, asked over one connection as long as it lasts.
struct Asked {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Asked {
    fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
        }
    }

    /// The path as policies see it; `None` if it is refused.
    fn normalized(&mut self, path: &str) -> Option<String> {
        let Response {
            status,
            body,
            is_open,
        } = self.ask(path);
        if !is_open {
            self.stream = None;
        }
        if status == 400 {
            return None;
        }
        assert_eq!(status, 200, "`{path}`: {body}");
        let seen = body
            .split(SEPARATOR)
            .nth(1)
            .expect("the answer names the path");
        let seen = seen.split_once('?').map_or(seen, |(path, _)| path);
        Some(seen.to_owned())
    }

    fn ask(&mut self, path: &str) -> Response {
        let stream = self.stream.take();
        let mut stream = stream.unwrap_or_else(|| {
            let from = SocketAddr::new(self.address.ip(), 0);
            client::plain(from, self.address).expect("Envoy takes connections")
        });
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
        let response = client::exchange(&mut stream, request.as_bytes());
        self.stream = Some(stream);
        response.unwrap_or_else(|error| panic!("`{path}`: {error}"))
    }
}
