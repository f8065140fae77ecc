//! Rows of a log that names its columns in a line of its own, `#Fields:`, and may name others further down.

/// One row.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The line that it stands on.
    pub number: u32,
    columns: &'a [String],
    values: Vec<&'a str>,
    /// The day of the last `#Date:` line, for logs whose rows hold a time alone.
    pub day: Option<&'a str>,
}

impl<'a> Row<'a> {
    /// The value of a column; none where there is no such column, or a dash in it.
    pub fn get(&self, column: &str) -> Option<&'a str> {
        let at = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column))?;
        self.values.get(at).copied().filter(|value| *value != "-")
    }

    /// Whether there is a value for each column.
    pub fn is_whole(&self) -> bool {
        self.values.len() == self.columns.len()
    }
}

/// Walks over the rows. Before a line names columns, they are those of `default`; without any, rows are passed over and
/// lost. Returns the line of the first that was lost.
pub fn read<'a>(
    lines: impl IntoIterator<Item = (u32, &'a str)>,
    default: &[&str],
    mut take: impl FnMut(&Row<'_>),
) -> Option<u32> {
    let mut columns: Vec<String> = default.iter().map(|name| (*name).to_owned()).collect();
    let mut day = None;
    let mut lost = None;
    for (number, line) in lines {
        let line = line.trim();
        if let Some(names) = line.strip_prefix("#Fields:") {
            columns = names.split_whitespace().map(str::to_owned).collect();
        } else if let Some(date) = line.strip_prefix("#Date:") {
            day = date.split_whitespace().next();
        } else if !line.is_empty() && !line.starts_with('#') {
            let values: Vec<_> = line.split_whitespace().take(columns.len().saturating_add(1)).collect();
            if columns.is_empty() {
                lost.get_or_insert(number);
            } else {
                take(&Row { number, columns: &columns, values, day });
            }
        }
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, default: &[&str]) -> (Vec<String>, Option<u32>) {
        let mut rows = Vec::new();
        let lost = read((1..).zip(text.lines()), default, |row| {
            rows.push(format!("{} {}", row.number, row.get("b").unwrap_or("none")));
        });
        (rows, lost)
    }

    #[test]
    fn columns_are_those_of_the_last_line_that_names_them() {
        let text = "#Fields: a b\n1 2\n1 -\n#Fields: b\n3\n";
        let expected = ["2 2", "3 none", "5 3"].map(str::to_owned);
        assert_eq!(rows(text, &[]), (expected.to_vec(), None));
    }

    #[test]
    fn without_names_rows_are_lost_unless_their_order_is_known() {
        assert_eq!(rows("1 2\n3 4\n", &[]), (vec![], Some(1)));
        assert_eq!(rows("1 2\n", &["a", "b"]).0, ["1 2"]);
    }

    #[test]
    fn a_row_that_is_cut_is_known_as_such() {
        let mut whole = Vec::new();
        let lines = ["#Date: 2026-03-02 08:00:00", "#Fields: a b", "1", "1 2", "1 2 3"];
        read((1..).zip(lines), &[], |row| whole.push((row.is_whole(), row.day.map(str::to_owned))));
        let day = Some("2026-03-02".to_owned());
        assert_eq!(whole, [(false, day.clone()), (true, day.clone()), (false, day)]);
    }
}
