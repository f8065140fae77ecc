//! The profiles of Firefox of the user who runs the collector.

use crate::host::Host;
use crate::plan::step::Place;

const PROFILES: &str = r"%APPDATA%\Mozilla\Firefox\Profiles";

/// The folders of the profiles; none where there is no Firefox.
pub fn profiles(host: &dyn Host) -> Vec<Place> {
    let folder = host.expand(PROFILES);
    let listed = host.list(&folder).unwrap_or_default();
    let folders = listed.into_iter().filter(|entry| entry.is_folder);
    folders.map(|entry| Place { folder: format!(r"{folder}\{}", entry.name), name: entry.name }).collect()
}
