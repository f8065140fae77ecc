//! Fixes that are tried before they are made: what a report suggests does remove what it found.

use std::path::Path;

use kerbscope::case::Case;
use kerbscope::diagnosis::compare::Comparison;
use kerbscope::facts::change_words::parse;
use kerbscope_samples::scenarios;

use crate::command_line::{kerbscope, words};
use crate::sample;

/// Commands that change what the model looks at; others restart a pool, or ask.
fn is_change(command: &str) -> bool {
    let is_cmdlet = command.starts_with("Set-AD") && parse(command).is_some();
    command.starts_with("setspn -S")
        || command.starts_with("setspn -D")
        || command.contains("appcmd set config")
        || command.contains("appcmd clear config")
        || (command.contains("adsutil.vbs") && parse(command).is_some())
        || is_cmdlet
}

#[test]
fn every_fix_that_can_be_tried_removes_what_it_is_for() {
    let mut tried = Vec::new();
    for scenario in scenarios::all() {
        let case = Case::open(sample::open(&scenario));
        for ranked in &case.diagnosis.findings {
            for fix in &ranked.finding.fixes {
                let commands: Vec<String> = fix.commands.iter().map(ToString::to_string).collect();
                if commands.is_empty() || !commands.iter().all(|command| is_change(command)) {
                    continue;
                }
                let changes: Vec<_> = commands.iter().flat_map(|command| parse(command).expect(command)).collect();
                let after = case.tried(&changes).unwrap_or_else(|why| panic!("{}: {why}: {commands:?}", scenario.name));
                let comparison = Comparison::of(case.picture(), after.picture());
                let gone = comparison.gone.iter().any(|gone| gone.rule.name == ranked.rule.name);
                tried.push((scenario.name, ranked.rule.name, gone, commands));
            }
        }
    }
    let useless: Vec<_> = tried.iter().filter(|(_, _, gone, _)| !gone).collect();
    assert!(useless.is_empty(), "{useless:#?}");
    assert!(tried.len() > 10, "{tried:#?}");
    for fix in ["setspn -S", "setspn -D", "appcmd set config", "appcmd clear config", "adsutil.vbs set", "Set-AD"] {
        let is_tried = |commands: &Vec<String>| commands.iter().any(|command| command.contains(fix));
        assert!(tried.iter().any(|(_, _, _, commands)| is_tried(commands)), "no fix with {fix} was tried");
    }
}

fn tried(sample: &str, fix: &str) -> (Option<i32>, String) {
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles").join(sample);
    let output = kerbscope(&["try", &bundle.to_string_lossy(), "--fix", fix]);
    let said =
        if output.stdout.is_empty() { String::from_utf8_lossy(&output.stderr).into_owned() } else { words(&output) };
    (output.status.code(), said)
}

#[test]
fn a_trial_says_what_would_end_in_another_way() {
    let (code, said) = tried("kernelmode-spn-on-pool-account.zip", "useAppPoolCredentials=true in VGS Portal");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("If that were done: "), "{said}");
    assert!(said.contains("nobody is signed in -> Kerberos"), "{said}");
    assert!(said.contains("Gone\n  blocker, certain: kernelmode-spn-on-pool-account"), "{said}");
}

#[test]
fn a_fix_that_breaks_something_says_so() {
    let (code, said) = tried("healthy-with-noise.zip", "providers=NTLM");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Kerberos -> NTLM instead of Kerberos") && said.contains("New\n"), "{said}");
}

#[test]
fn what_the_tool_would_refuse_is_refused() {
    let (code, said) = tried("kernelmode-spn-on-pool-account.zip", r"setspn -S HTTP/portal.contoso.com CONTOSO\WEB01$");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("setspn -S would refuse: HTTP/portal.contoso.com is held by"), "{said}");
    let (code, said) = tried("healthy-with-noise.zip", "make it work");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("this fix is not understood"), "{said}");
    let (_, said) = tried("healthy-with-noise.zip", "useKernelMode=false in Nowhere");
    assert!(said.contains("no site or path in the case is called"), "{said}");
}
