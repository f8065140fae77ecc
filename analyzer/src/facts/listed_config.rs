//! What is missing when the configuration of IIS is known by what `appcmd` listed of it.

use crate::artifacts::iis_config::{Application, IisConfig, Site};
use crate::artifacts::iis_sections::Scope;
use crate::evidence::gap::NotKnown;

/// Places that are named at most; a server may have thousands.
const NAMED: usize = 5;

/// Whether a scope states a section.
type IsStated = fn(&Scope) -> bool;

/// Sections without which nobody knows who may sign in how.
const SECTIONS: [(&str, IsStated); 2] = [
    ("windowsAuthentication", |scope| scope.windows.is_some()),
    ("anonymousAuthentication", |scope| scope.anonymous.is_some()),
];

/// The lists that are missing, by the commands that print them. A section that is listed for the server alone says nothing
/// of a site: its own location may say otherwise.
pub fn lacks(all: &IisConfig) -> Vec<NotKnown> {
    let mut missing = Vec::new();
    if all.sites.is_empty() {
        missing.push(NotKnown::until("appcmd list site /config /xml"));
    }
    let applications = || all.sites.iter().flat_map(|site| site.applications.iter().map(move |app| (site, app)));
    let has_pool = |name: &str| all.pools.iter().any(|pool| pool.name.value.eq_ignore_ascii_case(name));
    if applications().any(|(_, app)| !app.pool.as_deref().is_some_and(has_pool)) {
        missing.push(NotKnown::until("appcmd list apppool /config /xml"));
    }
    for (section, is_stated) in SECTIONS {
        let is_listed = |path: &str| {
            let of_path = |scope: &&Scope| scope.path.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(path));
            all.scopes.iter().filter(of_path).any(is_stated)
        };
        let paths = applications().map(|(site, app)| path(site, app)).filter(|path| !is_listed(path));
        missing.extend(
            paths.take(NAMED).map(|path| {
                NotKnown::naming(&format!("appcmd list config -section:{section} /config:* /xml for"), &path)
            }),
        );
    }
    missing
}

/// `Site`, or `Site/app`.
fn path(site: &Site, application: &Application) -> String {
    format!("{}{}", site.name.value, application.path.value).trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::iis_config_list;
    use crate::evidence::place::ArtifactId;
    use crate::formats::text::Text;

    fn needs(pieces: &[&str]) -> Vec<String> {
        let mut all = IisConfig::default();
        for piece in pieces {
            let config = iis_config_list::parse(ArtifactId(0), &Text::from(*piece)).value;
            all.sites.extend(config.sites);
            all.pools.extend(config.pools);
            all.scopes.extend(config.scopes);
        }
        lacks(&all).iter().map(ToString::to_string).collect()
    }

    fn section(name: &str, path: &str) -> String {
        let section = format!("system.webServer-security-authentication-{name}");
        format!(
            "<appcmd><CONFIG path=\"MACHINE/WEBROOT/APPHOST{path}\"><{section} enabled=\"true\" /></CONFIG></appcmd>"
        )
    }

    #[test]
    fn what_is_missing_is_named_by_its_command() {
        let site = "<appcmd><SITE><site name=\"S\" id=\"1\"><application path=\"/\" applicationPool=\"P\" /></site></SITE></appcmd>";
        let pool = "<appcmd><APPPOOL><add name=\"p\" /></APPPOOL></appcmd>";
        let (windows, anonymous) = (section("windowsAuthentication", "/S"), section("anonymousAuthentication", "/S"));
        assert_eq!(needs(&[site, pool, &windows, &anonymous]), Vec::<String>::new());
        assert_eq!(needs(&[pool]), ["appcmd list site /config /xml"]);
        assert_eq!(needs(&[site, &windows, &anonymous]), ["appcmd list apppool /config /xml"]);
        let of_server = section("windowsAuthentication", "");
        let need = "appcmd list config -section:windowsAuthentication /config:* /xml for S";
        assert_eq!(needs(&[site, pool, &of_server, &anonymous]), [need]);
    }
}
