//! What one more piece of evidence does to a case that is known.

use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::case::Case;
use kerbscope::exchange::outcome::{Cause, Outcome};
use kerbscope::report::text::TextReport;
use kerbscope::rules::answer::Verdict;
use kerbscope_samples::scenarios;
use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{CollectionStatus, Entry, Source};
use kerbscope_shared::read::{Integrity, Member};

use crate::sample;

/// A sample to which evidence is added, as if the collector had brought it.
struct Sample(Vec<OpenedBundle>);

impl Sample {
    /// The bundles of a scenario.
    fn of(name: &str) -> Self {
        let all = scenarios::all();
        Self(sample::open(all.iter().find(|scenario| scenario.name == name).expect("is a scenario")))
    }

    /// Adds an artifact to the bundle of the web server.
    fn and(self, kind: ArtifactKind, source: Source, text: &str) -> Self {
        self.attempted(kind, source, CollectionStatus::Collected, Some(text))
    }

    /// Adds an attempt to the bundle of the web server.
    fn attempted(mut self, kind: ArtifactKind, source: Source, status: CollectionStatus, text: Option<&str>) -> Self {
        let archive = &mut self.0[0].archive;
        let path = text.map(|_| format!("{}/{}.txt", kind.folder(), archive.members.len()));
        let bytes = text.unwrap_or_default().as_bytes().to_vec();
        let entry = Entry {
            kind,
            path: path.clone(),
            status,
            source,
            sha256: None,
            bytes: bytes.len() as u64,
            duration_ms: 1,
            redactions: 0,
            detail: None,
        };
        archive.manifest.as_mut().expect("has a manifest").entries.push(entry);
        archive.members.extend(path.map(|path| Member { integrity: Integrity::Intact, ..Member::held(path, bytes) }));
        self
    }

    /// Takes the artifacts of a kind away, as if nobody had tried.
    fn without(mut self, kind: ArtifactKind) -> Self {
        let archive = &mut self.0[0].archive;
        archive.members.retain(|member| !member.path.starts_with(&format!("{}/", kind.folder())));
        archive.manifest.as_mut().expect("has a manifest").entries.retain(|entry| entry.kind != kind);
        self
    }

    /// All of it as a case.
    fn case(self) -> Case {
        Case::open(self.0)
    }
}

/// The names of the rules that found something.
fn found(case: &Case) -> Vec<&'static str> {
    case.diagnosis.findings.iter().map(|found| found.rule.name).collect()
}

/// What a rule would need to say more; none when it is not open.
fn open(case: &Case, rule: &str) -> Option<String> {
    let answer = case.diagnosis.answers.iter().find(|answer| answer.rule.name == rule).expect("is a rule");
    (answer.verdict == Verdict::Open).then(|| answer.not_known.clone().unwrap_or_default().to_string())
}

/// The text of a file in a bundle of a sample.
fn text(sample: &Sample, path: &str) -> String {
    let member = sample.0[0].archive.members.iter().find(|member| member.path == path).expect("is in the sample");
    String::from_utf8(member.bytes.clone()).expect("is UTF-8")
}

const KERNEL_MODE: &str = "kernelmode-spn-on-pool-account";
const LOCAL: &str = r"C:\Windows\System32\inetsrv\config\redirection.config";
const SHARED: &str =
    r#"<configuration><configurationRedirection enabled="true" path="\\files\iis$" /></configuration>"#;

#[test]
fn a_configuration_that_is_not_in_force_says_nothing_about_sites() {
    let sample = Sample::of(KERNEL_MODE);
    let redirection = Source::File(LOCAL.to_owned());
    let case = sample.and(ArtifactKind::IisRedirection, redirection, SHARED).case();
    assert_eq!((found(&case), case.exchanges.len()), (vec![], 0));
    let need = open(&case, KERNEL_MODE).expect("is open");
    assert!(need.contains(r"applicationHost.config of the shared configuration, \\files\iis$"), "{need}");
    assert!(TextReport(&case).to_string().contains(&need), "the report says what to collect");
}

#[test]
fn the_configuration_on_the_share_is_the_one_that_counts() {
    let sample = Sample::of(KERNEL_MODE);
    let config = text(&sample, "iis/applicationHost.config");
    let repaired = config.replace(
        r#"<windowsAuthentication enabled="true" />"#,
        r#"<windowsAuthentication enabled="true" useAppPoolCredentials="true" />"#,
    );
    assert_ne!(repaired, config);
    let shared = Source::File(r"\\files\iis$\applicationHost.config".to_owned());
    let redirection = Source::File(LOCAL.to_owned());
    let case = sample
        .and(ArtifactKind::IisRedirection, redirection, SHARED)
        .and(ArtifactKind::IisConfig, shared, &repaired)
        .case();
    assert_eq!(open(&case, KERNEL_MODE), None);
    assert!(!found(&case).contains(&KERNEL_MODE), "{:?}", found(&case));
}

#[test]
fn a_redirection_that_nobody_could_read_leaves_the_configuration_in_doubt() {
    let redirection = Source::File(LOCAL.to_owned());
    let denied = CollectionStatus::AccessDenied;
    let case =
        Sample::of(KERNEL_MODE).attempted(ArtifactKind::IisRedirection, redirection.clone(), denied, None).case();
    assert!(open(&case, KERNEL_MODE).expect("is open").contains("redirection.config"));
    let absent = CollectionStatus::NotPresent;
    let case = Sample::of(KERNEL_MODE).attempted(ArtifactKind::IisRedirection, redirection, absent, None).case();
    assert_eq!(found(&case), [KERNEL_MODE]);
}

