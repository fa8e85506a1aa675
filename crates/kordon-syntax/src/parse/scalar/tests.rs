use super::*;

/// What a plain scalar means, with the rule in resolve.go that says so.
#[expect(clippy::approx_constant, reason = "the scalar is what people write")]
const PLAIN: &[(&str, Scalar)] = &[
    // resolveMapList: booleans.
    ("y", Scalar::Bool(true)),
    ("Y", Scalar::Bool(true)),
    ("yes", Scalar::Bool(true)),
    ("Yes", Scalar::Bool(true)),
    ("YES", Scalar::Bool(true)),
    ("true", Scalar::Bool(true)),
    ("True", Scalar::Bool(true)),
    ("TRUE", Scalar::Bool(true)),
    ("on", Scalar::Bool(true)),
    ("On", Scalar::Bool(true)),
    ("ON", Scalar::Bool(true)),
    ("n", Scalar::Bool(false)),
    ("N", Scalar::Bool(false)),
    ("no", Scalar::Bool(false)),
    ("No", Scalar::Bool(false)),
    ("NO", Scalar::Bool(false)),
    ("false", Scalar::Bool(false)),
    ("False", Scalar::Bool(false)),
    ("FALSE", Scalar::Bool(false)),
    ("off", Scalar::Bool(false)),
    ("Off", Scalar::Bool(false)),
    ("OFF", Scalar::Bool(false)),
    ("yEs", Scalar::String),
    ("tRUE", Scalar::String),
    ("nope", Scalar::String),
    ("once", Scalar::String),
    ("t", Scalar::String),
    ("f", Scalar::String),
    // resolveMapList: null.
    ("", Scalar::Null),
    ("~", Scalar::Null),
    ("null", Scalar::Null),
    ("Null", Scalar::Null),
    ("NULL", Scalar::Null),
    ("nULL", Scalar::String),
    ("none", Scalar::String),
    ("~1", Scalar::String),
    // resolveMapList: infinity.
    (".inf", Scalar::Float(f64::INFINITY)),
    (".Inf", Scalar::Float(f64::INFINITY)),
    (".INF", Scalar::Float(f64::INFINITY)),
    ("+.inf", Scalar::Float(f64::INFINITY)),
    ("-.inf", Scalar::Float(f64::NEG_INFINITY)),
    (".iNF", Scalar::String),
    ("inf", Scalar::String),
    ("Infinity", Scalar::String),
    ("-Inf", Scalar::String),
    ("nan", Scalar::String),
    // strconv.ParseInt with base 0.
    ("0", Scalar::Int(0)),
    ("-0", Scalar::Int(0)),
    ("+0", Scalar::Int(0)),
    ("80", Scalar::Int(80)),
    ("+80", Scalar::Int(80)),
    ("-80", Scalar::Int(-80)),
    ("0777", Scalar::Int(511)),
    ("-0777", Scalar::Int(-511)),
    ("0o777", Scalar::Int(511)),
    ("0O17", Scalar::Int(15)),
    ("0x1F", Scalar::Int(31)),
    ("0X1f", Scalar::Int(31)),
    ("-0x10", Scalar::Int(-16)),
    ("0b101", Scalar::Int(5)),
    ("0B11", Scalar::Int(3)),
    ("-0b101", Scalar::Int(-5)),
    ("+0b1", Scalar::Int(1)),
    // strings.Replace removes underscores before all else.
    ("1_000", Scalar::Int(1000)),
    ("1__0", Scalar::Int(10)),
    ("1_", Scalar::Int(1)),
    ("0_7", Scalar::Int(7)),
    ("0x_ff", Scalar::Int(255)),
    ("_1", Scalar::String),
    // Bounds of 64 bits.
    ("9223372036854775807", Scalar::Int(i64::MAX)),
    ("-9223372036854775808", Scalar::Int(i64::MIN)),
    (
        "9223372036854775808",
        Scalar::UInt(9_223_372_036_854_775_808),
    ),
    ("18446744073709551615", Scalar::UInt(u64::MAX)),
    ("0xFFFFFFFFFFFFFFFF", Scalar::UInt(u64::MAX)),
    (
        "+18446744073709551615",
        Scalar::Float(18_446_744_073_709_551_615.0),
    ),
    (
        "18446744073709551616",
        Scalar::Float(18_446_744_073_709_551_616.0),
    ),
    (
        "-9223372036854775809",
        Scalar::Float(-9_223_372_036_854_775_809.0),
    ),
    // big.Int for what only a prefix makes an integer.
    (
        "0x10000000000000000",
        Scalar::Float(18_446_744_073_709_551_616.0),
    ),
    ("-0x10000000000000000", Scalar::String),
    // What ParseInt refuses goes to yamlStyleFloat.
    ("08", Scalar::Float(8.0)),
    ("019", Scalar::Float(19.0)),
    ("3.14", Scalar::Float(3.14)),
    ("-3.5", Scalar::Float(-3.5)),
    ("+1.5", Scalar::Float(1.5)),
    ("1.", Scalar::Float(1.0)),
    ("-1.e3", Scalar::Float(-1000.0)),
    ("1e3", Scalar::Float(1000.0)),
    ("1E+3", Scalar::Float(1000.0)),
    ("1e-3", Scalar::Float(0.001)),
    ("1_0.5", Scalar::Float(10.5)),
    ("+.5", Scalar::Float(0.5)),
    ("-.5e1", Scalar::Float(-5.0)),
    ("1e999", Scalar::String),
    ("1e", Scalar::String),
    ("1e+", Scalar::String),
    ("1.2.3", Scalar::String),
    ("10.0.0.0/8", Scalar::String),
    ("0x", Scalar::String),
    ("0xg", Scalar::String),
    ("0b2", Scalar::String),
    ("0o8", Scalar::String),
    ("1a", Scalar::String),
    ("+", Scalar::String),
    ("-", Scalar::String),
    ("--1", Scalar::String),
    ("+-1", Scalar::String),
    // strconv.ParseInt with base 2 takes a sign after the prefix.
    ("0b-1", Scalar::Int(-1)),
    ("0b+1", Scalar::Int(1)),
    // The branch for a leading point: strconv.ParseFloat.
    (".5", Scalar::Float(0.5)),
    (".5e2", Scalar::Float(50.0)),
    (".5_0", Scalar::Float(0.5)),
    ("._5", Scalar::String),
    (".5_", Scalar::String),
    (".", Scalar::String),
    ("..", Scalar::String),
    (".e1", Scalar::String),
    (".5.5", Scalar::String),
    (".gitignore", Scalar::String),
    // Base 60 is "purposefully unsupported".
    ("12:30:45", Scalar::String),
    ("190:20:30", Scalar::String),
    // decode.go keeps timestamps as texts.
    ("2001-01-01", Scalar::String),
    ("2001-12-14t21:59:43.10-05:00", Scalar::String),
    ("2001-12-14 21:59:43.10", Scalar::String),
    // No hint: resolveTable has nothing for the first character.
    ("<<", Scalar::String),
    ("=", Scalar::String),
    ("a", Scalar::String),
    ("Unknown", Scalar::String),
    ("é", Scalar::String),
];

