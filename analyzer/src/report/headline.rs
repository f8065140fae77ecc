//! The one sentence at the head of every report: what is wrong, and how much could be judged.

use crate::case::Case;
use crate::report::escape::escape;
use crate::rules::answer::Verdict;

/// What the case comes down to.
pub fn headline(case: &Case) -> String {
    match case.diagnosis.primary() {
        Some(primary) => escape(&primary.finding.summary),
        None if case.exchanges.is_empty()
            && case.facts.web_servers().is_ok_and(|all| all.iter().all(|(_, iis)| iis.complete().is_ok())) =>
        {
            "No site of this case signs users in with Windows authentication; there is nothing to judge.".to_owned()
        }
        None if case.diagnosis.count(Verdict::Open) > 0 => {
            "No problem found in what could be judged; some checks are open.".to_owned()
        }
        None => "No problem found.".to_owned(),
    }
}

/// As in `1 problem. 12 checks clear. 1 open, because 1 piece of evidence is missing.`
pub fn tally(case: &Case) -> String {
    let problems = case.diagnosis.problems();
    let clear = case.diagnosis.count(Verdict::Clear);
    let open = case.diagnosis.count(Verdict::Open);
    let not_applicable = case.diagnosis.count(Verdict::NotApplicable);
    let mut words = vec![format!("{}.", plural(problems, "problem")), format!("{} clear.", plural(clear, "check"))];
    if open > 0 {
        let why = plural(case.diagnosis.needs().needs.len(), "piece");
        words.push(format!(
            "{open} open, because {why} of evidence {} missing.",
            if why.starts_with("1 ") { "is" } else { "are" }
        ));
    } else {
        words.push("None open.".to_owned());
    }
    if not_applicable > 0 {
        words.push(format!("{not_applicable} not applicable."));
    }
    let failed = case.diagnosis.count(Verdict::Failed);
    if failed > 0 {
        words.push(format!("{} failed: please report this as a fault of Kerbscope.", plural(failed, "check")));
    }
    words.join(" ")
}

/// `1 problem`, `2 problems`.
pub fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