/// The folder of the site of the sample.
const PORTAL: &str = r"C:\inetpub\portal.contoso.com\web.config";

/// What `appcmd list … /config /xml` prints of the intranet of the samples.
fn listed_by_appcmd(pool_credentials: &str) -> [String; 3] {
    let section = |name: &str, content: &str| {
        let tag = format!("system.webServer-security-authentication-{name}");
        format!(
            "<CONFIG CONFIG.SECTION=\"system.webServer/security/authentication/{name}\" \
             path=\"MACHINE/WEBROOT/APPHOST/Intranet\" overrideMode=\"Inherit\" locked=\"false\"><{tag} {content}</{tag}></CONFIG>\n"
        )
    };
    let providers = "<providers><add value=\"Negotiate\" /><add value=\"NTLM\" /></providers>";
    let windows =
        format!("enabled=\"true\" useKernelMode=\"true\" useAppPoolCredentials=\"{pool_credentials}\">{providers}");
    let sections =
        section("windowsAuthentication", &windows) + &section("anonymousAuthentication", "enabled=\"false\">");
    let site = "<SITE SITE.NAME=\"Intranet\" SITE.ID=\"2\" state=\"Started\"><site name=\"Intranet\" id=\"2\">\
        <application path=\"/\" applicationPool=\"Intranet\" /><bindings>\
        <binding protocol=\"http\" bindingInformation=\"*:80:intranet.contoso.com\" /></bindings></site></SITE>";
    let pool = "<APPPOOL APPPOOL.NAME=\"Intranet\" state=\"Started\"><add name=\"Intranet\">\
        <processModel identityType=\"SpecificUser\" userName=\"CONTOSO\\svc-web\" /></add></APPPOOL>";
    [site, pool, &sections]
        .map(|pieces| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<appcmd>\n{pieces}</appcmd>\n"))
}

#[test]
fn what_appcmd_lists_takes_the_place_of_the_file() {
    let with = |pool_credentials: &str, pieces: usize| {
        let mut sample = Sample::of("healthy-with-noise").without(ArtifactKind::IisConfig);
        for text in listed_by_appcmd(pool_credentials).iter().take(pieces) {
            sample = sample.and(ArtifactKind::Appcmd, Source::Command("appcmd list".to_owned()), text);
        }
        sample.case()
    };
    assert_eq!(found(&with("true", 3)), Vec::<&str>::new());
    assert_eq!(open(&with("true", 3), "kernelmode-spn-on-pool-account"), None);
    assert_eq!(found(&with("false", 3)), ["kernelmode-spn-on-pool-account"]);
    let need = "appcmd list config -section:windowsAuthentication /config:* /xml for Intranet";
    assert!(open(&with("false", 2), "kernelmode-spn-on-pool-account").expect("is open").contains(need));
}

fn web_config(section: &str) -> String {
    format!(
        "<configuration><system.webServer><security><authentication>{section}</authentication></security>\
        </system.webServer></configuration>"
    )
}

#[test]
fn a_web_config_that_sets_what_is_locked_ends_every_request() {
    let config = web_config(r#"<windowsAuthentication enabled="true" />"#);
    let case = Sample::of(KERNEL_MODE)
        .without(ArtifactKind::WebConfig)
        .and(ArtifactKind::WebConfig, Source::File(PORTAL.to_owned()), &config)
        .case();
    let portal = case.exchanges.iter().find(|exchange| exchange.site == "VGS Portal").expect("is reached");
    assert_eq!(portal.outcome, Outcome::Fails(Cause::ConfigurationRefused), "{portal:#?}");
    assert!(!found(&case).contains(&KERNEL_MODE));
}

#[test]
fn a_web_config_counts_where_the_section_is_open() {
    let sample = Sample::of(KERNEL_MODE);
    let config = text(&sample, "iis/applicationHost.config");
    let open =
        config.replace(r#"<location path="VGS Portal">"#, r#"<location path="VGS Portal" overrideMode="Allow">"#);
    assert_ne!(open, config);
    let local = Source::File(r"C:\Windows\System32\inetsrv\config\applicationHost.config".to_owned());
    let opened = || {
        let sample = Sample::of(KERNEL_MODE).without(ArtifactKind::IisConfig).without(ArtifactKind::WebConfig);
        sample.and(ArtifactKind::IisConfig, local.clone(), &open)
    };
    let unread = opened().case();
    assert_eq!(open_about(&unread), "web.config of VGS Portal/");
    let repaired = web_config(r#"<windowsAuthentication useAppPoolCredentials="true" />"#);
    let case = opened().and(ArtifactKind::WebConfig, Source::File(PORTAL.to_owned()), &repaired).case();
    assert_eq!((found(&case), open_about(&case)), (vec![], String::new()));
    let absent = CollectionStatus::NotPresent;
    let case = opened().attempted(ArtifactKind::WebConfig, Source::File(PORTAL.to_owned()), absent, None).case();
    assert_eq!(found(&case), [KERNEL_MODE]);
}

fn open_about(case: &Case) -> String {
    open(case, "providers-negotiate-missing").unwrap_or_default()
}

#[test]
fn an_export_as_comma_separated_values_shows_a_second_holder() {
    let export = "DN,sAMAccountName,servicePrincipalName\r\n\
        \"CN=svc-old,OU=Service Accounts,DC=contoso,DC=com\",svc-old,HTTP/intranet.contoso.com;MSSQLSvc/sql01\r\n";
    let source = Source::File("export.csv".to_owned());
    let case = Sample::of("healthy-with-noise").and(ArtifactKind::Directory, source, export).case();
    assert_eq!(case.diagnosis.primary().map(|primary| primary.rule.name), Some("spn-duplicate"));
}
