//! Cells of a line of comma-separated values, with or without quotes.

/// Cells of one line at most.
const CELLS: usize = 1_000;

/// The cells of a line. A quote inside quotes is doubled; a line that ends inside quotes ends the cell.
pub fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(cell) = cells.last_mut() else { break };
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                if cells.len() >= CELLS {
                    break;
                }
                cells.push(String::new());
            }
            other => cell.push(other),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_and_quotes() {
        assert_eq!(cells(r#""a,b","c ""d""",e,"#), ["a,b", r#"c "d""#, "e", ""]);
        assert_eq!(cells(""), [""]);
        assert_eq!(cells("\"open, end"), ["open, end"]);
        assert_eq!(cells(&",".repeat(CELLS * 2)).len(), CELLS);
    }
}
