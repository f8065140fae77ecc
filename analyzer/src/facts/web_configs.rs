//! The `web.config` files of a host's applications: which say something, which are not there, which nobody read.

use std::collections::BTreeMap;
use std::sync::Arc;

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::CollectionStatus;

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::web_config::WebConfig;
use crate::evidence::place::ArtifactId;
use crate::facts::folder;

/// What is known of the `web.config` of one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppConfig {
    /// It says this.
    Read(ArtifactId, Arc<WebConfig>),
    /// The application has none.
    Absent,
    /// Nobody read it, or not all of it.
    NotRead,
}

impl AppConfig {
    /// What it says, if it was read.
    pub fn read(&self) -> Option<&WebConfig> {
        match self {
            Self::Read(_, config) => Some(config),
            Self::Absent | Self::NotRead => None,
        }
    }
}

/// The `web.config` files of a host, by their folders.
#[derive(Clone, Debug, Default)]
pub struct WebConfigs {
    by_folder: BTreeMap<String, AppConfig>,
    /// The same by folders without their drive, for applications that name it by a variable.
    on_any_drive: BTreeMap<String, AppConfig>,
}

impl WebConfigs {
    /// Those of a bundle. A file that came by itself does not say which application it is of.
    pub fn of(artifacts: &[&ReadArtifact]) -> Self {
        let mut configs = Self::default();
        for read in artifacts.iter().filter(|read| read.artifact.kind == ArtifactKind::WebConfig) {
            let Some(folder) = read.artifact.source.as_deref().and_then(folder::parent) else { continue };
            let config = match &read.contents.value {
                Contents::WebConfig(config) if read.is_whole() => AppConfig::Read(read.id, Arc::new(config.clone())),
                _ if read.artifact.status == CollectionStatus::NotPresent => AppConfig::Absent,
                _ => AppConfig::NotRead,
            };
            if let Some(rest) = folder::without_drive(&folder) {
                // Two drives with the same folder: which of them Windows is on, nobody says.
                let known = twice(configs.on_any_drive.get(rest), &config);
                configs.on_any_drive.insert(rest.to_owned(), known);
            }
            let known = twice(configs.by_folder.get(&folder), &config);
            configs.by_folder.insert(folder, known);
        }
        configs
    }

    /// The one of an application in this folder, as the configuration of IIS writes it.
    pub fn in_folder(&self, configured: &str) -> AppConfig {
        let folder = folder::plain(configured);
        let with_variable = || {
            let rest = folder::without_drive(&folder).filter(|_| folder.starts_with('%'))?;
            self.on_any_drive.get(rest)
        };
        self.by_folder.get(&folder).or_else(with_variable).cloned().unwrap_or(AppConfig::NotRead)
    }
}

fn twice(known: Option<&AppConfig>, new: &AppConfig) -> AppConfig {
    if known.is_some_and(|known| known != new) { AppConfig::NotRead } else { new.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(id: u32, source: Option<&str>, text: Option<&str>, status: CollectionStatus) -> ReadArtifact {
        ReadArtifact::brought(id, ArtifactKind::WebConfig, source, status, text)
    }

    const EMPTY: &str = "<configuration/>";

    #[test]
    fn a_file_is_found_by_the_folder_of_its_application() {
        let read = artifact(0, Some(r"C:\inetpub\wwwroot\web.config"), Some(EMPTY), CollectionStatus::Collected);
        let absent = artifact(1, Some(r"D:\hr\web.config"), None, CollectionStatus::NotPresent);
        let denied = artifact(2, Some(r"D:\pay\web.config"), None, CollectionStatus::AccessDenied);
        let loose = artifact(3, None, Some(EMPTY), CollectionStatus::Collected);
        let configs = WebConfigs::of(&[&read, &absent, &denied, &loose]);
        assert!(matches!(configs.in_folder(r"%SystemDrive%\inetpub\wwwroot\"), AppConfig::Read(ArtifactId(0), _)));
        assert!(matches!(configs.in_folder(r"c:/Inetpub/wwwroot"), AppConfig::Read(..)));
        assert_eq!(configs.in_folder(r"D:\hr"), AppConfig::Absent);
        for folder in [r"D:\pay", r"D:\other", r"E:\inetpub\wwwroot", ""] {
            assert_eq!(configs.in_folder(folder), AppConfig::NotRead, "{folder}");
        }
    }

    #[test]
    fn what_is_damaged_or_ambiguous_is_not_read() {
        let damaged = artifact(0, Some(r"C:\a\web.config"), Some("<configuration>"), CollectionStatus::Collected);
        let first = artifact(1, Some(r"C:\b\web.config"), Some(EMPTY), CollectionStatus::Collected);
        let second = artifact(2, Some(r"D:\b\web.config"), None, CollectionStatus::NotPresent);
        let configs = WebConfigs::of(&[&damaged, &first, &second]);
        assert_eq!(configs.in_folder(r"C:\a"), AppConfig::NotRead);
        assert_eq!(configs.in_folder(r"%SystemDrive%\b"), AppConfig::NotRead);
        assert_eq!(configs.in_folder(r"D:\b"), AppConfig::Absent);
    }
}
