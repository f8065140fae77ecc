//! `appcmd list … /config`: pieces of the configuration of IIS 7 and later, as the server itself resolves them.
//!
//! With `/xml` the pieces stand in an `<appcmd>`, each under the object that it belongs to: a site, a pool, or a section with
//! the path for which it holds. Without it, sites and pools stand there bare, and of a section nobody can tell the path.

use crate::artifacts::iis_config::{IisConfig, Reading};
use crate::artifacts::iis_sections;
use crate::artifacts::parsed::Parsed;
use crate::evidence::gap::GapReason;
use crate::evidence::place::ArtifactId;
use crate::formats::text::Text;
use crate::formats::xml::{self, Element};

/// Where the configuration of the server ends and that of its sites begins.
const SERVER: &str = "MACHINE/WEBROOT/APPHOST";

/// Lines within which the first piece begins.
const HEAD: usize = 20;

/// Whether a text is such a list.
pub fn recognizes(text: &Text) -> bool {
    let mut head = text.lines().iter().take(HEAD).map(|line| line.trim()).filter(|line| !line.is_empty());
    let Some(first) = head.find(|line| !line.starts_with("<?xml")) else { return false };
    let holds = |mark: &str| text.lines().iter().take(HEAD).any(|line| line.contains(mark));
    if first.starts_with("<appcmd") {
        return ["<SITE ", "<APPPOOL ", "<CONFIG "].iter().any(|mark| holds(mark));
    }
    first.starts_with("<site ") || (first.starts_with("<add ") && (holds("<processModel") || holds("managedRuntime")))
}

/// Reads the pieces.
pub fn parse(artifact: ArtifactId, text: &Text) -> Parsed<IisConfig> {
    let whole = text.joined();
    // Several pieces without a common element are no document; the added element keeps the lines as they are.
    let is_bare = !whole.contains("<appcmd");
    let document = xml::read(&if is_bare { format!("<appcmd>{whole}</appcmd>") } else { whole });
    let reading = Reading { artifact, document: &document };
    let mut parsed = Parsed::whole(IisConfig { is_listed: true, ..IisConfig::default() });
    if let Some(damage) = &document.damage {
        parsed.lose(artifact.line(damage.line), GapReason::Damaged(damage.what.clone()));
    }
    let Some(root) = document.root().filter(|root| root.name == "appcmd") else {
        parsed.lose(artifact.whole(), GapReason::Damaged("it has no <appcmd>".to_owned()));
        return parsed;
    };
    for object in document.children(root) {
        let piece = document.children(object).next();
        let at = artifact.line(object.first_line);
        match (object.name.as_str(), piece) {
            ("SITE", Some(site)) => parsed.value.sites.extend(reading.site(site)),
            ("site", _) => parsed.value.sites.extend(reading.site(object)),
            ("APPPOOL", Some(pool)) => parsed.value.pools.extend(reading.pool(pool)),
            ("add", _) => parsed.value.pools.extend(reading.pool(object)),
            ("CONFIG", Some(section)) => match path(object) {
                Some(path) => parsed.value.scopes.extend(iis_sections::listed(&document, artifact, section, path)),
                None => parsed.lose(at, GapReason::Damaged("a section without the path that it holds for".to_owned())),
            },
            ("ERROR", _) => {
                let words = object.attribute("message").unwrap_or("no reason was given");
                parsed.lose(at, GapReason::ToolFailed(words.to_owned()));
            }
            ("system.webServer", _) => {
                let words = "a section without the path that it holds for: list it with /xml";
                parsed.lose(at, GapReason::Damaged(words.to_owned()));
            }
            _ => {}
        }
    }
    reading.not_understood(&mut parsed);
    iis_sections::note_left_out(&mut parsed, |config| &config.scopes);
    parsed
}

