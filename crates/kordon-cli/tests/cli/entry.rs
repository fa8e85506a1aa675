use crate::run::{assert_fits, run, run_with, shown};

const ENTRY: &str = "examples/entry-points";

#[test]
fn what_comes_in_by_entry_points_is_listed() {
    let text = shown(&format!("connections -f {ENTRY}"));
    assert_fits(&text);
    insta::assert_snapshot!(text);
    let from = format!("connections -f {ENTRY} --from ingress-controller");
    for format in ["csv", "markdown", "json"] {
        insta::assert_snapshot!(format, shown(&format!("{from} -o {format}")));
    }
}

#[test]
fn what_comes_in_is_explained_by_its_ingress_and_the_policy() {
    let explained = [
        "connections -f ENTRY --from ingress-controller --explain",
        "connections -f ENTRY --exposure",
        "explain -f ENTRY ingress-controller shop/api:9090",
        "check -f ENTRY ingress-controller shop/web:8080",
        "check -f ENTRY shop/web ingress-controller:8080",
    ];
    let explained = explained.map(|line| shown(&line.replace("ENTRY", ENTRY)));
    insta::assert_snapshot!(explained.join("\n"));
}

#[test]
fn an_ingress_that_appears_is_a_difference() {
    let folder = std::env::temp_dir().join(format!("kordon-entry-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let all = std::fs::read_to_string(format!("{}/{ENTRY}/shop.yaml", crate::run::ROOT)).unwrap();
    let without: Vec<&str> = all
        .split("---\n")
        .filter(|document| !document.contains("kind: Ingress"))
        .collect();
    let old = folder.join("old.yaml");
    std::fs::write(&old, without.join("---\n")).unwrap();
    let text = run(&format!("diff {} {ENTRY}", old.display())).stdout;
    std::fs::remove_dir_all(&folder).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn a_pod_may_be_called_as_the_controller_is() {
    let pods = "
{apiVersion: v1, kind: Pod, metadata: {name: ingress-controller, namespace: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}}
";
    let answer = |question: &str| run_with(&format!("check -f - {question}"), pods).stdout;
    assert!(answer("-n shop ingress-controller web:80").contains("shop/ingress-controller -> "));
    assert!(answer("ingress-controller shop/web:80").contains(" ingress-controller -> "));
}
