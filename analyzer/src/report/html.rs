//! A page as one HTML file: no script, nothing loaded from anywhere, light and dark, printable.

use std::fmt::Write as _;

use crate::exchange::outcome::StepState;
use crate::report::document::{Block, Document, mark, numbered};

/// Even if a browser found something to load or to run, it may not.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "\
:root { color-scheme: light dark; --edge: #c8ccd2; --soft: #f2f4f7; --good: #116329; --bad: #b42318; --dim: #57606a }
@media (prefers-color-scheme: dark) { :root { --edge: #444c56; --soft: #22272e; --good: #57ab5a; --bad: #ff7b72; --dim: #adbac7 } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.25rem; border-top: 1px solid var(--edge); padding-top: 1rem; margin-top: 2rem } h3 { font-size: 1rem }
p, li { overflow-wrap: anywhere }
pre { background: var(--soft); border: 1px solid var(--edge); border-radius: 4px; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere }
figure { margin: 1rem 0 } figcaption { color: var(--dim); overflow-wrap: anywhere }
ul.steps { list-style: none; padding: 0 } .mark { font-family: monospace; font-weight: bold; margin-right: .6rem }
.good { color: var(--good) } .bad { color: var(--bad) } .unknown { color: var(--dim) }
@media print { body { max-width: none } }";

/// The page.
pub fn html(page: &Document) -> String {
    let mut body = String::new();
    for block in &page.blocks {
        let _ = write_block(block, &mut body);
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        plain(&page.title)
    )
}

fn write_block(block: &Block, body: &mut String) -> std::fmt::Result {
    match block {
        Block::Heading(level, words) => writeln!(body, "<h{level}>{}</h{level}>", plain(words)),
        Block::Paragraph(words) => writeln!(body, "<p>{}</p>", plain(words)),
        Block::List(items) => {
            writeln!(body, "<ul>")?;
            items.iter().try_for_each(|item| writeln!(body, "<li>{}</li>", plain(item)))?;
            writeln!(body, "</ul>")
        }
        Block::Steps(steps) => {
            writeln!(body, "<ul class=\"steps\">")?;
            steps.iter().try_for_each(|(state, words)| {
                let (class, mark) = (class(*state), mark(*state));
                writeln!(body, "<li><span class=\"mark {class}\">{mark}</span>{}</li>", plain(words))
            })?;
            writeln!(body, "</ul>")
        }
        Block::Commands(title, commands) => {
            writeln!(
                body,
                "<figure><figcaption>{title}</figcaption><pre>{}</pre></figure>",
                plain(&commands.join("\n"))
            )
        }
        Block::Excerpt { location, first, lines } => {
            writeln!(body, "<figure><figcaption>{}</figcaption>", plain(location))?;
            if !lines.is_empty() {
                writeln!(body, "<pre>{}</pre>", plain(&numbered(*first, lines).join("\n")))?;
            }
            writeln!(body, "</figure>")
        }
    }
}

const fn class(state: StepState) -> &'static str {
    match state {
        StepState::Good => "good",
        StepState::Bad => "bad",
        StepState::Unknown => "unknown",
    }
}

/// Text, in which no character has a meaning.
fn plain(words: &str) -> String {
    let mut shown = String::with_capacity(words.len());
    for character in words.chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_bundle_becomes_markup() {
        let hostile = "</pre><script>alert('x')</script>\"&".to_owned();
        let blocks = vec![
            Block::Heading(2, hostile.clone()),
            Block::Paragraph(hostile.clone()),
            Block::List(vec![hostile.clone()]),
            Block::Steps(vec![(StepState::Bad, hostile.clone())]),
            Block::Commands("Do", vec![hostile.clone()]),
            Block::Excerpt { location: hostile.clone(), first: Some(1), lines: vec![hostile.clone()] },
        ];
        let shown = html(&Document { title: hostile, blocks });
        assert!(!shown.contains("<script") && !shown.contains("alert('x')"), "{shown}");
        assert_eq!(shown.matches("&lt;/pre&gt;&lt;script&gt;").count(), 8, "{shown}");
    }

    #[test]
    fn a_page_loads_nothing() {
        let shown = html(&Document { title: "x".to_owned(), blocks: Vec::new() });
        assert!(shown.contains("default-src 'none'"));
        for loader in ["src=", "href=", "url(", "@import", "<script"] {
            assert!(!shown.contains(loader), "{loader}");
        }
    }
}
