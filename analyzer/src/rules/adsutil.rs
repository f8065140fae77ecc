//! Commands that read and change the metabase of IIS 5 and 6.

use crate::rules::command::CommandLine;
use crate::rules::rule::SitePath;

/// Where the script lies; it is in no search path.
const ADSUTIL: &str = r"cscript //nologo %SystemDrive%\Inetpub\AdminScripts\adsutil.vbs";

/// The key of a path of a site, such as `w3svc/1/root/app`; none where the site is none of the metabase.
pub fn key(path: &SitePath<'_>) -> Option<String> {
    let node = path.site.node.as_deref()?;
    Some(format!("{node}/root/{}", path.path.path.trim_matches('/')).trim_end_matches('/').to_owned())
}

/// The key of the pool of a path.
pub fn pool_key(path: &SitePath<'_>) -> String {
    format!("w3svc/AppPools/{}", path.path.pool.name)
}

/// Sets a property of a key.
pub fn set(key: &str, property: &str, value: &str) -> Option<CommandLine> {
    CommandLine::of(&format!("{ADSUTIL} set")).name(&format!("{key}/{property}")).name(value).build()
}

/// Takes a property from a key, which then has that of the key above.
pub fn delete(key: &str, property: &str) -> Option<CommandLine> {
    CommandLine::of(&format!("{ADSUTIL} delete")).name(&format!("{key}/{property}")).build()
}

/// Shows a property of a key; that it is not set there means that the key above decides.
pub fn get(key: &str, property: &str) -> Option<CommandLine> {
    CommandLine::of(&format!("{ADSUTIL} get")).name(&format!("{key}/{property}")).build()
}

/// Shows all that is set at a key.
pub fn list(key: &str) -> Option<CommandLine> {
    CommandLine::of(&format!("{ADSUTIL} enum")).name(key).build()
}

/// Recycles a pool of IIS 6: its worker process starts anew.
pub fn recycle(pool: &str) -> Option<CommandLine> {
    CommandLine::of(r"cscript //nologo %SystemRoot%\System32\iisapp.vbs /a").name(pool).text("/r").build()
}