#[test]
fn a_plain_scalar_means_what_it_means_to_kubectl() {
    for (text, expected) in PLAIN {
        assert_eq!(resolve(text), *expected, "{text}");
    }
    for text in [".nan", ".NaN", ".NAN"] {
        assert!(
            matches!(resolve(text), Scalar::Float(value) if value.is_nan()),
            "{text}"
        );
    }
}

#[test]
fn a_tag_decides_or_refuses() {
    let mismatch = |kind| Err(TagError::Mismatch(kind));
    let table = [
        ("str", "5", Ok(Scalar::String)),
        ("str", "yes", Ok(Scalar::String)),
        ("str", "", Ok(Scalar::String)),
        ("int", "0777", Ok(Scalar::Int(511))),
        ("int", "18446744073709551615", Ok(Scalar::UInt(u64::MAX))),
        ("int", "5.5", mismatch("whole number")),
        ("int", "five", mismatch("whole number")),
        ("float", "5", Ok(Scalar::Int(5))),
        ("float", "5.5", Ok(Scalar::Float(5.5))),
        ("float", "18446744073709551615", mismatch("number")),
        ("bool", "on", Ok(Scalar::Bool(true))),
        ("bool", "1", mismatch("boolean")),
        ("null", "~", Ok(Scalar::Null)),
        ("null", "x", mismatch("null")),
        ("timestamp", "2001-01-01", Ok(Scalar::String)),
        ("timestamp", "2001-02-30", mismatch("timestamp")),
        ("timestamp", "soon", mismatch("timestamp")),
        ("binary", "aGk=", Err(TagError::Binary)),
        ("", "5", Ok(Scalar::String)),
        ("set", "5", Ok(Scalar::String)),
    ];
    for (tag, text, expected) in table {
        assert_eq!(resolve_tagged(tag, text), expected, "!!{tag} {text}");
    }
}

