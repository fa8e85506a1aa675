//! Normalization of paths.

use super::*;

fn check(mode: Normalization, path: &str, expected: Option<&str>) {
    let found = normalize(path, mode, DotParameters::Strip);
    assert_eq!(found.as_deref(), expected, "{mode:?} {path}");
}

#[test]
fn the_base_mode_resolves_dots_and_decodes_what_needs_no_escape() {
    let base = |path: &str, expected: &str| check(Normalization::Base, path, Some(expected));
    base("/a/./b/../c", "/a/c");
    base("/a/%2e%2E/c", "/c");
    base("/../../a", "/a");
    base("/a/..", "/");
    base("/a/.", "/a/");
    base("/a\\b", "/a/b");
    base("/%41%7e%2D", "/A~-");
    base("/a%2Fb%5cc", "/a%2Fb%5cc");
    base("/a//b", "/a//b");
    base("/a//../b", "/a/b");
    base("/{a}|\"<>^`", "/%7Ba%7D%7C%22%3C%3E%5E%60");
    base("/%zz%", "/%zz%");
    base("/%252e", "/%252e");
}

#[test]
fn slashes_are_merged_and_decoded_only_in_the_modes_that_say_so() {
    check(Normalization::None, "/a//../%2Fb", Some("/a//../%2Fb"));
    check(Normalization::MergeSlashes, "/a///b", Some("/a/b"));
    check(Normalization::MergeSlashes, "/a%2F/b", Some("/a%2F/b"));
    let decode = Normalization::DecodeAndMergeSlashes;
    check(decode, "/a%2f%5Cb", Some("/a/b"));
    check(decode, "/a%2f..%2fb", Some("/b"));
}

#[test]
fn the_query_is_never_normalized() {
    for mode in [
        Normalization::Base,
        Normalization::MergeSlashes,
        Normalization::DecodeAndMergeSlashes,
    ] {
        check(mode, "/a/../b?c=//%2e%2F\\", Some("/b?c=//%2e%2F\\"));
    }
}

#[test]
fn what_is_no_path_is_refused() {
    for path in ["", "*", "a", "/a b", "/a#b", "/é", "/a\u{7f}"] {
        check(Normalization::None, path, None);
        check(Normalization::Base, path, None);
    }
    check(Normalization::DecodeAndMergeSlashes, "/a%00", None);
    let found = answer(&[], &with_path("/a b"));
    assert_eq!(found.denied_by, Some(DeniedBy::BadRequest));
}

#[test]
fn parameters_behind_two_dots_are_stripped_or_kept_as_the_mesh_says() {
    let of = |path: &str, dots| normalize(path, Normalization::Base, dots);
    let strip = of("/a/..;x=1/b", DotParameters::Strip);
    assert_eq!(strip.as_deref(), Some("/b"));
    let keep = of("/a/..;x=1/b", DotParameters::Keep);
    assert_eq!(keep.as_deref(), Some("/a/..;x=1/b"));
    let named = of("/a;x/../b;y", DotParameters::Strip);
    assert_eq!(named.as_deref(), Some("/b;y"));
}
