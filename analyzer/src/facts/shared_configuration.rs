//! Which `applicationHost.config` is in force: the one of the server, or one on a share that its servers have in common.
//!
//! With a shared configuration the file on the server is a leftover. Whatever stands in it, IIS does something else.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::CollectionStatus;

use crate::artifacts::contents::{Contents, ReadArtifact};
use crate::artifacts::iis_redirection::Redirection;
use crate::evidence::gap::NotKnown;
use crate::facts::folder;

/// Where the configuration that IIS uses lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InForce {
    /// On the server itself.
    Local,
    /// In this folder, which the server shares with others.
    Shared(String),
    /// Nobody could read which.
    Unclear,
}

/// What a server says about where its configuration lies. One that says nothing has it where it always was.
pub fn in_force(artifacts: &[&ReadArtifact]) -> InForce {
    let redirections = artifacts.iter().filter(|read| read.artifact.kind == ArtifactKind::IisRedirection);
    let mut said = redirections.filter_map(|read| match &read.contents.value {
        Contents::IisRedirection(redirection) => Some(of(redirection, read.is_whole())),
        // No such file: IIS 7 and later always have one, so there is no such IIS.
        _ if read.artifact.status == CollectionStatus::NotPresent => None,
        _ => Some(InForce::Unclear),
    });
    let first = said.next().unwrap_or(InForce::Local);
    if said.all(|other| other == first) { first } else { InForce::Unclear }
}

fn of(redirection: &Redirection, is_whole: bool) -> InForce {
    match (&redirection.enabled, &redirection.path) {
        (Some(enabled), Some(path)) if enabled.value => InForce::Shared(path.value.clone()),
        (Some(enabled), _) if !enabled.value && is_whole => InForce::Local,
        _ => InForce::Unclear,
    }
}

impl InForce {
    /// What keeps the configuration that was collected from being the one in force.
    pub fn doubt(&self) -> Option<NotKnown> {
        matches!(self, Self::Unclear).then(|| self.not_known()).flatten()
    }

    /// Whether this artifact is a configuration that IIS does not use.
    pub fn is_leftover(&self, read: &ReadArtifact) -> bool {
        match self {
            Self::Shared(folder) => {
                let found = read.artifact.source.as_deref().and_then(folder::parent);
                !found.is_some_and(|found| folder::is_same(folder, &found))
            }
            Self::Local | Self::Unclear => false,
        }
    }

    /// What has to be collected, where the configuration in force is not the one on the server.
    pub fn not_known(&self) -> Option<NotKnown> {
        match self {
            Self::Local => None,
            Self::Shared(folder) => {
                Some(NotKnown::naming("applicationHost.config of the shared configuration,", folder))
            }
            Self::Unclear => Some(NotKnown::until("redirection.config (run the collector elevated)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirection(attributes: &str) -> ReadArtifact {
        let text = format!("<configuration><configurationRedirection {attributes}/></configuration>");
        ReadArtifact::brought(0, ArtifactKind::IisRedirection, None, CollectionStatus::Collected, Some(&text))
    }

    fn missing(status: CollectionStatus) -> ReadArtifact {
        ReadArtifact::brought(0, ArtifactKind::IisRedirection, None, status, None)
    }

    #[test]
    fn the_configuration_is_local_unless_the_server_says_otherwise() {
        assert_eq!(in_force(&[]), InForce::Local);
        assert_eq!(in_force(&[&redirection("")]), InForce::Local);
        assert_eq!(in_force(&[&missing(CollectionStatus::NotPresent)]), InForce::Local);
        let shared = redirection(r#"enabled="true" path="\\files\iis$" "#);
        assert_eq!(in_force(&[&shared]), InForce::Shared(r"\\files\iis$".to_owned()));
        assert_eq!(
            in_force(&[&shared]).not_known().map(|need| need.to_string()).as_deref(),
            Some(r"applicationHost.config of the shared configuration, \\files\iis$")
        );
    }

    #[test]
    fn what_could_not_be_read_is_unclear() {
        for unclear in
            [missing(CollectionStatus::AccessDenied), redirection("enabled=\"true\""), redirection("enabled=\"?\"")]
        {
            assert_eq!(in_force(&[&unclear]), InForce::Unclear);
        }
        assert_eq!(in_force(&[&redirection(""), &missing(CollectionStatus::TimedOut)]), InForce::Unclear);
    }

    #[test]
    fn only_the_file_in_the_shared_folder_is_in_force() {
        let config = |source| {
            ReadArtifact::brought(
                0,
                ArtifactKind::IisConfig,
                source,
                CollectionStatus::Collected,
                Some("<configuration/>"),
            )
        };
        let shared = InForce::Shared(r"\\FILES\iis$\".to_owned());
        assert!(!shared.is_leftover(&config(Some(r"\\files\iis$\applicationHost.config"))));
        assert!(shared.is_leftover(&config(Some(r"C:\Windows\System32\inetsrv\config\applicationHost.config"))));
        assert!(shared.is_leftover(&config(None)));
        assert!(!InForce::Local.is_leftover(&config(None)));
        let variable = InForce::Shared(r"%SystemDrive%\iis".to_owned());
        assert!(!variable.is_leftover(&config(Some(r"C:\iis\applicationHost.config"))));
        assert!(variable.is_leftover(&config(Some(r"C:\iis\old\applicationHost.config"))));
    }
}
