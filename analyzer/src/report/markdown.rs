//! A page as Markdown (CommonMark), for tickets and wikis.

use std::fmt::Write as _;

use crate::report::document::{Block, Document, mark, numbered};

/// The page.
pub fn markdown(page: &Document) -> String {
    let mut text = String::new();
    for block in &page.blocks {
        let _ = write_block(block, &mut text);
        text.push('\n');
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

fn write_block(block: &Block, text: &mut String) -> std::fmt::Result {
    match block {
        Block::Heading(level, words) => writeln!(text, "{} {}", "#".repeat(usize::from(*level)), plain(words)),
        Block::Paragraph(words) => writeln!(text, "{}", plain(words)),
        Block::List(items) => items.iter().try_for_each(|item| writeln!(text, "- {}", plain(item))),
        Block::Steps(steps) => {
            steps.iter().try_for_each(|(state, words)| writeln!(text, "- \\[{}\\] {}", mark(*state), plain(words)))
        }
        Block::Commands(title, commands) => {
            writeln!(text, "{title}:\n")?;
            fenced(commands.iter().map(String::as_str), text)
        }
        Block::Excerpt { location, first, lines } => {
            writeln!(text, "`{}`\n", location.replace('`', "'"))?;
            let lines = numbered(*first, lines);
            if lines.is_empty() { Ok(()) } else { fenced(lines.iter().map(String::as_str), text) }
        }
    }
}

/// A block in which nothing has a meaning; its fence is longer than any in the text.
fn fenced<'a>(lines: impl Iterator<Item = &'a str> + Clone, text: &mut String) -> std::fmt::Result {
    let longest = lines.clone().map(longest_run).max().unwrap_or_default();
    let fence = "`".repeat(longest.saturating_add(1).max(3));
    writeln!(text, "{fence}text")?;
    lines.into_iter().try_for_each(|line| writeln!(text, "{line}"))?;
    writeln!(text, "{fence}")
}

fn longest_run(line: &str) -> usize {
    line.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

/// Running text, in which no character has a meaning.
fn plain(words: &str) -> String {
    let mut shown = String::with_capacity(words.len());
    for character in words.chars() {
        if "\\`*_{}[]<>#|~!&$".contains(character) {
            shown.push('\\');
        }
        shown.push(character);
    }
    // At the beginning of a line, these make a list or a heading.
    match shown.chars().next() {
        Some('-' | '+' | '=') => format!("\\{shown}"),
        Some(first) if first.is_ascii_digit() => numbered_list(&shown),
        _ => shown,
    }
}

fn numbered_list(shown: &str) -> String {
    let digits = shown.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = shown.split_at_checked(digits).unwrap_or((shown, ""));
    if rest.starts_with(['.', ')']) { format!("{number}\\{rest}") } else { shown.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(block: Block) -> String {
        markdown(&Document { title: String::new(), blocks: vec![block] })
    }

    #[test]
    fn no_text_of_a_bundle_becomes_markup() {
        let hostile = "<img src=x> [a](javascript:b) **c** `d` # e | f";
        let shown = page(Block::Paragraph(hostile.to_owned()));
        assert_eq!(shown, "\\<img src=x\\> \\[a\\](javascript:b) \\*\\*c\\*\\* \\`d\\` \\# e \\| f\n");
        assert_eq!(page(Block::Paragraph("1. x".to_owned())), "1\\. x\n");
        assert_eq!(page(Block::Paragraph("- x".to_owned())), "\\- x\n");
    }

    #[test]
    fn a_fence_holds_any_line() {
        let shown = page(Block::Commands("Do", vec!["a ```` b".to_owned()]));
        assert_eq!(shown, "Do:\n\n`````text\na ```` b\n`````\n");
    }

    #[test]
    fn lines_of_an_excerpt_keep_their_numbers() {
        let lines = vec!["x".to_owned(), "y".to_owned()];
        let shown = page(Block::Excerpt { location: "a.txt:9-10".to_owned(), first: Some(9), lines });
        assert_eq!(shown, "`a.txt:9-10`\n\n```text\n     9 | x\n    10 | y\n```\n");
    }
}
