//! The part of a `web.config` that concerns signing in; everything else of an application is nobody's business.

use crate::markup::{Element, Span, Token};

/// Sections that are kept with all that stands in them.
const SECTIONS: [(&str, &str); 5] = [
    ("system.webServer", "security"),
    ("system.web", "authentication"),
    ("system.web", "identity"),
    ("system.web", "authorization"),
    ("system.webServer", "validation"),
];

/// Elements whose own tag is kept, but not what stands in them: groups on the way to a section, and the settings of
/// ASP.NET Core, whose variables are the application's own.
const TAGS: [&str; 5] = ["configuration", "location", "system.webServer", "system.web", "aspNetCore"];

/// The text with nothing in it but what concerns signing in. Line ends stay, so lines keep their numbers.
pub fn keep(text: &str, tokens: &[Token]) -> String {
    let mut kept = Kept { text, result: String::new(), at: 0 };
    let mut path: Vec<(&str, Hold)> = Vec::new();
    for token in tokens {
        let inside = path.last().map_or(Hold::Tag, |(_, hold)| *hold);
        match token {
            Token::Start(element) => {
                let hold = hold(&path, inside, element);
                kept.take(&element.place, hold != Hold::Nothing);
                path.push((&element.name, hold));
            }
            Token::End(place) => {
                let hold = path.pop().map_or(Hold::Nothing, |(_, hold)| hold);
                kept.take(place, hold != Hold::Nothing);
            }
            Token::Instruction(place) => kept.take(&with_marks(place), path.is_empty()),
            Token::Text(place) => kept.take(place, text.get(place.clone()).is_some_and(|text| text.trim().is_empty())),
            Token::Comment(_) => {}
        }
    }
    kept.take(&(text.len()..text.len()), false);
    kept.result
}

/// What of an element is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    /// Everything.
    Whole,
    /// Its own tag.
    Tag,
    /// Nothing.
    Nothing,
}

fn hold(path: &[(&str, Hold)], inside: Hold, element: &Element) -> Hold {
    let parent = path.last().map_or("", |(name, _)| *name);
    let name = element.name.as_str();
    match inside {
        Hold::Whole => Hold::Whole,
        // What stands in `aspNetCore` is the application's own.
        Hold::Tag if parent == "aspNetCore" => Hold::Nothing,
        Hold::Tag if SECTIONS.contains(&(parent, name)) => Hold::Whole,
        Hold::Tag if TAGS.contains(&name) => Hold::Tag,
        _ => Hold::Nothing,
    }
}

/// An instruction with its `<?` and `?>`.
fn with_marks(inside: &Span) -> Span {
    inside.start.saturating_sub("<?".len())..inside.end.saturating_add("?>".len())
}

/// The text so far.
struct Kept<'a> {
    text: &'a str,
    result: String,
    at: usize,
}

impl Kept<'_> {
    /// Passes over everything up to this place, and takes or passes over the place itself.
    fn take(&mut self, place: &Span, whole: bool) {
        self.pass(place.start);
        if whole {
            self.result.push_str(self.text.get(place.clone()).unwrap_or_default());
            self.at = place.end;
        } else {
            self.pass(place.end);
        }
    }

    fn pass(&mut self, to: usize) {
        let passed = self.text.get(self.at..to).unwrap_or_default();
        self.result.extend(passed.chars().filter(|character| matches!(character, '\r' | '\n')));
        self.at = self.at.max(to);
    }
}

#[cfg(test)]
mod tests {
    use crate::markup::scan;

    fn keep(text: &str) -> String {
        let kept = super::keep(text, &scan(text).expect("understood"));
        assert_eq!(kept.matches('\n').count(), text.matches('\n').count(), "lines keep their numbers");
        scan(&kept).expect("what is left is still a configuration");
        kept
    }

    #[test]
    fn only_what_concerns_signing_in_stays() {
        let kept = keep(
            r#"<?xml version="1.0"?>
<!-- a comment -->
<configuration>
  <connectionStrings><add name="db" connectionString="Server=secret"/></connectionStrings>
  <appSettings><add key="k" value="secret"/></appSettings>
  <location path="hr">
    <system.webServer>
      <handlers><add name="secret"/></handlers>
      <security><authentication><windowsAuthentication enabled="true"/></authentication></security>
      <aspNetCore processPath="dotnet" forwardWindowsAuthToken="true">
        <environmentVariables><environmentVariable name="KEY" value="secret"/></environmentVariables>
      </aspNetCore>
    </system.webServer>
  </location>
  <system.web>
    <machineKey validationKey="secret"/>
    <authentication mode="Windows"/><identity impersonate="true"/>
    <authorization><deny users="?"/></authorization>
  </system.web>
</configuration>
"#,
        );
        assert!(!kept.contains("secret") && !kept.contains("a comment"), "{kept}");
        for stays in [
            r#"<windowsAuthentication enabled="true"/>"#,
            r#"<location path="hr">"#,
            r#"<aspNetCore processPath="dotnet" forwardWindowsAuthToken="true">"#,
            r#"<authentication mode="Windows"/><identity impersonate="true"/>"#,
            r#"<deny users="?"/>"#,
            r#"<?xml version="1.0"?>"#,
        ] {
            assert!(kept.contains(stays), "{stays}: {kept}");
        }
    }

    #[test]
    fn a_section_in_a_foreign_place_is_not_kept() {
        let kept = keep(r#"<configuration><custom><security><x secret="1"/></security></custom></configuration>"#);
        assert_eq!(kept, "<configuration></configuration>");
    }
}
