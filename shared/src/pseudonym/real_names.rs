//! The way back: puts the real names in the place of the tokens.

use std::collections::BTreeMap;

use crate::pseudonym::map::TokenMap;
use crate::pseudonym::token::shapes;
use crate::pseudonym::{address, sid};
use crate::rewrite::piece::{Edit, Editor, Piece, apply};

/// Puts the real names of one map in the place of its tokens.
#[derive(Debug)]
pub struct RealNames<'a> {
    map: &'a TokenMap,
    tail: String,
    /// SIDs, by their beginning in text.
    sids: BTreeMap<sid::Unique, sid::Unique>,
}

impl<'a> RealNames<'a> {
    /// Leads back by this map.
    pub fn new(map: &'a TokenMap) -> Self {
        let unique = |text: &str| match sid::in_text(text).pop() {
            Some((range, unique)) if range.end == text.len() => Some(unique),
            _ => None,
        };
        let sids = map.names.iter().filter_map(|(token, name)| Some((unique(token)?, unique(name)?)));
        Self { map, tail: map.id.tail(), sids: sids.collect() }
    }

    /// A text with real names; escapes in it are not looked at.
    pub fn in_text(&self, text: &str) -> String {
        apply(text, &self.edits(text))
    }

    /// What to put where in a text.
    fn edits(&self, text: &str) -> Vec<Edit> {
        let mut edits: Vec<Edit> =
            shapes(text, &self.tail).filter_map(|shape| self.word(text, shape.start, shape.end)).collect();
        for (range, _) in address::in_text(text) {
            if let Some(name) = text.get(range.clone()).and_then(|token| self.map.names.get(token)) {
                edits.push(Edit { range, text: name.clone() });
            }
        }
        for (range, unique) in sid::in_text(text) {
            if let Some(real) = self.sids.get(&unique) {
                let text = real.to_string();
                let text = text.strip_prefix(real.family.prefix()).unwrap_or_default().to_owned();
                edits.push(Edit { range, text });
            }
        }
        edits.sort_by_key(|edit| edit.range.start);
        let mut behind = 0;
        edits.retain(|edit| {
            let is_free = edit.range.start >= behind;
            behind = if is_free { edit.range.end } else { behind };
            is_free
        });
        edits
    }

    /// The longest token that begins here: a long one goes on behind its three letters.
    fn word(&self, text: &str, start: usize, end: usize) -> Option<Edit> {
        let rest = text.get(end..)?;
        let filled = rest.len().saturating_sub(rest.trim_start_matches(['x', 'X']).len());
        let behind = rest.get(filled..)?;
        let hyphens = behind.len().saturating_sub(behind.trim_start_matches(|c: char| c.is_ascii_punctuation()).len());
        let number = behind.get(hyphens..)?;
        let digits = number.len().saturating_sub(number.trim_start_matches(|c: char| c.is_ascii_digit()).len());
        let long = filled.saturating_add(hyphens).saturating_add(digits).saturating_add(self.tail.len());
        [long, filled, 0].into_iter().find_map(|more| {
            let end = end.saturating_add(more);
            let name = self.map.names.get(text.get(start..end)?)?;
            Some(Edit { range: start..end, text: name.clone() })
        })
    }
}

impl Editor for RealNames<'_> {
    fn text(&mut self, piece: &Piece<'_>) -> Vec<Edit> {
        self.edits(piece.text)
    }

    fn bytes(&mut self, _: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        sid::replace_in_bytes(bytes, |unique| self.sids.get(unique).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::token::{MapId, Role, Style};
    use crate::rewrite::format::Format;
    use crate::rewrite::rewriter::rewrite_all;

    const ID: MapId = MapId(0x0123_4567_89ab_cdef);

    fn map(names: &[(String, &str)]) -> TokenMap {
        let names = names.iter().map(|(token, name)| (token.clone(), (*name).to_owned())).collect();
        TokenMap { id: ID, names }
    }

    #[test]
    fn every_kind_of_token_leads_back() {
        let word = |number, style: Style| style.apply(&ID.word(Role::Host, number));
        let [v4, mac] = [ID.v4(3, false).to_string(), "02-A0-EF-00-00-01".to_owned()];
        let sid = ID.sid(sid::Family::Domain, 9).to_string();
        let long = format!("{}xxx-5{}", word(4, Style::Small), ID.tail());
        let map = map(&[
            (word(1, Style::Small), "web01"),
            (word(1, Style::Capital), "WEB01"),
            (word(12, Style::Small), "web1"),
            (format!("{}xxx", word(4, Style::Small)), "webserver-prod"),
            (long.clone(), "webserver-prod-01"),
            (v4.clone(), "10.0.0.20"),
            (mac.clone(), "00-15-5D-00-04-14"),
            (sid.clone(), "S-1-5-21-1-2-3"),
        ]);
        let names = RealNames::new(&map);
        let check = |tokens: &str, real: &str| assert_eq!(names.in_text(tokens), real);
        check(&format!("{0}.com {1}$ {1}", word(1, Style::Small), word(1, Style::Capital)), "web01.com WEB01$ WEB01");
        check(&format!("x{}y", word(12, Style::Small)), "xweb1y");
        check(&format!("{long} {}xxx-$", word(4, Style::Small)), "webserver-prod-01 webserver-prod-$");
        check(&format!("{v4}(Preferred) ::ffff:{v4} {mac}"), "10.0.0.20(Preferred) ::ffff:10.0.0.20 00-15-5D-00-04-14");
        check(&format!("{sid}-1104"), "S-1-5-21-1-2-3-1104");
        let unknown = format!("{} {}", word(99, Style::Small), ID.v4(99, false));
        check(&unknown, &unknown);
    }

    #[test]
    fn names_are_escaped_as_the_artifact_needs_it() {
        let token = ID.word(Role::Domain, 1);
        let map = map(&[(token.clone(), "R&D")]);
        let mut names = RealNames::new(&map);
        let xml = rewrite_all(Format::Xml, &format!("<a b='{token}\\x'/>"), &mut names);
        assert_eq!(xml, "<a b='R&amp;D\\x'/>");
        assert_eq!(rewrite_all(Format::Plain, &format!("{token}\\x\n"), &mut names), "R&D\\x\n");
    }

    #[test]
    fn sids_in_bytes_lead_back() {
        let token = ID.sid(sid::Family::Domain, 9);
        let map = map(&[(token.to_string(), "S-1-5-21-1-2-3")]);
        let mut bytes = vec![1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
        token.numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        let real = RealNames::new(&map).bytes("objectSid", &bytes).expect("changed");
        assert_eq!(real[12..], [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(RealNames::new(&map).bytes("objectSid", &real), None);
    }
}
