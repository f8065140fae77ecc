//! The table of all rules, in the order of the report.

use crate::rules::rule::Rule;

/// Every rule.
pub const RULES: &[&dyn Rule] = &[];
