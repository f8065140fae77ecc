//! Commands that read and change the settings of IIS 7 and later.

use crate::rules::command::{Building, CommandLine};
pub use crate::rules::finding::all;
use crate::rules::rule::{SitePath, location};

/// Where the tool lies; it is in no search path.
const APPCMD: &str = r"%windir%\system32\inetsrv\appcmd";
/// Where the sections of authentication are.
const AUTHENTICATION: &str = "system.webServer/security/authentication";
/// The section that is changed.
const SECTION: &str = "-section:system.webServer/security/authentication/windowsAuthentication";

/// Sets something in the section `windowsAuthentication` of a path. The section is locked against web.config, so the
/// change goes into applicationHost.config.
pub fn set_windows_authentication(path: &SitePath<'_>, change: &str) -> Option<CommandLine> {
    set(path).text(SECTION).text(change).text("/commit:apphost").build()
}

/// Takes away all that a path itself sets in the section `windowsAuthentication`.
pub fn clear_windows_authentication(path: &SitePath<'_>) -> Option<CommandLine> {
    let start = format!("{APPCMD} clear config");
    let start = CommandLine::of(&start).name(&location(&path.site.name, &path.path.path));
    start.text(SECTION).text("/commit:apphost").build()
}

/// Shows the section `windowsAuthentication` that is in force for a path.
pub fn show_windows_authentication(path: &SitePath<'_>) -> Option<CommandLine> {
    let start = format!("{APPCMD} list config");
    CommandLine::of(&start).name(&location(&path.site.name, &path.path.path)).text(SECTION).build()
}

/// Lets the web.config of a path set a section of authentication.
pub fn unlock(path: &SitePath<'_>, section: &str) -> Option<CommandLine> {
    gate("unlock", path, section)
}

/// Keeps the web.config of a path from setting a section of authentication.
pub fn lock(path: &SitePath<'_>, section: &str) -> Option<CommandLine> {
    gate("lock", path, section)
}

fn gate(verb: &str, path: &SitePath<'_>, section: &str) -> Option<CommandLine> {
    let start = CommandLine::of(&format!("{APPCMD} {verb} config")).name(&location(&path.site.name, &path.path.path));
    start.text(&format!("-section:{AUTHENTICATION}/{section}")).text("/commit:apphost").build()
}

/// Makes the list of providers `Negotiate, NTLM` on a path; `present` is what it holds now.
pub fn negotiate_then_ntlm(path: &SitePath<'_>, present: &[String]) -> Vec<CommandLine> {
    let removed = present.iter().filter(|name| name.eq_ignore_ascii_case("NTLM"));
    let removals = removed.map(|_| r#"/-"providers.[value='NTLM']""#);
    let has_negotiate = present.iter().any(|name| name.to_ascii_lowercase().starts_with("nego"));
    let negotiate = (!has_negotiate).then_some(r#"/+"providers.[value='Negotiate']""#);
    let steps = removals.chain(negotiate).chain([r#"/+"providers.[value='NTLM']""#]);
    all(steps.map(|step| set_windows_authentication(path, step)))
}

/// Recycles a pool: its worker process starts anew, and with it its tickets and keys.
pub fn recycle(pool: &str) -> Option<CommandLine> {
    CommandLine::of(&format!("{APPCMD} recycle apppool")).name(pool).build()
}

/// Starts a pool that was stopped.
pub fn start(pool: &str) -> Option<CommandLine> {
    CommandLine::of(&format!("{APPCMD} start apppool")).name(pool).build()
}

/// Shows whether a pool is started.
pub fn show_pool(pool: &str) -> Option<CommandLine> {
    CommandLine::of(&format!("{APPCMD} list apppool")).name(pool).build()
}

fn set(path: &SitePath<'_>) -> Building {
    CommandLine::of(&format!("{APPCMD} set config")).name(&location(&path.site.name, &path.path.path))
}
