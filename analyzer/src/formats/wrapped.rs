//! Puts lines together again that a console broke at its right edge, as they come from a pasted screen.

/// Columns that consoles have at least; a shorter line was not broken by one.
const NARROWEST: usize = 60;
/// Pieces of one line at most: a distinguished name fills a screen of eighty columns a few times.
const PIECES: usize = 12;
/// Columns from one tab to the next.
const TAB: usize = 8;

/// A line, put together where it was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of its first piece.
    pub first: u32,
    /// The number of its last piece.
    pub last: u32,
    /// All of it.
    pub text: String,
}

/// Puts together what was broken. A console breaks every line at the same column, so only a line that is as long as the
/// longest is looked at; `belongs` says, from the line and what follows, whether the two are one.
pub fn unwrap<'a>(lines: impl IntoIterator<Item = (u32, &'a str)>, belongs: impl Fn(&str, &str) -> bool) -> Vec<Line> {
    let lines: Vec<_> = lines.into_iter().collect();
    let edge = lines.iter().map(|(_, line)| columns(line)).max().unwrap_or_default();
    let mut whole: Vec<Line> = Vec::new();
    let mut was_full = false;
    let mut pieces = 0_usize;
    for (number, line) in lines {
        let continues = was_full && pieces < PIECES && !line.is_empty() && !line.starts_with([' ', '\t']);
        let is_full = edge >= NARROWEST && columns(line) == edge;
        let before = whole.last_mut().filter(|before| continues && belongs(&before.text, line));
        if let Some(before) = before {
            before.text.push_str(line);
            before.last = number;
            pieces = pieces.saturating_add(1);
        } else {
            whole.push(Line { first: number, last: number, text: line.to_owned() });
            pieces = 1;
        }
        was_full = is_full;
    }
    whole
}

fn columns(line: &str) -> usize {
    line.chars().fold(0, |at: usize, character| {
        let next = if character == '\t' { TAB.saturating_sub(at % TAB) } else { 1 };
        at.saturating_add(next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Vec<String> {
        let numbered = (1..).zip(text.lines());
        unwrap(numbered, |_, next| !next.contains(' ')).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_line_that_reaches_the_edge_is_joined_with_what_follows() {
        let name = format!("\t{}", "x".repeat(72));
        assert_eq!(columns(&name), 80);
        let lines = joined(&format!("{name}\nyz\nshort\nend"));
        assert_eq!(lines, [format!("{name}yz"), "short".to_owned(), "end".to_owned()]);
        let twice = format!("{}\n{}\nz", "x".repeat(80), "y".repeat(80));
        assert_eq!(joined(&twice), [format!("{}{}z", "x".repeat(80), "y".repeat(80))]);
    }

    #[test]
    fn what_does_not_belong_stays_by_itself() {
        let name = "x".repeat(80);
        for next in ["two words", "", "\tindented", "  y"] {
            assert_eq!(joined(&format!("{name}\n{next}"))[0], name, "{next:?}");
        }
        assert_eq!(joined("short\nlines"), ["short", "lines"]);
        assert_eq!(joined(&format!("{}\ny\n{}", "x".repeat(70), "z".repeat(90))).len(), 3, "not at the edge");
    }

    #[test]
    fn numbers_tell_where_the_pieces_stand() {
        let text = format!("a\n{}\nb\nc", "x".repeat(80));
        let lines = unwrap((1..).zip(text.lines()), |_, next| next == "b");
        assert_eq!(lines.iter().map(|line| (line.first, line.last)).collect::<Vec<_>>(), [(1, 1), (2, 3), (4, 4)]);
    }

    #[test]
    fn pieces_are_bounded() {
        let endless = format!("{}\n", "x".repeat(80)).repeat(100);
        assert!(joined(&endless).iter().all(|line| line.len() <= 80 * PIECES));
    }
}
