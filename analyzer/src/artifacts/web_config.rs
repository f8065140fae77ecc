//! `web.config` of one application: how it wants its users signed in, and what it does with them.
//!
//! Only the sections that concern signing in are read, as only those are collected.

use crate::artifacts::iis_sections::{self, Scope};
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::{ArtifactId, Cited};
use crate::formats::text::Text;
use crate::formats::xml::{self, Document, Element};

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebConfig {
    /// The `authentication` sections of IIS: of the application, and of each `<location>` in it.
    pub scopes: Vec<Scope>,
    /// `mode` of ASP.NET's own `<authentication>`.
    pub authentication_mode: Option<Cited<String>>,
    /// `impersonate` of `<identity>`: the code of the application runs as the user.
    pub impersonate: Option<Cited<bool>>,
    /// `forwardWindowsAuthToken` of `<aspNetCore>`: the application learns who the user is.
    pub forward_windows_token: Option<Cited<bool>>,
    /// `<deny users="?"/>`: ASP.NET turns away who is not signed in.
    pub denies_anonymous: Option<Cited<()>>,
}

/// Whether a text is such a file: a configuration that has none of the sections of a server or of a machine.
pub fn recognizes(text: &Text) -> bool {
    let head = || text.lines().iter().take(5_000).map(String::as_str);
    let holds = |mark: &str| head().any(|line| line.contains(mark));
    head().take(200).any(|line| line.contains("<configuration"))
        && (holds("<system.webServer") || holds("<system.web>") || holds("<aspNetCore"))
        && !holds("<system.applicationHost")
        && !holds("<configurationRedirection")
}

/// Reads the file.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<WebConfig> {
    let document = xml::read(&text.joined());
    let mut parsed = Parsed::whole(WebConfig::default());
    if let Some(damage) = &document.damage {
        parsed.lose(artifact.line(damage.line), GapReason::Damaged(damage.what.clone()));
    }
    let root = document.root().filter(|root| root.name == "configuration");
    let Some(root) = root else {
        parsed.lose(artifact.whole(), GapReason::Damaged("it has no <configuration>".to_owned()));
        return parsed;
    };
    for element in document.elements() {
        if let Some(source) = element.attribute("configSource").filter(|_| concerns_sign_in(&element.name)) {
            let what = format!("{} stands in another file, {source}", element.name);
            parsed.lose(artifact.line(element.first_line), GapReason::Damaged(what));
        }
    }
    let reading = Reading { artifact, document: &document };
    parsed.value.scopes.extend(iis_sections::scope(&document, artifact, root, None));
    reading.asp(root, &mut parsed.value);
    for location in document.children(root).filter(|child| child.name == "location") {
        let path =
            location.attribute("path").map(|path| path.trim_matches('/')).filter(|path| !matches!(*path, "" | "."));
        parsed.value.scopes.extend(iis_sections::scope(&document, artifact, location, path));
        // `dotnet publish` puts all of a file into a location without a path.
        if path.is_none() {
            reading.asp(location, &mut parsed.value);
        }
    }
    iis_sections::note_left_out(&mut parsed, |config| &config.scopes);
    parsed
}

fn concerns_sign_in(name: &str) -> bool {
    let sections = ["security", "authentication", "windowsAuthentication", "anonymousAuthentication", "identity"];
    sections.contains(&name)
}

struct Reading<'a> {
    artifact: ArtifactId,
    document: &'a Document,
}