/// `MACHINE/WEBROOT/APPHOST/Default Web Site/hr` is `Default Web Site/hr`; nothing is the server.
fn path(object: &Element) -> Option<&str> {
    object.attribute("path")?.strip_prefix(SERVER).map(|path| path.trim_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::iis_sections::ProviderStep;
    use crate::formats::cut::beginnings;

    const SITES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<appcmd>
    <SITE SITE.NAME="Intranet" SITE.ID="2" bindings="http/*:80:intranet.contoso.com" state="Started">
        <site name="Intranet" id="2">
            <application path="/" applicationPool="Portal"><virtualDirectory path="/" physicalPath="D:\web" /></application>
            <bindings><binding protocol="http" bindingInformation="*:80:intranet.contoso.com" /></bindings>
        </site>
    </SITE>
</appcmd>
"#;
    const POOLS: &str = r#"<appcmd>
    <APPPOOL APPPOOL.NAME="Portal" PipelineMode="Integrated" RuntimeVersion="v4.0" state="Started">
        <add name="Portal"><processModel identityType="SpecificUser" userName="CONTOSO\svc-web" /></add>
    </APPPOOL>
</appcmd>
"#;
    const SECTIONS: &str = r#"<appcmd>
    <CONFIG CONFIG.SECTION="system.webServer/security/authentication/windowsAuthentication" path="MACHINE/WEBROOT/APPHOST/Intranet" overrideMode="Inherit" locked="false">
        <system.webServer-security-authentication-windowsAuthentication enabled="true" useAppPoolCredentials="true">
            <providers><add value="Negotiate" /><add value="NTLM" /></providers>
        </system.webServer-security-authentication-windowsAuthentication>
    </CONFIG>
    <CONFIG CONFIG.SECTION="system.webServer/security/authentication/anonymousAuthentication" path="MACHINE/WEBROOT/APPHOST">
        <system.webServer-security-authentication-anonymousAuthentication enabled="true" />
    </CONFIG>
</appcmd>
"#;

    fn read(text: &str) -> Parsed<IisConfig> {
        assert!(recognizes(&Text::from(text)), "{text}");
        parse(ArtifactId(0), &Text::from(text))
    }

    #[test]
    fn sites_and_pools_are_read_with_their_lines() {
        let parsed = read(SITES);
        assert!(parsed.is_whole() && parsed.value.is_listed, "{:?}", parsed.losses);
        let site = &parsed.value.sites[0];
        assert_eq!((site.name.value.as_str(), site.id, site.name.at), ("Intranet", Some(2), ArtifactId(0).line(4)));
        assert_eq!(site.applications[0].pool.as_deref(), Some("Portal"));
        assert_eq!(site.bindings[0].host, "intranet.contoso.com");
        let pools = read(POOLS).value.pools;
        let model = pools[0].process_model.as_ref().expect("a process model");
        assert_eq!((model.user_name.as_deref(), model.at), (Some("CONTOSO\\svc-web"), ArtifactId(0).line(3)));
    }

    #[test]
    fn a_section_holds_for_its_path_and_its_providers_are_all() {
        let config = read(SECTIONS).value;
        let [site, server] = config.scopes.as_slice() else { panic!("{:?}", config.scopes) };
        assert_eq!((site.path.as_deref(), server.path.as_deref()), (Some("Intranet"), None));
        let windows = site.windows.as_ref().expect("a section");
        assert_eq!(
            (windows.enabled, windows.pool_credentials, windows.at),
            (Some(true), Some(true), ArtifactId(0).line(3))
        );
        let steps: Vec<_> = windows.providers.iter().map(|step| step.value.clone()).collect();
        let add = |name: &str| ProviderStep::Add(name.to_owned());
        assert_eq!(steps, [ProviderStep::Clear, add("Negotiate"), add("NTLM")]);
        assert_eq!((site.anonymous.is_none(), server.anonymous.as_ref().map(|set| set.value)), (true, Some(true)));
    }

    #[test]
    fn without_xml_sites_and_pools_stand_bare() {
        let bare = "<site name=\"Intranet\" id=\"2\">\r\n  <bindings><binding protocol=\"http\" \
            bindingInformation=\"*:80:\" /></bindings>\r\n</site>\r\n<site name=\"Other\" id=\"3\" />\r\n";
        let parsed = read(bare);
        assert_eq!((parsed.value.sites.len(), parsed.losses.as_slice()), (2, &[][..]));
        assert_eq!(parsed.value.sites[1].name.at, ArtifactId(0).line(4));
        let pool = "<add name=\"Portal\">\r\n  <processModel identityType=\"NetworkService\" />\r\n</add>\r\n";
        assert_eq!(read(pool).value.pools.len(), 1);
    }

    #[test]
    fn an_error_or_a_section_of_no_known_path_is_a_loss() {
        let error = SITES.replace("<SITE SITE.NAME", "<ERROR message=\"Cannot find SITE object\" /><SITE SITE.NAME");
        assert!(
            matches!(&read(&error).losses[0].reason, GapReason::ToolFailed(words) if words.contains("SITE object"))
        );
        let lost = read(&SECTIONS.replace("path=\"MACHINE", "path=\"C:/MACHINE"));
        assert_eq!((lost.value.scopes.len(), lost.losses.len()), (0, 2));
    }

    #[test]
    fn other_xml_is_no_list_and_a_cut_list_does_not_panic() {
        for text in ["", "<configuration>", "<appcmd>", "<add key=\"a\" value=\"b\" />", "<sites>"] {
            assert!(!recognizes(&Text::from(text)), "{text}");
        }
        for cut in beginnings(&[SITES, POOLS, SECTIONS]) {
            let cut = Text::from(cut);
            assert!(recognizes(&cut) || !parse(ArtifactId(0), &cut).value.sites.iter().any(|site| site.id.is_none()));
        }
    }
}
