//! Several bundles in one case: what it takes two sides to see is found with both, and one side alone never clears it.

use std::collections::BTreeSet;

use kerbscope::case::Case;
use kerbscope::rules::answer::Verdict;
use kerbscope_samples::scenarios;

use crate::sample;

/// Stories of which one side alone gives nobody a reason to ask.
const NO_REASON_TO_ASK: [&str; 0] = [];

fn verdict(case: &Case, rule: &str) -> Verdict {
    case.diagnosis.answers.iter().find(|answer| answer.rule.name == rule).expect("is a rule").verdict
}

#[test]
fn one_side_never_clears_what_both_show() {
    let (mut open, mut found, mut silent, mut wrong) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), Vec::new());
    for scenario in scenarios::all().into_iter().filter(|scenario| scenario.bundles.len() > 1) {
        let Some(rule) = scenario.latent.or(scenario.expected) else { continue };
        let bundles = sample::open(&scenario);
        assert_eq!(verdict(&Case::open(bundles.clone()), rule), Verdict::Found, "{}", scenario.name);
        for bundle in bundles {
            let name = bundle.name.clone();
            let answers = Case::open(vec![bundle]);
            match verdict(&answers, rule) {
                Verdict::Found => found.insert(scenario.name),
                Verdict::Open => open.insert(scenario.name),
                Verdict::NotApplicable => silent.insert(scenario.name),
                other => {
                    wrong.push(format!("{name} alone: {rule} is {}", other.as_str()));
                    false
                }
            };
        }
    }
    let silent: Vec<_> = silent.difference(&open).filter(|name| !found.contains(*name)).copied().collect();
    println!("open with one side: {open:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(silent, NO_REASON_TO_ASK);
}
