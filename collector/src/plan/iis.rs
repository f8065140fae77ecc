//! What is asked of IIS itself: how its sites, applications and pools are set up, and what runs.

use kerbscope_shared::kind::ArtifactKind;

use crate::plan::row::{
    Origin, Privilege, Row, SERVER_FILE, SERVER_PROGRAM, Sensitivity, Subject, Treatment, mib, program,
};

/// The rows of this family, in the order in which they are asked.
///
/// The configuration comes first: it names what later rows ask about. Where several servers share one, the local file
/// is a remnant, so both are taken.
pub const ROWS: &[Row] = &[
    Row {
        id: "iis-redirection",
        title: "IIS shared configuration",
        kind: ArtifactKind::IisRedirection,
        file_name: "redirection.config",
        origin: Origin::File(r"%SystemRoot%\System32\inetsrv\config\redirection.config", Treatment::Redacted),
        privilege: Privilege::Administrator,
        sensitivity: Sensitivity::Settings,
        ..SERVER_FILE
    },
    Row {
        id: "iis-shared-config",
        title: "IIS configuration on the share",
        kind: ArtifactKind::IisConfig,
        file_name: "shared-applicationHost.config",
        origin: Origin::File(r"{}\applicationHost.config", Treatment::Redacted),
        subject: Subject::SharedFolder,
        privilege: Privilege::Administrator,
        size_limit: mib(16),
        sensitivity: Sensitivity::Settings,
        ..SERVER_FILE
    },
    Row {
        id: "iis-config",
        title: "IIS configuration",
        kind: ArtifactKind::IisConfig,
        file_name: "applicationHost.config",
        origin: Origin::File(r"%SystemRoot%\System32\inetsrv\config\applicationHost.config", Treatment::Redacted),
        privilege: Privilege::Administrator,
        size_limit: mib(16),
        sensitivity: Sensitivity::Settings,
        ..SERVER_FILE
    },
    Row {
        id: "iis-metabase",
        title: "IIS 6 metabase",
        kind: ArtifactKind::Metabase,
        file_name: "MetaBase.xml",
        origin: Origin::File(r"%SystemRoot%\System32\inetsrv\MetaBase.xml", Treatment::Redacted),
        privilege: Privilege::Administrator,
        size_limit: mib(16),
        sensitivity: Sensitivity::Settings,
        ..SERVER_FILE
    },
    Row {
        id: "web-config",
        title: "security settings of {}",
        kind: ArtifactKind::WebConfig,
        file_name: "{}.config",
        origin: Origin::File(r"{}\web.config", Treatment::SecuritySections),
        subject: Subject::Application,
        privilege: Privilege::Administrator,
        size_limit: mib(4),
        sensitivity: Sensitivity::Settings,
        ..SERVER_FILE
    },
    Row {
        id: "iis-sites",
        title: "state of the sites",
        kind: ArtifactKind::Appcmd,
        file_name: "sites.txt",
        origin: program(APPCMD, &["list", "site"]),
        privilege: Privilege::Administrator,
        ..SERVER_PROGRAM
    },
    Row {
        id: "iis-pools",
        title: "state of the application pools",
        kind: ArtifactKind::Appcmd,
        file_name: "apppools.txt",
        // Not `/text:*`: that prints the passwords of the pools.
        origin: program(APPCMD, &["list", "apppool"]),
        privilege: Privilege::Administrator,
        ..SERVER_PROGRAM
    },
    Row {
        id: "iis-worker-processes",
        title: "worker processes of IIS",
        kind: ArtifactKind::Appcmd,
        file_name: "worker-processes.txt",
        origin: program(APPCMD, &["list", "wp"]),
        privilege: Privilege::Administrator,
        ..SERVER_PROGRAM
    },
    Row {
        id: "worker-process-owners",
        title: "owners of the worker processes",
        kind: ArtifactKind::Tasklist,
        file_name: "w3wp.csv",
        origin: program("tasklist", &["/v", "/fo", "csv", "/fi", "imagename eq w3wp.exe"]),
        privilege: Privilege::Administrator,
        ..SERVER_PROGRAM
    },
];

const APPCMD: &str = r"inetsrv\appcmd";