#[test]
fn timestamps_are_the_four_forms_of_go_yaml() {
    for text in [
        "2001-01-01",
        "2001-1-1",
        "2000-02-29",
        "2001-12-15T02:59:43.1Z",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43.10",
        "2001-12-14T1:2:3+01:00",
    ] {
        assert!(go::is_timestamp(text), "{text}");
    }
    for text in [
        "2001",
        "2001-13-01",
        "2001-02-29",
        "2001-00-01",
        "20010-01-01",
        "2001-01-01T",
        "2001-01-01T00:00:00",
        "2001-12-14 21:59:43.10 -5",
        "2001-12-14 21:59:60",
        "2001-12-14 24:00:00",
        "2001-01-01x",
    ] {
        assert!(!go::is_timestamp(text), "{text}");
    }
}

#[test]
fn numbers_reach_the_tree_as_json_writes_them() {
    let value = |text: &str| resolve(text).into_value(|| text.into());
    assert_eq!(value("80.0"), Some(Value::Int(80)));
    assert_eq!(value("8e1"), Some(Value::Int(80)));
    assert_eq!(value("-0.0"), Some(Value::Int(0)));
    assert_eq!(value("1e19"), Some(Value::UInt(10_000_000_000_000_000_000)));
    assert_eq!(value("1e20"), Some(Value::Float(1e20)));
    assert_eq!(value("1e21"), Some(Value::Float(1e21)));
    assert_eq!(value("0.5"), Some(Value::Float(0.5)));
    assert_eq!(value(".inf"), None);
    assert_eq!(value(".nan"), None);
}

// yaml.go, `convertToJSONableObject`.
#[test]
fn keys_become_texts() {
    let key = |text: &str| resolve(text).into_key(|| text.into());
    for (text, expected) in [
        ("yes", "true"),
        ("off", "false"),
        ("1", "1"),
        ("0x10", "16"),
        ("-0777", "-511"),
        ("1.5", "1.5"),
        ("80.0", "80"),
        ("0.1", "0.1"),
        ("1e5", "100000"),
        ("1e6", "1e+06"),
        ("123456789.5", "1.2345679e+08"),
        ("1e-5", "1e-05"),
        ("1e-4", "0.0001"),
        ("1e100", ".inf"),
        ("-.inf", "-.inf"),
        (".nan", ".nan"),
        ("2001-01-01", "2001-01-01"),
        ("app", "app"),
    ] {
        assert_eq!(key(text).as_deref(), Some(expected), "{text}");
    }
    for text in ["", "~", "null", "18446744073709551615"] {
        assert_eq!(key(text), None, "{text}");
    }
}