impl Reading<'_> {
    /// The sections of ASP.NET and ASP.NET Core.
    fn asp(&self, parent: &Element, config: &mut WebConfig) {
        let cited = |element: &Element, attribute: &str| {
            Some(Cited::new(element.attribute(attribute)?.to_owned(), self.artifact.line(element.first_line)))
        };
        let flag = |stated: Cited<String>| Some(Cited::new(xml::truth(&stated.value)?, stated.at));
        if let Some(web) = self.document.child(parent, "system.web") {
            let find = |name: &str| self.document.child(web, name);
            config.authentication_mode =
                find("authentication").and_then(|element| cited(element, "mode")).or(config.authentication_mode.take());
            config.impersonate = find("identity")
                .and_then(|element| cited(element, "impersonate"))
                .and_then(flag)
                .or(config.impersonate.take());
            config.denies_anonymous = find("authorization")
                .and_then(|authorization| self.denies_anonymous(authorization))
                .or(config.denies_anonymous.take());
        }
        let core = self.document.descend(parent, &["system.webServer", "aspNetCore"]);
        config.forward_windows_token = core
            .and_then(|core| cited(core, "forwardWindowsAuthToken"))
            .and_then(flag)
            .or(config.forward_windows_token.take());
    }

    /// Rules are asked in order; one that lets everybody in ends the question.
    fn denies_anonymous(&self, authorization: &Element) -> Option<Cited<()>> {
        for rule in self.document.children(authorization) {
            let users = rule.attribute("users").unwrap_or_default();
            let about_anonymous = users.split(',').any(|user| matches!(user.trim(), "?" | "*"));
            if about_anonymous && rule.attribute("verbs").is_none() {
                return (rule.name == "deny").then(|| Cited::new((), self.artifact.line(rule.first_line)));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::cut::beginnings;

    const CONFIG: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <system.web>
    <authentication mode="Windows" />
    <identity impersonate="true" />
    <authorization><allow users="CONTOSO\alice" /><deny users="?" /><allow users="*" /></authorization>
  </system.web>
  <system.webServer>
    <security><authentication>
      <windowsAuthentication enabled="true" useAppPoolCredentials="true" />
      <anonymousAuthentication enabled="false" />
    </authentication></security>
  </system.webServer>
  <location path="public/">
    <system.webServer><security><authentication>
      <anonymousAuthentication enabled="true" />
    </authentication></security></system.webServer>
  </location>
</configuration>
"#;
    const CORE: &str = r#"<configuration><location path="." inheritInChildApplications="false"><system.webServer>
<aspNetCore processPath="dotnet" forwardWindowsAuthToken="false" />
</system.webServer></location></configuration>"#;

    fn read(text: &str) -> Parsed<WebConfig> {
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn sections_of_iis_and_of_asp_are_read_with_their_lines() {
        let parsed = read(CONFIG);
        assert!(parsed.is_whole(), "{:?}", parsed.losses);
        let config = parsed.value;
        let at = |line| ArtifactId(0).line(line);
        assert_eq!(config.authentication_mode, Some(Cited::new("Windows".to_owned(), at(4))));
        assert_eq!(config.impersonate, Some(Cited::new(true, at(5))));
        assert_eq!(config.denies_anonymous, Some(Cited::new((), at(6))));
        let [root, public] = config.scopes.as_slice() else { panic!("{:?}", config.scopes) };
        assert_eq!(
            root.windows.as_ref().map(|windows| (windows.at, windows.pool_credentials)),
            Some((at(10), Some(true)))
        );
        assert_eq!(
            (public.path.as_deref(), public.anonymous.clone()),
            (Some("public"), Some(Cited::new(true, at(16))))
        );
    }

    #[test]
    fn what_dotnet_publishes_stands_in_a_location_without_a_path() {
        assert_eq!(read(CORE).value.forward_windows_token, Some(Cited::new(false, ArtifactId(0).line(2))));
        assert!(recognizes(&Text::from(CORE)));
    }

    #[test]
    fn a_rule_that_lets_everybody_in_comes_before_one_that_turns_them_away() {
        let open = CONFIG.replace(r#"<allow users="CONTOSO\alice" />"#, r#"<allow users="*" />"#);
        assert_eq!(read(&open).value.denies_anonymous, None);
    }

    #[test]
    fn damage_is_said_and_what_stands_before_it_is_kept() {
        let parsed = read(&CONFIG.replace("<location path=\"public/\">", "<location path=>"));
        assert!(!parsed.is_whole() && parsed.value.impersonate.is_some());
        let elsewhere = CONFIG.replace("<security>", "<security configSource=\"x.config\">");
        assert!(!read(&elsewhere).is_whole());
        assert!(!read("").is_whole() && !read("<html/>").is_whole());
    }

    #[test]
    fn other_configurations_are_not_recognized() {
        assert!(recognizes(&Text::from(CONFIG)));
        for text in
            ["<configuration><system.applicationHost/><system.webServer/></configuration>", "<configuration/>", "x"]
        {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_does_not_panic() {
        for cut in beginnings(&[CONFIG]) {
            let _ = read(cut);
        }
    }
}
