//! Decisions on HTTP requests in a mesh, by the number of authorization policies in the cluster.
//!
//! Ten policies guard a workload, whatever the size: one that denies, and nine that allow by
//! source, method and path. A second world has all of its policies before one workload.

use std::fmt::Write as _;

use criterion::{Criterion, criterion_group, criterion_main};
use kordon::{Cluster, Engine, Request, RequestSpec, shorthand};
use kordon_benches::clock::ThreadTime;
use kordon_benches::decide;

/// Policies of a workload.
const OF_ONE: usize = 10;

/// Policies of the cluster.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// Requests in turn, at most.
const REQUESTS: usize = 4_096;

fn mesh(criterion: &mut Criterion<ThreadTime>) {
    for size in SIZES {
        let namespaces = size / OF_ONE;
        measure(
            criterion,
            "mesh",
            size,
            &text(namespaces, OF_ONE),
            namespaces,
            OF_ONE,
        );
        measure(criterion, "mesh-one-pod", size, &text(1, size), 1, size);
    }
}

fn measure(
    criterion: &mut Criterion<ThreadTime>,
    name: &str,
    size: usize,
    manifests: &str,
    namespaces: usize,
    policies: usize,
) {
    let mut cluster = Cluster::new();
    cluster.read("mesh.yaml", manifests);
    let engine = Engine::new(&cluster);
    let specs: Vec<RequestSpec> = (0..REQUESTS.min(namespaces * policies * 2))
        .filter_map(|number| request(number, namespaces, policies))
        .collect();
    let requests: Vec<Request<'_>> = specs.iter().map(RequestSpec::as_request).collect();
    decide::measure(criterion, name, size, engine.snapshot(), &requests);
}

/// Every second request is admitted by a policy.
fn request(number: usize, namespaces: usize, policies: usize) -> Option<RequestSpec> {
    let (namespace, policy) = (number % namespaces, number / namespaces % policies);
    let method = if number.is_multiple_of(2) {
        "GET"
    } else {
        "PUT"
    };
    let line = format!(
        "ns-{namespace}/web -> ns-{namespace}/cart:8080 {method} http://cart.example/v{policy}/items/{number}"
    );
    shorthand::request(&line).ok()
}

fn text(namespaces: usize, policies: usize) -> String {
    let mut text = String::new();
    for namespace in 0..namespaces {
        let _infallible = write!(
            text,
            "apiVersion: v1
kind: Namespace
metadata: {{name: ns-{namespace}, labels: {{istio-injection: enabled}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: web, namespace: ns-{namespace}}}
spec: {{serviceAccountName: web}}
---
apiVersion: v1
kind: Pod
metadata: {{name: cart, namespace: ns-{namespace}, labels: {{app: cart}}}}
spec: {{serviceAccountName: cart}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: strict, namespace: ns-{namespace}}}
spec: {{mtls: {{mode: STRICT}}}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: no-admin, namespace: ns-{namespace}}}
spec: {{selector: {{matchLabels: {{app: cart}}}}, action: DENY, rules: [{{to: [{{operation: {{paths: [/admin*]}}}}]}}]}}
---
"
        );
        for policy in 1..policies {
            let _infallible = write!(
                text,
                "apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: p-{policy}, namespace: ns-{namespace}}}
spec:
  selector: {{matchLabels: {{app: cart}}}}
  rules:
  - from: [{{source: {{principals: [cluster.local/ns/ns-{namespace}/sa/web]}}}}]
    to: [{{operation: {{methods: [GET], paths: [/v{policy}/*]}}}}]
---
"
            );
        }
    }
    text
}

criterion_group! {
    name = benches;
    config = kordon_benches::clock::criterion();
    targets = mesh
}
criterion_main!(benches);
