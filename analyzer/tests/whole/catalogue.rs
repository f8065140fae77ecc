//! Every numbered cause has a rule, or a reason why it has none.

use std::collections::BTreeMap;

use kerbscope::rules::table::{RULES, find};

const DECISION: &str = include_str!("../../../docs/adr/0015-a-numbered-catalogue-of-causes.md");
/// Causes of the catalogue.
const CAUSES: u32 = 81;
/// Those that say what is no fault.
const NEGATIVE: [u32; 2] = [12, 79];
/// The rule that came later.
const WITHOUT_NUMBER: [&str; 1] = ["web-config-locked"];

/// The rules by the numbers of the causes: `| R13 | `spn-missing` | remark |`.
fn table() -> BTreeMap<u32, Option<&'static str>> {
    let mut table = BTreeMap::new();
    for row in DECISION.lines().filter_map(|line| line.strip_prefix("| R")) {
        let mut cells = row.split('|').map(str::trim);
        let number: u32 = cells.next().and_then(|cell| cell.parse().ok()).expect("a number");
        let rule = cells.next().expect("a rule").strip_prefix('`').and_then(|rule| rule.strip_suffix('`'));
        assert!(table.insert(number, rule).is_none(), "R{number} stands there twice");
    }
    table
}

#[test]
fn every_cause_has_a_rule_or_says_what_is_no_fault() {
    let table = table();
    assert_eq!(table.keys().copied().collect::<Vec<_>>(), (1..=CAUSES).collect::<Vec<_>>());
    for (number, rule) in &table {
        match rule {
            Some(rule) => assert!(find(rule).is_some(), "R{number}: there is no rule {rule}"),
            None => assert!(NEGATIVE.contains(number), "R{number} has no rule"),
        }
    }
}

#[test]
fn every_rule_is_in_the_catalogue() {
    let table = table();
    for rule in RULES.iter().map(|rule| rule.info().name).filter(|name| !WITHOUT_NUMBER.contains(name)) {
        assert!(table.values().any(|known| *known == Some(rule)), "{rule} has no number");
    }
}
