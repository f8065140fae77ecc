//! Takes secrets out of `applicationHost.config`; what is not understood for sure is not handed out at all.
//!
//! Comments and text between tags go out whole: an old password in a comment has no name that would tell it.
//! IIS keeps no setting there. No line is added or removed, because findings point at lines.

use std::collections::BTreeSet;
use std::fmt;

use crate::encoding::{self, Undecodable};
use crate::markup::{self, Attribute, Element, Malformed, Span, Token};
use crate::secret;

/// What stands in the place of a secret.
pub const REDACTED: &str = "[REDACTED]";

/// A removed value is looked for everywhere else too, if it is at least this long.
const TELLING_CHARS: usize = 6;

/// Attributes that name things. They stay, even when a careless password repeats them.
const NAMES: [&str; 6] = ["userName", "name", "path", "applicationPool", "bindingInformation", "physicalPath"];

/// A file without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// The file, in its own encoding.
    pub bytes: Vec<u8>,
    /// The same as text.
    pub text: String,
    /// How many secrets were taken out.
    pub removed: u32,
}

/// Why a file is not handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no text.
    Undecodable,
    /// It declares an encoding in which markup may look different from what we read.
    ForeignEncoding,
    /// It is not made as a configuration file is.
    Malformed(Malformed),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not included, because secrets could not be removed for sure: ")?;
        match self {
            Self::Undecodable => Undecodable.fmt(f),
            Self::ForeignEncoding => f.write_str("the file declares an unknown encoding"),
            Self::Malformed(malformed) => malformed.fmt(f),
        }
    }
}

/// Takes the secrets out of a configuration file.
///
/// # Errors
///
/// The file is not understood well enough to be sure that no secret is left.
pub fn redact(bytes: &[u8]) -> Result<Redacted, Refused> {
    let (encoding, text) = encoding::decode(bytes).map_err(|Undecodable| Refused::Undecodable)?;
    let tokens = markup::scan(&text).map_err(Refused::Malformed)?;
    let mut redaction = Redaction { text: &text, places: Vec::new(), values: BTreeSet::new(), removed: 0 };
    for token in &tokens {
        redaction.token(token)?;
    }
    redaction.repeated(&tokens);
    let removed = redaction.removed;
    let text = redaction.apply();
    Ok(Redacted { bytes: encoding.encode(&text), text, removed })
}

/// The places to blacken, found so far.
struct Redaction<'a> {
    text: &'a str,
    places: Vec<Span>,
    values: BTreeSet<String>,
    removed: u32,
}

