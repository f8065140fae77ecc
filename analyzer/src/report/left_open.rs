//! What a gap costs: the checks that wait for exactly what it left out.

use crate::case::Case;
use crate::evidence::gap::{Gap, NotKnown};

/// The rules that wait for exactly what a gap left out.
pub fn rules_left_open(case: &Case, gap: &Gap) -> Vec<&'static str> {
    let Some(source) = gap.how_to_collect.as_deref() else { return Vec::new() };
    let file = source.rsplit(['\\', '/']).next().unwrap_or(source);
    let waits = |not_known: &NotKnown| {
        not_known.needs.iter().any(|need| {
            let need = need.as_str();
            need.eq_ignore_ascii_case(source) || (file.contains('.') && need.contains(file))
        })
    };
    let open = case.diagnosis.answers.iter().filter(|answer| answer.not_known.as_ref().is_some_and(waits));
    open.map(|answer| answer.rule.name).collect()
}
