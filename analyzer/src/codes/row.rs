//! One row of a table of codes: a number, its name, and what it means for sign-in to IIS.

/// What a number stands for in one place. In a table of flags the number is one bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number.
    pub value: u32,
    /// Its name, as the vendor or the standard writes it.
    pub name: &'static str,
    /// What it means for sign-in to IIS.
    pub meaning: &'static str,
}

/// A row, short enough to stand in a table.
pub(super) const fn row(value: u32, name: &'static str, meaning: &'static str) -> Row {
    Row { value, name, meaning }
}

/// The row of a number.
pub fn find(table: &'static [Row], value: u32) -> Option<&'static Row> {
    table.iter().find(|row| row.value == value)
}

/// The rows of the bits that are set, and the bits that no row knows.
pub fn bits(table: &'static [Row], value: u32) -> (Vec<&'static Row>, u32) {
    let known: Vec<_> = table.iter().filter(|row| row.value & value != 0).collect();
    let rest = known.iter().fold(value, |rest, row| rest & !row.value);
    (known, rest)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Holds what every table holds: names and meanings are there, and no number stands twice.
    pub(crate) fn hold(table: &[Row]) {
        let mut values = std::collections::BTreeSet::new();
        for row in table {
            assert!(!row.name.is_empty() && !row.meaning.is_empty(), "{row:?}");
            assert!(row.meaning.ends_with('.') && !row.meaning.contains("  "), "{row:?}");
            assert!(values.insert(row.value), "twice: {row:?}");
        }
    }

    /// Holds what every table of flags holds besides: each row is one bit.
    pub(crate) fn hold_bits(table: &[Row]) {
        hold(table);
        assert!(table.iter().all(|row| row.value.is_power_of_two()), "{table:?}");
    }

    #[test]
    fn unknown_bits_are_told_apart() {
        static TABLE: [Row; 2] = [row(1, "a", "A."), row(4, "b", "B.")];
        let (known, rest) = bits(&TABLE, 0x15);
        assert_eq!((known.len(), rest), (2, 0x10));
        assert_eq!(find(&TABLE, 4).map(|row| row.name), Some("b"));
    }
}
