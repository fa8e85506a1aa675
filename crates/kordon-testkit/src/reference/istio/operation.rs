//! The fields of `to.operation`.

use super::address;
use super::pattern::fits;
use super::rule::Field;
use super::scene::Scene;
use super::template::fits_path;

/// Operation: each field with its negation.
pub(super) const FIELDS: [Field; 4] = [
    ("hosts", "notHosts", host),
    ("methods", "notMethods", method),
    ("paths", "notPaths", path),
    ("ports", "notPorts", port),
];

/// Operation: "The match is case-insensitive". The whole authority counts, its port included.
fn host(scene: &Scene<'_>, value: &str) -> Option<bool> {
    let host = scene.http()?.host.to_ascii_lowercase();
    Some(fits(&value.to_ascii_lowercase(), &host))
}

fn method(scene: &Scene<'_>, value: &str) -> Option<bool> {
    Some(fits(value, &scene.http()?.method))
}

fn path(scene: &Scene<'_>, value: &str) -> Option<bool> {
    scene.http()?;
    Some(fits_path(value, scene.bare_path()))
}

/// The port that the connection was opened to.
pub(super) fn port(scene: &Scene<'_>, value: &str) -> Option<bool> {
    Some(address::port(value)? == scene.request.connection.port)
}
