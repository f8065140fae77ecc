//! What the collector asks the directory about a host, and what the directory of the samples answers.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::{CollectionStatus, Source};
use kerbscope_shared::write::Attempt;

use crate::collect::{absent, collected, names, pool_accounts};
use crate::directory::{Account, DOMAIN};
use crate::host::{Access, Host, Role};
use crate::layout::ldif::{Answer, Entry, Value, answer};

/// The domain controller that answers about its own domain.
const SERVER: &str = "dc01.contoso.com:389";
/// The same one as a global catalog.
const CATALOG: &str = "dc01.contoso.com:3268";
const CONFIGURATION: &str = "CN=Configuration,DC=contoso,DC=com";

/// What is taken of every account that matters.
const ACCOUNT: &[&str] = &[
    "objectClass",
    "sAMAccountName",
    "sAMAccountType",
    "userPrincipalName",
    "dNSHostName",
    "objectSid",
    "primaryGroupID",
    "servicePrincipalName",
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "msDS-SupportedEncryptionTypes",
    "msDS-KeyVersionNumber",
    "pwdLastSet",
    "msDS-UserPasswordExpiryTimeComputed",
    "accountExpires",
    "lockoutTime",
    "whenCreated",
    "whenChanged",
    "userWorkstations",
    "msDS-AllowedToDelegateTo",
    "msDS-AllowedToActOnBehalfOfOtherIdentity",
    "msDS-GroupMSAMembership",
    "msDS-AssignedAuthNPolicy",
    "msDS-AssignedAuthNPolicySilo",
    "operatingSystem",
    "operatingSystemVersion",
];

/// What a global catalog keeps of an account.
const OWNER: &[&str] = &[
    "objectClass",
    "sAMAccountName",
    "userPrincipalName",
    "dNSHostName",
    "objectSid",
    "servicePrincipalName",
    "userAccountControl",
    "whenCreated",
    "whenChanged",
];

const ROOT: &[&str] = &[
    "currentTime",
    "dnsHostName",
    "serverName",
    "ldapServiceName",
    "defaultNamingContext",
    "rootDomainNamingContext",
    "configurationNamingContext",
    "domainFunctionality",
    "forestFunctionality",
    "domainControllerFunctionality",
    "isGlobalCatalogReady",
];

const DOMAINS: &[&str] =
    &["objectClass", "cn", "nETBIOSName", "dnsRoot", "nCName", "trustParent", "systemFlags", "uPNSuffixes"];

const TRUSTS: &[&str] = &["cn", "trustPartner", "flatName", "trustDirection", "trustType", "trustAttributes"];

/// What `HOST` stands for in a directory that nobody changed.
const MAPPINGS: &str = "host=alerter,appmgmt,cisvc,clipsrv,browser,dhcp,dnscache,replicator,eventlog,eventsystem,\
    policyagent,oakley,dmserver,dns,mcsvc,fax,msiserver,ias,messenger,netlogon,netman,netdde,netddedsm,nmagent,plugplay,\
    protectedstorage,rasman,rpclocator,rpc,rpcss,remoteaccess,rsvp,samss,scardsvr,scesrv,seclogon,scm,dcom,cifs,spooler,\
    snmp,schedule,tapisrv,trksvr,trkwks,ups,time,wins,www,http,w3svc,iisadmin,msdtc";

/// Every question with its answer.
pub(crate) fn attempts(host: &Host) -> Vec<Attempt> {
    let mut attempts = vec![root(host), partitions(host), mappings(host), computer(host)];
    attempts.extend(pool_accounts(host).into_iter().filter_map(|name| account(host, name)));
    attempts.extend(host.named_accounts.iter().filter_map(|name| account(host, &format!(r"CONTOSO\{name}"))));
    attempts.extend((!host.trusts.is_empty()).then(|| trusts(host)));
    if host.role != Role::WebServer {
        return attempts;
    }
    for class in ["HTTP", "HOST"] {
        attempts.extend(names(host).iter().map(|name| owners(host, class, name)));
    }
    attempts
}

fn root(host: &Host) -> Attempt {
    let text = |text: &str| Value::Text(text.to_owned());
    let values = vec![
        ("currentTime", text(&format!("{}.0Z", host.dc_clock))),
        ("dnsHostName", text("dc01.contoso.com")),
        ("serverName", text(&format!("CN=DC01,CN=Servers,CN=HQ,CN=Sites,{CONFIGURATION}"))),
        ("ldapServiceName", text("contoso.com:dc01$@CONTOSO.COM")),
        ("defaultNamingContext", text(DOMAIN)),
        ("rootDomainNamingContext", text(DOMAIN)),
        ("configurationNamingContext", text(CONFIGURATION)),
        ("domainFunctionality", text("7")),
        ("forestFunctionality", text("7")),
        ("domainControllerFunctionality", text("7")),
        ("isGlobalCatalogReady", text("TRUE")),
    ];
    let entries = vec![Entry { dn: String::new(), values }];
    let clock = Some(["2026-03-02T08:15:04.112Z", "2026-03-02T08:15:04.131Z"]);
    asked(host, "root-dse.ldif", &Answer { clock, ..question(ROOT, "base", "(objectClass=*)", entries) })
}

