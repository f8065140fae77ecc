//! XML: what stands between tags, and the values of attributes. Names of elements and attributes stay.

use crate::rewrite::escapes::Unescaped;
use crate::rewrite::piece::{Editor, Piece, Place, apply};

/// The element whose content comes next.
#[derive(Clone, Debug, Default)]
pub struct State {
    element: String,
    name: String,
}

/// The end of the first tag, comment or instruction, with the text before it.
pub fn unit(text: &str) -> Option<usize> {
    let open = text.find('<')?;
    let tag = text.get(open..)?;
    let length = match tag {
        _ if tag.starts_with("<!--") => end_of(tag, "-->"),
        _ if tag.starts_with("<![CDATA[") => end_of(tag, "]]>"),
        _ if tag.starts_with("<?") => end_of(tag, "?>"),
        // Too little to tell.
        _ if tag.len() < "<![CDATA[".len() && "<![CDATA[".starts_with(tag) => None,
        _ => end_of_tag(tag),
    }?;
    Some(open.saturating_add(length))
}

fn end_of(text: &str, mark: &str) -> Option<usize> {
    Some(text.find(mark)?.saturating_add(mark.len()))
}

/// Behind the `>` that is in no quotation marks.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return Some(at.saturating_add(1)),
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    None
}

/// Rewrites one unit.
pub fn rewrite(unit: &str, state: &mut State, editor: &mut dyn Editor, out: &mut String) {
    let open = unit.find('<').unwrap_or(unit.len());
    let (content, tag) = unit.split_at_checked(open).unwrap_or((unit, ""));
    let place = Place::Content { element: &state.element, name: &state.name };
    escaped(content, place, editor, out);
    if tag.starts_with("<!") || tag.starts_with("<?") {
        let edits = editor.text(&Piece { text: tag, place });
        return out.push_str(&apply(tag, &edits));
    }
    state.element.clear();
    state.name.clear();
    if tag.is_empty() || tag.starts_with("</") {
        return out.push_str(tag);
    }
    if let Some(rewritten) = start_tag(tag, state, editor) {
        return out.push_str(&rewritten);
    }
    // No tag after all, so it is text.
    let edits = editor.text(&Piece { text: tag, place: Place::Line });
    out.push_str(&apply(tag, &edits));
}

/// Rewrites the values of the attributes of a start tag; none when it is not made like one.
fn start_tag(tag: &str, state: &mut State, editor: &mut dyn Editor) -> Option<String> {
    let inside = tag.strip_prefix('<')?.strip_suffix('>')?;
    let inside = inside.strip_suffix('/').unwrap_or(inside);
    let name = inside.get(..inside.find(char::is_whitespace).unwrap_or(inside.len()))?;
    if !is_name(name) {
        return None;
    }
    let mut out = format!("<{name}");
    let mut rest = inside.get(name.len()..)?;
    while let Some(equals) = rest.find('=') {
        let attribute = rest.get(..equals)?.trim();
        let value = rest.get(equals.checked_add(1)?..)?;
        let blanks = value.len().checked_sub(value.trim_start().len())?;
        let quote = value.trim_start().chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let value = value.trim_start().get(1..)?;
        let close = value.find(quote)?;
        if !is_name(attribute) {
            return None;
        }
        let start = equals.checked_add(blanks)?.checked_add(2)?;
        out.push_str(rest.get(..start)?);
        let raw = value.get(..close)?;
        if attribute == "Name" {
            state.name = Unescaped::of(raw, '&', resolve).text;
        }
        escaped(raw, Place::Attribute { element: name, name: attribute }, editor, &mut out);
        out.push(quote);
        rest = value.get(close.checked_add(1)?..)?;
    }
    if !rest.trim().is_empty() {
        return None;
    }
    name.clone_into(&mut state.element);
    out.push_str(rest);
    out.push_str(if tag.ends_with("/>") { "/>" } else { ">" });
    Some(out)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|character| character.is_alphanumeric() || "-_.:".contains(character))
}

fn escaped(raw: &str, place: Place<'_>, editor: &mut dyn Editor, out: &mut String) {
    if !raw.contains('&') {
        let edits = editor.text(&Piece { text: raw, place });
        let edits: Vec<_> =
            edits.into_iter().map(|edit| crate::rewrite::piece::Edit { text: escape(&edit.text), ..edit }).collect();
        return out.push_str(&apply(raw, &edits));
    }
    let plain = Unescaped::of(raw, '&', resolve);
    let edits = editor.text(&Piece { text: &plain.text, place });
    out.push_str(&apply(raw, &plain.edits(edits, escape)));
}

/// What a reference such as `&amp;` or `&#228;` stands for.
fn resolve(text: &str) -> Option<(char, usize)> {
    const LONGEST: usize = 12;
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let character = match text.get(1..end)? {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((character, end.saturating_add(1)))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use crate::rewrite::format::Format;
    use crate::rewrite::rewriter::rewrite_all;
    use crate::rewrite::rewriter::testing::{Record, Swap};

    #[test]
    fn content_and_attributes_know_where_they_stand() {
        let text = "<?xml version=\"1.0\"?>\r\n<Event xmlns='ns'><Data Name = 'Target&amp;'>a&lt;b</Data>\n<E a=\"x>y\" b=''/>t\
            <!-- don't > c --><![CDATA[<x>]]></Event>";
        let mut record = Record::default();
        assert_eq!(rewrite_all(Format::Xml, text, &mut record), text);
        let pieces = record.pieces.iter().filter(|(_, text)| !text.trim().is_empty());
        let pieces: Vec<_> = pieces.map(|(place, text)| format!("{place}|{text}")).collect();
        let content = |element: &str, name: &str| format!("Content {{ element: {element:?}, name: {name:?} }}");
        let attribute = |element: &str, name: &str| format!("Attribute {{ element: {element:?}, name: {name:?} }}");
        let expected = [
            format!("{}|<?xml version=\"1.0\"?>", content("", "")),
            format!("{}|ns", attribute("Event", "xmlns")),
            format!("{}|Target&", attribute("Data", "Name")),
            format!("{}|a<b", content("Data", "Target&")),
            format!("{}|x>y", attribute("E", "a")),
            format!("{}|t", content("E", "")),
            format!("{}|<!-- don't > c -->", content("E", "")),
            format!("{}|<![CDATA[<x>]]>", content("E", "")),
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn words_are_replaced_in_values_and_never_in_markup() {
        let swap = |text: &str| rewrite_all(Format::Xml, text, &mut Swap("a", "<&\"'>"));
        let word = "&lt;&amp;&quot;&apos;&gt;";
        assert_eq!(swap("<a a='a'>a</a>"), format!("<a a='{word}'>{word}</a>"));
        assert_eq!(swap("<b c = \"&#x61;&amp;a\"/>"), format!("<b c = \"{word}&amp;{word}\"/>"));
        assert_eq!(swap("<!-- a -->"), "<!-- <&\"'> -->");
    }

    #[test]
    fn what_is_no_tag_is_read_as_text() {
        let swap = |text: &str| rewrite_all(Format::Xml, text, &mut Swap("a", "x"));
        for (broken, expected) in [
            ("1 < a", "1 < x"),
            ("<b c=a>", "<b c=x>"),
            ("<b c='a", "<b c='x"),
            ("<b a>", "<b x>"),
            ("< a>", "< x>"),
            ("<!-- a", "<!-- x"),
            ("a", "x"),
            ("", ""),
        ] {
            assert_eq!(swap(broken), expected);
        }
    }
}
