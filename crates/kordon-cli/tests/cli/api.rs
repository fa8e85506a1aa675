use crate::run::{assert_fits, run, shown};

const DEVELOPER: &str = "-f SHOP --as alice --as-group shop:developers";

#[test]
fn access_is_explained_by_binding_role_and_rule() {
    let text = shown(&format!(
        "explain {DEVELOPER} get pods/log -n shop frontend-0"
    ));
    assert_fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn missing_access_is_explained_by_the_nearest_grant() {
    let text = shown(&format!("explain {DEVELOPER} delete pods -n shop"));
    assert_fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_check_takes_the_words_of_kubectl() {
    let service_account = "-f SHOP --as system:serviceaccount:monitoring:prometheus";
    let checks = [
        format!("check {DEVELOPER} list deploy -n shop"),
        format!("check {DEVELOPER} get deployments.apps/scale -n shop"),
        format!("check {DEVELOPER} get pods --subresource log -n shop"),
        format!("check {DEVELOPER} get pods -A"),
        format!("check {DEVELOPER} get pods"),
        format!("check {service_account} get nodes"),
        format!("check {service_account} get /metrics"),
        format!("check {service_account} get pods --all-namespaces"),
    ];
    insta::assert_snapshot!(checks.map(|check| shown(&check)).join("\n"));
}

#[test]
fn words_that_may_mean_something_else_are_warned_of() {
    let checks = [
        format!("check {DEVELOPER} get pods/frontend-0 -n shop"),
        format!("check {DEVELOPER} get widgets -n shop"),
        format!("check {DEVELOPER} get nodes -n shop"),
    ];
    insta::assert_snapshot!(checks.map(|check| shown(&check)).join("\n"));
}

#[test]
fn can_lists_what_a_user_may_do() {
    insta::assert_snapshot!(shown(&format!("can {DEVELOPER} -n shop")));
    insta::assert_snapshot!(shown(
        "can -f SHOP --as system:serviceaccount:monitoring:prometheus"
    ));
    insta::assert_snapshot!(shown("can -f SHOP --as bob -n shop"));
    insta::assert_snapshot!(shown(
        "can -f SHOP --as system:serviceaccount:shop:reports -n shop -o yaml"
    ));
}

#[test]
fn can_lists_who_may_do_something() {
    insta::assert_snapshot!(shown("can -f SHOP --who get secrets -n shop reports-mail"));
    insta::assert_snapshot!(shown("can -f SHOP --who delete nodes"));
    insta::assert_snapshot!(shown("can -f SHOP --who get pods -n shop -o json"));
}

#[test]
fn aggregated_roles_are_filled_on_request() {
    let question = "-f BROKEN/aggregation.yaml --as alice get pods -n shop";
    assert_eq!(run(&format!("check {question}")).status, 1);
    assert_eq!(
        run(&format!("check --fill-aggregation {question}")).status,
        0
    );
}
