//! The elements and attributes of a configuration file, each with its place in the text.
//!
//! This is no general XML reader. It knows what `applicationHost.config` is made of, and refuses everything
//! else: who takes secrets out of a text must not guess where a value ends.

use std::fmt;
use std::ops::Range;

/// Where something stands in the text, in bytes.
pub type Span = Range<usize>;

/// One piece of the text. All pieces together, with the punctuation between them, are the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// What stands between tags.
    Text(Span),
    /// The inside of `<!-- … -->`.
    Comment(Span),
    /// The inside of `<? … ?>`.
    Instruction(Span),
    /// A start tag.
    Start(Element),
    /// An end tag with its place, or the end of an element that is closed in its own start tag, which has none.
    End(Span),
}

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its attributes in their order.
    pub attributes: Vec<Attribute>,
    /// Where the tag stands, from `<` to `>`.
    pub place: Span,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Where its value stands, between the quotes.
    pub place: Span,
    /// Its value, references like `&amp;` resolved.
    pub value: String,
}

impl Element {
    /// The value of the attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value.as_str())
    }
}

/// The text is not made as a configuration file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there; never a part of the text.
    pub what: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// Takes a text apart.
///
/// # Errors
///
/// The first place that is not understood.
pub fn scan(text: &str) -> Result<Vec<Token>, Malformed> {
    let mut scanner = Scanner { text, at: 0, tokens: Vec::new(), open: Vec::new() };
    match scanner.document() {
        Ok(()) => Ok(scanner.tokens),
        Err(what) => {
            let before = text.get(..scanner.at).unwrap_or(text);
            Err(Malformed { line: before.matches('\n').count() + 1, what })
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    open: Vec<&'a str>,
}

type Step<T> = Result<T, &'static str>;

impl<'a> Scanner<'a> {
    fn document(&mut self) -> Step<()> {
        while !self.rest().is_empty() {
            self.piece()?;
        }
        if self.open.is_empty() { Ok(()) } else { Err("an element is not closed") }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn piece(&mut self) -> Step<()> {
        if self.accept("<!--") {
            let inside = self.until("-->", "a comment is not closed")?;
            self.tokens.push(Token::Comment(inside));
        } else if self.accept("<![CDATA[") {
            let inside = self.until("]]>", "a CDATA section is not closed")?;
            self.tokens.push(Token::Text(inside));
        } else if self.accept("<?") {
            let inside = self.until("?>", "an instruction is not closed")?;
            self.tokens.push(Token::Instruction(inside));
        } else if self.accept("</") {
            self.end_tag()?;
        } else if self.rest().starts_with("<!") {
            return Err("declarations are not read");
        } else if self.accept("<") {
            self.start_tag()?;
        } else {
            self.characters()?;
        }
        Ok(())
    }

    fn characters(&mut self) -> Step<()> {
        let text = self.take_while(|character| character != '<');
        let inside = self.text.get(text.clone()).unwrap_or_default();
        if self.open.is_empty() && !inside.trim().is_empty() {
            return Err("there is text outside of all elements");
        }
        self.tokens.push(Token::Text(text));
        Ok(())
    }

    fn end_tag(&mut self) -> Step<()> {
        let from = self.at - "</".len();
        let name = self.name()?;
        self.space();
        if !self.accept(">") {
            return Err("an end tag is not closed");
        }
        if self.open.pop() != Some(name) {
            return Err("an end tag does not match its start tag");
        }
        self.tokens.push(Token::End(from..self.at));
        Ok(())
    }

    fn start_tag(&mut self) -> Step<()> {
        let from = self.at - "<".len();
        let name = self.name()?;
        let mut attributes: Vec<Attribute> = Vec::new();
        loop {
            let spaced = self.space();
            if self.accept("/>") {
                let place = from..self.at;
                self.tokens.push(Token::Start(Element { name: name.to_owned(), attributes, place }));
                self.tokens.push(Token::End(self.at..self.at));
                return Ok(());
            }
            if self.accept(">") {
                let place = from..self.at;
                self.tokens.push(Token::Start(Element { name: name.to_owned(), attributes, place }));
                self.open.push(name);
                return Ok(());
            }
            if !spaced {
                return Err("a tag is not closed");
            }
            let attribute = self.attribute()?;
            if attributes.iter().any(|other| other.name == attribute.name) {
                return Err("an attribute is given twice");
            }
            attributes.push(attribute);
        }
    }

    fn attribute(&mut self) -> Step<Attribute> {
        let name = self.name()?.to_owned();
        self.space();
        if !self.accept("=") {
            return Err("an attribute has no value");
        }
        self.space();
        let quote = if self.accept("\"") {
            '"'
        } else if self.accept("'") {
            '\''
        } else {
            return Err("a value has no quotes");
        };
        let place = self.take_while(|character| character != quote && character != '<');
        if !self.accept(quote.encode_utf8(&mut [0; 4])) {
            return Err("a value is not closed");
        }
        let value = resolve(self.text.get(place.clone()).unwrap_or_default())?;
        Ok(Attribute { name, place, value })
    }

    fn name(&mut self) -> Step<&'a str> {
        let stop = |character: char| character.is_whitespace() || "<>/=\"'&!?".contains(character);
        let place = self.take_while(|character| !stop(character));
        match self.text.get(place) {
            Some(name) if !name.is_empty() => Ok(name),
            _ => Err("a name is missing"),
        }
    }

    fn space(&mut self) -> bool {
        !self.take_while(char::is_whitespace).is_empty()
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> Span {
        let rest = self.rest();
        let length = rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        let place = self.at..self.at + length;
        self.at = place.end;
        place
    }

    fn until(&mut self, word: &str, missing: &'static str) -> Step<Span> {
        let length = self.rest().find(word).ok_or(missing)?;
        let place = self.at..self.at + length;
        self.at = place.end + word.len();
        Ok(place)
    }
}

/// Puts the characters in the place of their references.
fn resolve(raw: &str) -> Step<String> {
    const UNKNOWN: &str = "a reference is not understood";
    let mut pieces = raw.split('&');
    let mut value = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (reference, text) = piece.split_once(';').ok_or(UNKNOWN)?;
        let character = match reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => numbered(reference).ok_or(UNKNOWN)?,
        };
        value.push(character);
        value.push_str(text);
    }
    Ok(value)
}

fn numbered(reference: &str) -> Option<char> {
    let digits = reference.strip_prefix('#')?;
    let number = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    number.ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(text: &str) -> Vec<(String, String)> {
        let tokens = scan(text).expect("understood");
        let elements = tokens.into_iter().filter_map(|token| match token {
            Token::Start(element) => Some(element.attributes),
            _ => None,
        });
        elements.flatten().map(|attribute| (attribute.name, attribute.value)).collect()
    }

    #[test]
    fn quotes_of_both_kinds_and_values_over_lines_are_read() {
        let found = attributes("<a b='it is \"x\"'\r\n c = \"two\nlines > one\"><d e=\"&lt;&#65;&#x42;&amp;\"/></a>");
        let expected = [("b", "it is \"x\""), ("c", "two\nlines > one"), ("e", "<AB&")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn places_are_those_of_the_values() {
        let text = "<a b='1' c=\"22\"/>";
        let Some(Token::Start(element)) = scan(text).expect("understood").into_iter().next() else { panic!("no tag") };
        let values: Vec<_> = element.attributes.iter().map(|attribute| text.get(attribute.place.clone())).collect();
        assert_eq!(values, [Some("1"), Some("22")]);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        let check = |text: &str, line, what| assert_eq!(scan(text), Err(Malformed { line, what }), "{text}");
        check("<a>\n<b c=\"1></b></a>", 2, "a value is not closed");
        check("<a b=\"1\"c=\"2\"/>", 1, "a tag is not closed");
        check("<a b='x<y'/>", 1, "a value is not closed");
        check("<a b=1/>", 1, "a value has no quotes");
        check("<a b/>", 1, "an attribute has no value");
        check("<a b='1' b='2'/>", 1, "an attribute is given twice");
        check("<a>", 1, "an element is not closed");
        check("<a></b>", 1, "an end tag does not match its start tag");
        check("</a>", 1, "an end tag does not match its start tag");
        check("<a/>\n\nleft over", 3, "there is text outside of all elements");
        check("<!-- <a/>", 1, "a comment is not closed");
        check("<!DOCTYPE a><a/>", 1, "declarations are not read");
        check("<a b='&secret;'/>", 1, "a reference is not understood");
        check("<a b='&'/>", 1, "a reference is not understood");
        check("< a/>", 1, "a name is missing");
        check("<a", 1, "a tag is not closed");
    }

    #[test]
    fn a_cut_at_every_byte_never_panics() {
        let text = "<?xml?><a b='é' c=\"&amp;\"><!-- x --><![CDATA[y]]><d/>text</a>";
        for part in (0..text.len()).filter_map(|end| text.get(..end)) {
            let _ = scan(part);
        }
        assert!(scan(text).is_ok());
    }
}