fn partitions(host: &Host) -> Attempt {
    let text = |text: &str| Value::Text(text.to_owned());
    let base = format!("CN=Partitions,{CONFIGURATION}");
    let partition = |name: &str, context: &str, flags: &str, own: &[(&'static str, Value)]| {
        let always = [("objectClass", text("top")), ("objectClass", text("crossRef")), ("cn", text(name))];
        let more = [("dnsRoot", text("contoso.com")), ("nCName", text(context)), ("systemFlags", text(flags))];
        let values = always.into_iter().chain(more).chain(own.iter().cloned()).collect();
        Entry { dn: format!("CN={name},{base}"), values }
    };
    let entries = vec![
        partition("Enterprise Configuration", CONFIGURATION, "1", &[]),
        partition("Enterprise Schema", &format!("CN=Schema,{CONFIGURATION}"), "1", &[]),
        partition("CONTOSO", DOMAIN, "3", &[("nETBIOSName", text("CONTOSO"))]),
    ];
    let filter = "(|(objectClass=crossRef)(objectClass=crossRefContainer))";
    asked(host, "partitions.ldif", &Answer { base: &base, ..question(DOMAINS, "subtree", filter, entries) })
}

fn trusts(host: &Host) -> Attempt {
    let base = format!("CN=System,{DOMAIN}");
    let entry = |(partner, flat, attributes): &(&str, &str, &str)| {
        let text = |text: &str| Value::Text(text.to_owned());
        let values = vec![
            ("cn", text(partner)),
            ("trustPartner", text(partner)),
            ("flatName", text(flat)),
            ("trustDirection", text("3")),
            ("trustType", text("2")),
            ("trustAttributes", text(attributes)),
        ];
        Entry { dn: format!("CN={partner},{base}"), values }
    };
    let entries = host.trusts.iter().map(entry).collect();
    asked(
        host,
        "trusts.ldif",
        &Answer { base: &base, ..question(TRUSTS, "one-level", "(objectClass=trustedDomain)", entries) },
    )
}

fn mappings(host: &Host) -> Attempt {
    let base = format!("CN=Directory Service,CN=Windows NT,CN=Services,{CONFIGURATION}");
    let entry = Entry { dn: base.clone(), values: vec![("sPNMappings", Value::Text(MAPPINGS.to_owned()))] };
    let question = question(&["sPNMappings"], "base", "(objectClass=*)", vec![entry]);
    asked(host, "spn-mappings.ldif", &Answer { base: &base, ..question })
}

fn computer(host: &Host) -> Attempt {
    let filter = format!("(sAMAccountName={}$)", host.name);
    let found = host.directory.get(host.name).map(entry).into_iter().collect();
    let question = question(ACCOUNT, "subtree", &filter, found);
    let file = format!("computer-{}.ldif", host.name);
    asked(host, &file, &Answer { base: DOMAIN, subject: Some(host.name), ..question })
}

/// An account of a pool; an account of the server itself is not asked for.
fn account(host: &Host, name: &str) -> Option<Attempt> {
    let own = name.strip_prefix(r"CONTOSO\")?;
    let filter = format!("(sAMAccountName={own})");
    let found = host.directory.accounts().filter(|account| account.logon_name() == own).map(entry).collect();
    let question = question(ACCOUNT, "subtree", &filter, found);
    let file = format!("account-{}.ldif", name.replace('\\', "_"));
    Some(asked(host, &file, &Answer { base: DOMAIN, subject: Some(name), ..question }))
}

fn owners(host: &Host, class: &str, name: &str) -> Attempt {
    let spn = format!("{class}/{name}");
    let filter = format!("(servicePrincipalName={spn})");
    let found = host.directory.holders(&spn).into_iter().map(entry).collect();
    let question = Answer { server: CATALOG, ..question(OWNER, "subtree", &filter, found) };
    asked(host, &format!("owners-{class}-{name}.ldif"), &Answer { subject: Some(&spn), ..question })
}

fn entry(account: &Account) -> Entry {
    Entry { dn: account.dn.clone(), values: account.values() }
}

/// A question to the domain controller, from the root of what it has.
fn question<'a>(attributes: &'a [&'a str], scope: &'a str, filter: &'a str, entries: Vec<Entry>) -> Answer<'a> {
    Answer { server: SERVER, base: "", scope, filter, attributes, subject: None, clock: None, entries }
}

fn asked(host: &Host, file: &str, question: &Answer<'_>) -> Attempt {
    let scope = match question.scope {
        "subtree" => "sub",
        "one-level" => "one",
        other => other,
    };
    let (base, attributes) = (question.base.replace(' ', "%20"), question.attributes.join(","));
    let url = format!("ldap://{}/{base}?{attributes}?{scope}?{}", question.server, question.filter.replace('|', "%7C"));
    let source = Source::Query(url);
    match host.setspn {
        Access::Granted => collected(ArtifactKind::Directory, file, source, answer(question).into_bytes(), 9),
        Access::Denied => {
            let detail = "LDAP error 49: invalid credentials";
            absent(ArtifactKind::Directory, file, source, CollectionStatus::Failed(49), Some(detail))
        }
    }
}
