//! Reports as pages, and comparisons: what a person who gets them reads, and what nothing in a bundle can do to them.

use std::path::Path;

use crate::command_line::{kerbscope, words};

fn bundle(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles").join(name).to_string_lossy().into_owned()
}

fn report(name: &str, options: &[&str]) -> String {
    words(&kerbscope(&[&["report", &bundle(name)], options].concat()))
}

#[test]
fn each_form_of_the_report_says_the_cause_its_evidence_and_its_fix() {
    for format in ["text", "html", "markdown"] {
        let page = report("kernelmode-spn-on-pool-account.zip", &["--format", format]);
        for words in
            ["kernelmode-spn-on-pool-account", "setspn/list-CONTOSO_svc-web.txt:5", "useAppPoolCredentials:true"]
        {
            let shown = page.replace("\\_", "_").replace("\\-", "-");
            assert!(shown.contains(words), "{format}: {words} is not in {page}");
        }
    }
}

#[test]
fn the_page_for_the_domain_administrator_has_all_of_that_and_nothing_else() {
    let page = report("spn-missing.zip", &["--for-domain-administrator"]);
    assert!(page.starts_with("# For your domain administrator"), "{page}");
    assert!(page.contains("setspn -S HTTP/") && page.contains("Undo:") && page.contains("Verify:"), "{page}");
    assert!(!page.contains("appcmd"), "{page}");
    let none = report("windows-auth-disabled.zip", &["--for-domain-administrator"]);
    assert!(none.contains("Nothing in this diagnosis needs rights in Active Directory"), "{none}");
    let refused = kerbscope(&["report", &bundle("spn-missing.zip"), "--for-domain-administrator", "--format", "json"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_comparison_says_what_went_what_came_and_what_stays() {
    let (sick, well) = (bundle("kernelmode-spn-on-pool-account.zip"), bundle("healthy-with-noise.zip"));
    let healed = kerbscope(&["compare", &sick, &well]);
    assert_eq!(healed.status.code(), Some(0));
    let said = words(&healed);
    assert!(said.contains("Gone\n  blocker, certain: kernelmode-spn-on-pool-account"), "{said}");
    assert!(!said.contains("\nNew\n") && !said.contains("\nStill there\n"), "{said}");
    let broken = kerbscope(&["compare", &well, &sick]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(words(&broken).contains("New\n  blocker, certain: kernelmode-spn-on-pool-account"), "{}", words(&broken));
    let same = kerbscope(&["compare", &sick, &sick]);
    assert!(words(&same).starts_with("Nothing that matters is different."), "{}", words(&same));
    assert!(words(&same).contains("Still there\n  blocker, certain: kernelmode"), "{}", words(&same));
    assert_eq!(kerbscope(&["compare", &sick]).status.code(), Some(2));
}