impl Redaction<'_> {
    fn token(&mut self, token: &Token) -> Result<(), Refused> {
        match token {
            Token::Start(element) => self.element(element),
            Token::Text(place) | Token::Comment(place) => self.running_text(place),
            Token::Instruction(place) => self.instruction(place)?,
            Token::End(_) => {}
        }
        Ok(())
    }

    fn element(&mut self, element: &Element) {
        let titles = ["key", "name"].into_iter().filter_map(|title| element.attribute(title));
        let secret_setting = titles.into_iter().any(secret::is_setting);
        for attribute in &element.attributes {
            let secret = secret::is_attribute(&attribute.name)
                || (secret_setting && attribute.name.eq_ignore_ascii_case("value"))
                || secret::is_value(&attribute.value);
            if secret && !attribute.value.is_empty() {
                self.attribute(attribute);
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        self.places.push(attribute.place.clone());
        self.removed = self.removed.saturating_add(1);
        if attribute.value.chars().count() >= TELLING_CHARS {
            self.values.insert(attribute.value.clone());
        }
    }

    fn running_text(&mut self, place: &Span) {
        let text = self.text.get(place.clone()).unwrap_or_default();
        if text.trim().is_empty() {
            return;
        }
        self.places.push(place.clone());
        if secret::is_hinted(text) {
            self.removed = self.removed.saturating_add(1);
        }
    }

    /// Only the declaration at the very start stays.
    fn instruction(&mut self, place: &Span) -> Result<(), Refused> {
        const LONGEST_DECLARATION: usize = 80;
        let text = self.text.get(place.clone()).unwrap_or_default();
        let declaration = text.starts_with("xml ") && place.start == "<?".len() && text.len() <= LONGEST_DECLARATION;
        if !declaration {
            self.running_text(place);
            return Ok(());
        }
        let lower = text.to_ascii_lowercase();
        let Some((_, encoding)) = lower.split_once("encoding") else { return Ok(()) };
        let name =
            encoding.trim_start_matches(|character: char| character.is_whitespace() || "='\"".contains(character));
        let known = ["utf-8", "utf8", "utf-16", "us-ascii", "iso-8859-", "windows-125"];
        if known.iter().any(|known| name.starts_with(known)) { Ok(()) } else { Err(Refused::ForeignEncoding) }
    }

    /// A secret may stand a second time where nothing tells it: in a description, in a path of its own.
    fn repeated(&mut self, tokens: &[Token]) {
        let elements = tokens.iter().filter_map(|token| match token {
            Token::Start(element) => Some(element),
            _ => None,
        });
        for attribute in elements.flat_map(|element| &element.attributes) {
            let known = self.places.contains(&attribute.place) || NAMES.contains(&attribute.name.as_str());
            if !known && self.values.iter().any(|value| attribute.value.contains(value.as_str())) {
                self.places.push(attribute.place.clone());
                self.removed = self.removed.saturating_add(1);
            }
        }
        self.places.sort_by_key(|place| place.start);
    }

    /// Puts [`REDACTED`] in every place, and behind it the line ends that were there.
    fn apply(self) -> String {
        let mut result = String::with_capacity(self.text.len());
        let mut at = 0;
        for place in self.places {
            result.push_str(self.text.get(at..place.start).unwrap_or_default());
            result.push_str(REDACTED);
            let hidden = self.text.get(place.clone()).unwrap_or_default();
            result.extend(hidden.chars().filter(|character| matches!(character, '\r' | '\n')));
            at = place.end;
        }
        result.push_str(self.text.get(at..).unwrap_or_default());
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::Encoding;

    /// What must be gone, wherever it stood.
    const SECRET: &str = "Sup3rS3cret!";

    fn check(before: &str, after: &str, removed: u32) {
        let redacted = redact(before.as_bytes()).expect("understood");
        assert_eq!((redacted.text.as_str(), redacted.removed), (after, removed));
        assert_eq!(redacted.bytes, after.as_bytes());
        assert_eq!(before.lines().count(), after.lines().count(), "{before}");
    }

    #[test]
    fn passwords_go_and_user_names_stay() {
        check(
            r#"<processModel identityType="SpecificUser" userName="CONTOSO\svc-web" password="Sup3rS3cret!" />"#,
            r#"<processModel identityType="SpecificUser" userName="CONTOSO\svc-web" password="[REDACTED]" />"#,
            1,
        );
        check("<a userPass='x'/>", "<a userPass='[REDACTED]'/>", 1);
        check("<a password=''/>", "<a password=''/>", 0);
    }

    #[test]
    fn values_over_several_lines_keep_their_lines() {
        check("<a password=\"Sup\r\n3rS\r\ncret!\"\r\n b='1'/>", "<a password=\"[REDACTED]\r\n\r\n\"\r\n b='1'/>", 1);
    }

    #[test]
    fn the_other_quote_inside_a_value_does_not_end_it() {
        check("<a password='x\" name=\"y'/>", "<a password='[REDACTED]'/>", 1);
        check("<a password=\"x' y='z>\"/>", "<a password=\"[REDACTED]\"/>", 1);
    }

    #[test]
    fn encrypted_values_go_whatever_holds_them() {
        check("<a title='[enc:AesProvider:abc=:enc]'/>", "<a title='[REDACTED]'/>", 1);
    }

    #[test]
    fn keys_and_connection_strings_go() {
        check(
            "<machineKey validationKey='AB' decryptionKey='CD' validation='SHA1'/>",
            "<machineKey validationKey='[REDACTED]' decryptionKey='[REDACTED]' validation='SHA1'/>",
            2,
        );
        check("<add name='db' connectionString='x'/>", "<add name='db' connectionString='[REDACTED]'/>", 1);
        check("<a b='Server=x;Pwd=y'/>", "<a b='[REDACTED]'/>", 1);
        check("<a b='Server=x;&#80;assword&#x3d;y'/>", "<a b='[REDACTED]'/>", 1);
    }

    #[test]
    fn settings_go_by_their_names_in_either_order() {
        check("<add value='x' key='SmtpPassword'/>", "<add value='[REDACTED]' key='SmtpPassword'/>", 1);
        check(
            "<environmentVariable name='API_KEY' value='x'/>",
            "<environmentVariable name='API_KEY' value='[REDACTED]'/>",
            1,
        );
        check("<add name='X-Powered-By' value='ASP.NET'/>", "<add name='X-Powered-By' value='ASP.NET'/>", 0);
    }

    #[test]
    fn what_the_diagnosis_reads_stays() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration><site name="Password Reset"><bindings><binding protocol="http" bindingInformation="*:80:www.contoso.com" /></bindings></site>
<windowsAuthentication enabled="true" useKernelMode="true" useAppPoolCredentials="true"><providers><add value="Negotiate" /></providers>
<extendedProtection tokenChecking="Require"><spn name="HTTP/www.contoso.com" /></extendedProtection></windowsAuthentication></configuration>"#;
        check(text, text, 0);
    }

    #[test]
    fn comments_and_text_go_whole_and_keep_their_lines() {
        check("<a><!-- was\npassword=\"x\"\n--></a>", "<a><!--[REDACTED]\n\n--></a>", 1);
        check("<a><!-- svc-web / Sup3rS3cret! --></a>", "<a><!--[REDACTED]--></a>", 0);
        check("<a>Sup3rS3cret!</a>", "<a>[REDACTED]</a>", 0);
        check("<a><![CDATA[token=x]]></a>", "<a><![CDATA[[REDACTED]]]></a>", 1);
        check("<?php x ?><a/>", "<?[REDACTED]?><a/>", 0);
    }

    #[test]
    fn a_secret_that_stands_twice_goes_twice() {
        check(
            "<a hint='it is Sup3rS3cret! now'><b password='Sup3rS3cret!'/></a>",
            "<a hint='[REDACTED]'><b password='[REDACTED]'/></a>",
            2,
        );
        check("<a userName='svc-web' password='svc-web'/>", "<a userName='svc-web' password='[REDACTED]'/>", 1);
    }

    #[test]
    fn every_encoding_comes_back_as_it_was() {
        for encoding in [Encoding::Utf8Marked, Encoding::Utf16Little, Encoding::Utf16Big] {
            let redacted = redact(&encoding.encode("<a b='ü' password='Sup3rS3cret!'/>\r\n")).expect("understood");
            assert_eq!(redacted.bytes, encoding.encode("<a b='ü' password='[REDACTED]'/>\r\n"));
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_and_the_reason_tells_no_secret() {
        for text in [
            "<a password=\"Sup3rS3cret!/>",
            "<a password=Sup3rS3cret!/>",
            "<a><b password='x\"/></a>",
            "<a password='x'/>Sup3rS3cret!",
            "<!DOCTYPE a [<!ENTITY p \"Sup3rS3cret!\">]><a b='&p;'/>",
            "<?xml version='1.0' encoding='utf-7'?><a b='Sup3rS3cret!'/>",
            "<a><!-- Sup3rS3cret!</a>",
            "<a b='Sup3rS3cret!\0'/>",
        ] {
            let refused = redact(text.as_bytes()).expect_err(text).to_string();
            assert!(!refused.contains(SECRET), "{refused}");
        }
        assert_eq!(redact(b"<a b='\xfc'/>"), Err(Refused::Undecodable));
    }

    #[test]
    fn a_cut_at_every_byte_gives_nothing_or_no_secret() {
        let text = format!("\u{feff}<a c='1'>\n<!-- {SECRET} -->\n<b password='{SECRET}' x=\"y={SECRET}\"/>\n</a>\n");
        for end in 0..=text.len() {
            if let Ok(redacted) = redact(&text.as_bytes()[..end]) {
                assert!(!redacted.text.contains(SECRET), "{}", redacted.text);
            }
        }
        assert!(redact(text.as_bytes()).is_ok());
    }
}
