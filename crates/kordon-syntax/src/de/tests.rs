use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::*;
use crate::{Limits, parse};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    pod_selector: Selector,
    #[serde(default)]
    ingress: Vec<Rule>,
    #[serde(default)]
    directions: Vec<Direction>,
    priority: Option<u16>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Selector {
    match_labels: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Rule {
    from: Vec<Peer>,
    ports: Vec<Port>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Peer {
    ip_block: Option<Block>,
    pod_selector: Option<Selector>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Block {
    cidr: String,
    #[serde(default)]
    except: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Port {
    port: Option<PortName>,
    protocol: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum PortName {
    Int(i64),
    String(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Direction {
    Ingress,
    Egress,
}

fn root(text: &str) -> Node {
    let parsed = parse(SourceId::default(), text, &Limits::default());
    assert_eq!(parsed.diagnostics, []);
    parsed.documents.into_iter().next().unwrap().root
}

fn read<T: DeserializeOwned>(text: &str) -> Decoded<T> {
    decode(&root(text))
}

/// Path, place and message of each error.
fn errors<T: DeserializeOwned>(text: &str) -> Vec<(String, String, String)> {
    let shown = |error: DecodeError| {
        (
            error.path.to_string(),
            error.span.text(text).to_owned(),
            error.message,
        )
    };
    read::<T>(text).errors.into_iter().map(shown).collect()
}

fn error<T: DeserializeOwned>(text: &str) -> (String, Option<String>) {
    let mut errors = read::<T>(text).errors;
    assert_eq!(errors.len(), 1, "{text}: {errors:?}");
    let error = errors.remove(0);
    (error.message, error.help)
}

fn message<T: DeserializeOwned>(text: &str) -> String {
    error::<T>(text).0
}

const POLICY: &str = "\
podSelector:
  matchLabels: {app: cart}
ingress:
  - from:
      - ipBlock: {cidr: [10.0.0.0/16], except: [10.0.1.0/24, 5]}
      - podSelector: {matchLabels: {app: 8080, tier: yes}}
    ports:
      - {port: 80, protocol: 6}
      - {port: web}
directions: [Ingress, Egres, Ingress]
priority: 70000
";

#[test]
fn all_errors_are_found_in_one_go_with_path_and_place() {
    let expected = [
        (
            "ingress[0].from[0].ipBlock.cidr",
            "[10.0.0.0/16]",
            "expected a string, found a sequence",
        ),
        (
            "ingress[0].from[0].ipBlock.except[1]",
            "5",
            "expected a string, found a number",
        ),
        (
            "ingress[0].from[1].podSelector.matchLabels.app",
            "8080",
            "expected a string, found a number",
        ),
        (
            "ingress[0].from[1].podSelector.matchLabels.tier",
            "yes",
            "expected a string, found a boolean",
        ),
        (
            "ingress[0].ports[0].protocol",
            "6",
            "expected a string, found a number",
        ),
        (
            "directions[1]",
            "Egres",
            "`Egres` is not one of `Ingress`, `Egress`",
        ),
        (
            "priority",
            "70000",
            "expected a number from 0 to 65535, found `70000`",
        ),
    ];
    let expected =
        expected.map(|(path, place, text)| (path.to_owned(), place.to_owned(), text.to_owned()));
    assert_eq!(errors::<Policy>(POLICY), expected);
}

#[test]
fn what_is_left_after_errors_is_decoded() {
    let policy = read::<Policy>(POLICY).value.unwrap();
    assert_eq!(policy.directions, [Direction::Ingress, Direction::Ingress]);
    assert_eq!(policy.priority, None);
    let rule = &policy.ingress[0];
    // Without `cidr` there is no block, and that is no error of its own.
    assert_eq!(
        rule.from,
        [
            Peer::default(),
            Peer {
                pod_selector: Some(Selector::default()),
                ip_block: None
            }
        ]
    );
    assert_eq!(rule.ports[1].port, Some(PortName::String("web".into())));
}

#[test]
fn a_missing_field_points_at_the_parent() {
    let text = "podSelector: {}\ningress: [{from: [{ipBlock: {except: []}}]}]\n";
    assert_eq!(
        errors::<Policy>(text),
        [(
            "ingress[0].from[0].ipBlock".to_owned(),
            "{except: []}".to_owned(),
            "missing field `cidr`".to_owned()
        )]
    );
    assert_eq!(
        error::<Policy>("{ingress: []}"),
        (
            "missing field `podSelector`".to_owned(),
            Some("add `podSelector`".to_owned())
        )
    );
    assert_eq!(read::<Policy>("{ingress: []}").value, None);
}

#[test]
fn a_required_field_without_value_is_pointed_at() {
    let text = "cidr: ~\n";
    assert_eq!(
        errors::<Block>(text),
        [(
            "cidr".to_owned(),
            "~".to_owned(),
            "`cidr` is required and has no value".to_owned()
        )]
    );
}

#[test]
fn null_counts_as_absent() {
    let policy =
        read::<Policy>("podSelector: {matchLabels: }\ningress: null\npriority: ~\ndirections:\n");
    assert_eq!(
        (policy.errors, policy.value),
        (vec![], Some(Policy::default()))
    );
    assert_eq!(
        read::<Vec<Rule>>("--- [~, {from: ~}]").value,
        Some(vec![Rule::default(); 2])
    );
    assert_eq!(read::<Vec<Vec<u8>>>("--- [~]").value, Some(vec![vec![]]));
    assert_eq!(
        read::<BTreeMap<String, Selector>>("a: ~\n").value.unwrap()["a"],
        Selector::default()
    );
    assert_eq!(
        read::<Vec<Option<u8>>>("--- [~, 1]").value,
        Some(vec![None, Some(1)])
    );
    assert_eq!(
        message::<Vec<String>>("--- [~]"),
        "expected a string, found null"
    );
}

#[test]
fn unknown_fields_are_collected_with_what_was_meant() {
    let text = "podSelector: {matchLabel: {a: b}}\nIngress: []\nspec: {x: 1}\n";
    let decoded = read::<Policy>(text);
    assert_eq!(decoded.errors, []);
    let unknown: Vec<_> = decoded
        .unknown
        .iter()
        .map(|field| {
            (
                field.path.to_string(),
                field.key_span.text(text),
                field.suggestion,
            )
        })
        .collect();
    assert_eq!(
        unknown,
        [
            (
                "podSelector.matchLabel".to_owned(),
                "matchLabel",
                Some("matchLabels")
            ),
            ("Ingress".to_owned(), "Ingress", Some("ingress")),
            ("spec".to_owned(), "spec", None),
        ]
    );
    let fix = decoded.unknown[0].fix(SourceId::default()).unwrap();
    assert_eq!(
        (fix.edits[0].span, &*fix.edits[0].replacement),
        (decoded.unknown[0].key_span, "matchLabels")
    );
    assert_eq!(decoded.unknown[2].fix(SourceId::default()), None);
}

#[test]
fn unknown_fields_are_collected_once_and_beside_errors() {
    let text = "podSelector: {matchLabels: {a: 1, b: 2}, x: 1}\ny: 2\npriority: -1\n";
    let decoded = read::<Policy>(text);
    assert_eq!(decoded.errors.len(), 3);
    let keys: Vec<&str> = decoded.unknown.iter().map(|field| &*field.key).collect();
    assert_eq!(keys, ["x", "true"]);
}

#[test]
fn nothing_is_converted() {
    assert_eq!(
        error::<Vec<String>>("[8080]").1.unwrap(),
        "put it in quotes: without them it is a number"
    );
    assert!(
        error::<Vec<String>>("--- [yes]")
            .1
            .unwrap()
            .contains("`yes`")
    );
    assert_eq!(
        error::<Vec<u16>>("--- ['80']"),
        (
            "expected a whole number, found a string".to_owned(),
            Some("remove the quotes".to_owned())
        )
    );
    assert_eq!(
        error::<Vec<u16>>("[80.0]"),
        (
            "expected a whole number, found `80.0`".to_owned(),
            Some("write it without fraction and exponent".to_owned())
        )
    );
    assert_eq!(read::<BTreeMap<String, u16>>("a: 80.0\n").errors, []);
    assert_eq!(
        error::<Vec<bool>>("--- ['true']").1.unwrap(),
        "remove the quotes"
    );
    assert_eq!(
        message::<Vec<bool>>("[1]"),
        "expected a boolean, found a number"
    );
    assert_eq!(
        message::<Vec<u8>>("[-1]"),
        "expected a number from 0 to 255, found `-1`"
    );
    assert_eq!(
        message::<Vec<i64>>("[18446744073709551615]"),
        "expected a number from -9223372036854775808 to 9223372036854775807, found `18446744073709551615`"
    );
    assert_eq!(
        message::<BTreeMap<String, u8>>("x\n"),
        "expected a mapping, found a string"
    );
    assert_eq!(
        message::<Vec<u8>>("x: 1\n"),
        "expected a sequence, found a mapping"
    );
    assert_eq!(
        message::<Selector>("[]"),
        "expected a mapping, found a sequence"
    );
}

#[test]
fn a_number_or_a_text_is_either() {
    let port = |text: &str| read::<Vec<IntOrString>>(text).value;
    assert_eq!(
        port("--- [80, web, '80']"),
        Some(vec![
            IntOrString::Int(80),
            IntOrString::String("web".into()),
            IntOrString::String("80".into())
        ])
    );
    assert_eq!(
        message::<Vec<IntOrString>>("[80.5]"),
        "expected a whole number or a string, found the number `80.5`"
    );
    assert_eq!(
        message::<Vec<IntOrString>>("[[]]"),
        "expected a whole number or a string, found a sequence"
    );
    assert_eq!(
        message::<Vec<IntOrString>>("--- [yes]"),
        "expected a whole number or a string, found the boolean `true`"
    );
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Action {
    Plain,
    One(u8),
    Two(u8, u8),
    Fields { limit: u8 },
}

#[test]
fn enums_are_texts_or_mappings_with_one_key() {
    let text = "- plain\n- one: 1\n- two: [1, 2]\n- fields: {limit: 3, limits: 4}\n- plain: ~\n";
    let decoded = read::<Vec<Action>>(text);
    assert_eq!(decoded.errors, []);
    assert_eq!(
        decoded.value.unwrap(),
        [
            Action::Plain,
            Action::One(1),
            Action::Two(1, 2),
            Action::Fields { limit: 3 },
            Action::Plain
        ]
    );
    assert_eq!(decoded.unknown[0].path.to_string(), "[3].fields.limits");
}

#[test]
fn mistakes_in_enums_are_pointed_at() {
    let text = "[one: x, other: 1, one, {}, fields: {limit: 300}, two: [1], Plain]";
    let text = &format!("x: {text}\n");
    let shown: Vec<(String, String)> = errors::<BTreeMap<String, Vec<Action>>>(text)
        .into_iter()
        .map(|(path, place, _)| (path, place))
        .collect();
    let expected = [
        ("x[0].one", "x"),
        ("x[1].other", "other"),
        ("x[2]", "one"),
        ("x[3]", "{}"),
        ("x[4].fields.limit", "300"),
        ("x[5].two", "[1]"),
        ("x[6]", "Plain"),
    ];
    // Leaving content out leaves an enum without any, which is no error of its own.
    let expected: Vec<_> = expected
        .iter()
        .map(|(path, place)| ((*path).to_owned(), (*place).to_owned()))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn an_error_of_a_type_of_its_own_has_the_place_of_the_value() {
    #[derive(Debug)]
    struct Even(#[expect(dead_code, reason = "only decoding matters")] u8);
    impl<'de> Deserialize<'de> for Even {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match u8::deserialize(deserializer)? {
                even if even % 2 == 0 => Ok(Self(even)),
                _ => Err(serde::de::Error::custom("expected an even\nnumber")),
            }
        }
    }
    assert_eq!(
        errors::<BTreeMap<String, Even>>("a: 2\nb: 3\n"),
        [(
            "b".to_owned(),
            "3".to_owned(),
            "expected an even\\nnumber".to_owned()
        )]
    );
}

#[test]
fn keys_of_a_mapping_are_decoded_too() {
    let text = "Ingress: 1\nelse: 2\n";
    let decoded = read::<BTreeMap<Kind, u8>>(text);
    assert_eq!(decoded.errors[0].span.text(text), "else");
    assert_eq!(decoded.value.unwrap(), BTreeMap::from([(Kind::Ingress, 1)]));
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum Kind {
    Ingress,
}

#[test]
fn errors_have_a_number() {
    let text = format!("[{}]", vec!["x"; 200].join(", "));
    let decoded = read::<BTreeMap<String, Vec<u8>>>(&format!("a: {text}\n"));
    assert_eq!(decoded.errors.len(), MAX_ERRORS + 1);
    assert_eq!(decoded.value, None);
}

#[test]
fn an_error_of_the_whole_leaves_no_value() {
    assert_eq!(read::<u8>("x\n").value, None);
    assert_eq!(errors::<u8>("x\n").len(), 1);
}

#[test]
fn diagnostics_carry_object_path_place_and_help() {
    let source = SourceId::default();
    let decoded = read::<Policy>("podSelector: {matchLabels: {a: 1}}\nprioriti: 1\n");
    let error = decoded.errors[0]
        .clone()
        .diagnostic(Code("KD0210"), source, Some("Policy x"));
    assert_eq!(error.object.as_deref(), Some("Policy x"));
    assert_eq!(error.path.unwrap().to_string(), "podSelector.matchLabels.a");
    assert_eq!(error.help.len(), 1);
    let unknown = decoded.unknown[0].diagnostic(Code("KD0211"), Severity::Warning, source, None);
    assert_eq!(unknown.message, "unknown field `prioriti`");
    assert_eq!(unknown.help, ["did you mean `priority`?"]);
    assert!(unknown.fix.is_some());
}

/// Objects that are at times policies and mostly nearly so.
fn nearly_policy() -> impl Strategy<Value = Json> {
    let scalar = || {
        prop_oneof![
            Just(json!(null)),
            Just(json!(true)),
            any::<i32>().prop_map(Json::from),
            Just(json!(1.5)),
            "[a-z]{0,4}".prop_map(Json::from),
            Just(json!("Ingress")),
        ]
    };
    let labels = prop::collection::btree_map("[a-c]", scalar(), 0..3)
        .prop_map(|map| json!({"matchLabels": map.into_iter().collect::<serde_json::Map<_, _>>()}));
    let block = (scalar(), prop::collection::vec(scalar(), 0..3))
        .prop_map(|(cidr, except)| json!({"cidr": cidr, "except": except}));
    let peer = (prop::option::of(block), prop::option::of(labels.clone()))
        .prop_map(|(block, labels)| json!({"ipBlock": block, "podSelector": labels}));
    let port = (scalar(), scalar())
        .prop_map(|(port, protocol)| json!({"port": port, "protocol": protocol}));
    let rule = (
        prop::collection::vec(peer, 0..3),
        prop::collection::vec(port, 0..3),
    )
        .prop_map(|(from, ports)| json!({"from": from, "ports": ports, "extra": 1}));
    (labels, prop::collection::vec(rule, 0..3), prop::collection::vec(scalar(), 0..2), scalar())
        .prop_map(|(selector, ingress, types, priority)| json!({"podSelector": selector, "ingress": ingress, "directions": types, "priority": priority}))
}

/// The same without entries that are null, which `serde_json` does not take for absent.
fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Json::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

proptest! {
    #[test]
    fn what_serde_json_decodes_is_decoded_alike(value in nearly_policy()) {
        let value = without_nulls(value);
        let decoded = decode::<Policy>(&Node::from_json(&value));
        match serde_json::from_value::<Policy>(value) {
            Ok(policy) => {
                prop_assert_eq!(&decoded.errors, &vec![]);
                prop_assert_eq!(decoded.value, Some(policy));
            }
            Err(_) => prop_assert!(!decoded.errors.is_empty()),
        }
    }

    #[test]
    fn every_error_is_at_a_place_of_its_own(value in nearly_policy()) {
        let node = Node::from_json(&value);
        let decoded = decode::<Policy>(&node);
        let mut paths: Vec<_> = decoded.errors.iter().map(|error| error.path.clone()).collect();
        for path in &paths {
            prop_assert!(node.at(path).is_some(), "{}", path);
        }
        let found = paths.len();
        paths.sort();
        paths.dedup();
        prop_assert_eq!(paths.len(), found);
    }
}
