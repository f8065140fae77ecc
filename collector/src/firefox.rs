//! The profiles of Firefox of the user who runs the collector.

use crate::host::Host;
use crate::plan::step::Place;

const PROFILES: &str = r"%APPDATA%\Mozilla\Firefox\Profiles";

/// The folders of the profiles. Where there is none, the folder that would hold them stands for it, so that the bundle
/// says that nothing was found there.
pub fn profiles(host: &dyn Host) -> Vec<Place> {
    let folder = host.expand(PROFILES);
    let listed = host.list(&folder).unwrap_or_default();
    let folders = listed.into_iter().filter(|entry| entry.is_folder);
    let profiles: Vec<_> =
        folders.map(|entry| Place { folder: format!(r"{folder}\{}", entry.name), name: entry.name }).collect();
    if profiles.is_empty() { vec![Place { folder, name: "none".to_owned() }] } else { profiles }
}
