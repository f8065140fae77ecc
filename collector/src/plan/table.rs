//! The plan: everything the collector asks a server for, one row each.

use crate::plan::row::Row;
use crate::plan::{events, iis, names, spns, system, tickets};

/// Every family, in the order in which it is asked. The configuration comes first: later rows ask about its names.
const FAMILIES: [&[Row]; 6] = [iis::ROWS, system::ROWS, tickets::ROWS, spns::ROWS, names::ROWS, events::ROWS];

/// Every row of the plan, in order.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    FAMILIES.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::argument;
    use crate::plan::row::Subject;

    #[test]
    fn every_row_has_its_own_id_and_a_safe_file_name() {
        let ids: BTreeSet<_> = rows().map(|row| row.id).collect();
        assert_eq!(ids.len(), rows().count());
        for row in rows() {
            assert_eq!(row.file_name.contains("{}"), row.subject != Subject::Server, "{}", row.id);
            assert_eq!(argument::file_name(row.kind, row.file_name, "x"), row.file_name.replace("{}", "x"));
        }
    }
}
