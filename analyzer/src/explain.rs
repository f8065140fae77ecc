//! What a rule checks, and what a code in a log means.

use crate::facts::codes::{Code, decode};
use crate::rules::table;

/// Explains a rule by its name, or a code in any spelling: `0x29`, `41`, `3221225572`, `KRB_AP_ERR_MODIFIED`, `401.1`.
pub fn explain(what: &str) -> Option<String> {
    let what = what.trim();
    if let Some(rule) = table::find(&what.to_ascii_lowercase()) {
        let info = rule.info();
        let references = info.references.join(", ");
        return Some(format!("{}\n{}\n\n{}\n\nReferences: {references}\n", info.name, info.title, info.explanation));
    }
    let codes = decode(what);
    (!codes.is_empty()).then(|| codes.iter().map(describe).collect::<Vec<_>>().join("\n"))
}

fn describe(code: &Code) -> String {
    format!("{}: {} ({})\n  {}\n", code.family.title(), code.name, code.family.spell(code.value), code.meaning)
}
