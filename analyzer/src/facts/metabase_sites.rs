//! What IIS 5 and 6 do with a request for a path, worked out from the metabase.
//!
//! In IIS 6 the worker process decrypts tickets, as the account of its pool. In IIS 5, and in the mode of IIS 6 that
//! works like it, inetinfo.exe does, as the machine, whatever else runs.

use std::collections::BTreeSet;

use crate::artifacts::iis_config::Binding;
use crate::artifacts::metabase::{KeyPath, Property};
use crate::evidence::gap::NotKnown;
use crate::evidence::place::{Cited, Evidence};
use crate::facts::iis::{Iis, PathFacts, PoolFacts, PoolIdentity, SiteFacts, WebService};
use crate::facts::metabase::{Held, Node, Tree, WEB_SERVICE, need};
use crate::facts::sign_in::{AuthProvider, Origin, PROVIDERS, Setting, SignIn};
use crate::facts::web_configs::AppConfig;

/// Paths of one site that are looked at; a site has some dozens.
const PATHS: usize = 1_000;
/// Bindings of one site that are looked at.
const BINDINGS: usize = 1_000;
/// Sites that are looked at; a server of a hosting provider has some thousands.
const SITES: usize = 5_000;
/// Paths times bindings of all sites that are looked at.
const URLS: usize = 20_000;

/// The bits of `AuthFlags`, and the properties that show one of them alone.
const FLAGS: [(&str, u32); 5] =
    [("authanonymous", 1), ("authbasic", 2), ("authntlm", 4), ("authmd5", 16), ("authpassport", 64)];
const ANONYMOUS: u32 = 1;
const INTEGRATED: u32 = 4;
/// Basic, digest and Passport.
const OTHER_WAYS: [u32; 3] = [2, 16, 64];

/// The properties that make a key a path with settings of its own.
const SETTINGS: [&str; 7] =
    ["authflags", "authntlm", "authanonymous", "authbasic", "authmd5", "ntauthenticationproviders", "apppoolid"];

/// How IIS works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// IIS 6: worker processes decrypt.
    WorkerProcess,
    /// IIS 5, or IIS 6 in IIS 5 isolation mode: inetinfo.exe decrypts.
    Inetinfo,
}

/// The sites of a host of this name, and what is not known about them. `version` is that of Windows.
pub fn effective(tree: &Tree<'_>, version: Option<&str>, host: &str) -> (Iis, Option<NotKnown>) {
    let mut working = Working { tree, host, mode: Mode::Inetinfo, isolated_at: None, generation: 6, open: Vec::new() };
    working.generation = working.generation(version);
    (working.mode, working.isolated_at) = working.mode();
    let providers = working.own(WEB_SERVICE, "ntauthenticationproviders");
    let providers = providers.map(|property| Cited::new(property.value.clone(), property.at));
    let service = Some(WebService { generation: working.generation, providers });
    let mut iis = Iis { config: tree.artifact, sites: Vec::new(), is_cut: false, service };
    if !tree.lists_children_of(WEB_SERVICE) {
        working.open.push(need(WEB_SERVICE));
    }
    let numbers: Vec<_> = tree.below(WEB_SERVICE).filter(|(path, _)| is_site(path)).collect();
    iis.is_cut = numbers.len() > SITES;
    let mut urls = 0_usize;
    let mut names = BTreeSet::new();
    for (path, node) in numbers.into_iter().take(SITES) {
        let site = working.site(path, node, &mut names, &mut iis.is_cut);
        urls = urls.saturating_add(site.paths.len().saturating_mul(site.bindings.len()));
        if urls > URLS {
            iis.is_cut = true;
            break;
        }
        iis.sites.push(site);
    }
    let mut open = working.open;
    if iis.is_cut {
        open.push(NotKnown::until("a metabase with fewer sites: this one is over the limit"));
    }
    (iis, open.into_iter().reduce(NotKnown::and))
}

fn is_site(path: &str) -> bool {
    let number = path.strip_prefix(WEB_SERVICE).and_then(|rest| rest.strip_prefix('/'));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

struct Working<'a> {
    tree: &'a Tree<'a>,
    host: &'a str,
    mode: Mode,
    /// Where IIS 5 isolation mode is switched on.
    isolated_at: Option<Evidence>,
    /// 5 or 6.
    generation: u32,
    /// What is not known.
    open: Vec<NotKnown>,
}

impl<'a> Working<'a> {
    /// A property that holds for a key; what is not known is kept, and nothing is assumed in its place.
    fn held(&mut self, path: &str, name: &str) -> Option<&'a Property> {
        self.set(self.tree.held(path, name))
    }

    /// A property of a key itself.
    fn own(&mut self, path: &str, name: &str) -> Option<&'a Property> {
        self.set(self.tree.own(path, name))
    }

    fn set(&mut self, held: Result<Held<'a>, NotKnown>) -> Option<&'a Property> {
        match held {
            Ok(Held::Set(property)) => Some(property),
            Ok(Held::NotSet) => None,
            Err(not_known) => {
                self.open.push(not_known);
                None
            }
        }
    }

    /// The file is one of IIS 6, and so are application pools; otherwise Windows tells by its version.
    fn generation(&mut self, version: Option<&str>) -> u32 {
        if self.tree.has_file || self.tree.node("w3svc/apppools").is_some() {
            return 6;
        }
        let of_version = version.map(|version| if version.starts_with("5.2") { 6 } else { 5 });
        of_version.unwrap_or_else(|| {
            if !self.tree.lists_children_of(WEB_SERVICE) {
                self.open.push(NotKnown::until("systeminfo"));
            }
            5
        })
    }

    fn mode(&mut self) -> (Mode, Option<Evidence>) {
        if self.generation < 6 {
            return (Mode::Inetinfo, None);
        }
        let isolation = self.own(WEB_SERVICE, "iis5isolationmodeenabled").filter(|property| is_true(&property.value));
        let mode = if isolation.is_some() { Mode::Inetinfo } else { Mode::WorkerProcess };
        (mode, isolation.map(|property| property.at))
    }

    fn site(&mut self, path: &str, node: &Node<'a>, names: &mut BTreeSet<String>, is_cut: &mut bool) -> SiteFacts {
        let comment = self.own(path, "servercomment").map(|property| property.value.trim().to_owned());
        let mut name = comment.filter(|name| !name.is_empty()).unwrap_or_else(|| node.title.to_owned());
        // Nothing keeps an administrator from giving two sites the same description.
        if !names.insert(name.to_lowercase()) {
            name = format!("{name} ({path})");
            names.insert(name.to_lowercase());
        }
        let mut bindings = self.bindings(path, "serverbindings", "http");
        bindings.extend(self.bindings(path, "securebindings", "https"));
        *is_cut |= bindings.len() > BINDINGS;
        bindings.truncate(BINDINGS);
        let root = format!("{path}/root");
        let paths = self.paths(&root, is_cut);
        let paths = paths.into_iter().map(|(key, title)| self.path(&key, title, node.at)).collect();
        let id = path.rsplit('/').next().and_then(|number| number.parse().ok());
        SiteFacts { name, id, at: node.at, bindings, paths, node: Some(path.to_owned()) }
    }

    /// Bindings are written as `address:port:host`, several of them with spaces between.
    fn bindings(&mut self, path: &str, property: &str, protocol: &str) -> Vec<Binding> {
        let Some(property) = self.own(path, property) else { return Vec::new() };
        let binding = |written: &str| {
            let mut parts = written.splitn(3, ':');
            let (_, port, host) = (parts.next()?, parts.next()?, parts.next()?);
            let (protocol, host) = (protocol.to_owned(), host.to_owned());
            Some(Binding { at: property.at, protocol, port: port.parse().ok()?, host })
        };
        property.value.split_whitespace().filter_map(binding).collect()
    }

    /// The root, the applications, and the folders with settings of their own: each with its key and its path in URLs.
    fn paths(&mut self, root: &str, is_cut: &mut bool) -> Vec<(String, String)> {
        let mut paths = vec![(root.to_owned(), "/".to_owned())];
        if !self.tree.lists_children_of(root) {
            self.open.push(need(root));
        }
        for (path, node) in self.tree.below(root) {
            let is_application = node.property("approot").is_some_and(|at| KeyPath::new(&at.value).key() == path);
            if is_application || node.has_any(&SETTINGS) {
                // The same number of characters, in the case in which it is written.
                let title = node.title.get(root.len()..).filter(|title| title.starts_with('/'));
                paths
                    .push((path.to_owned(), title.unwrap_or_else(|| path.get(root.len()..).unwrap_or("/")).to_owned()));
            }
            if paths.len() > PATHS {
                *is_cut = true;
                break;
            }
        }
        paths
    }

    fn path(&mut self, key: &str, path: String, site: Evidence) -> PathFacts {
        let at = self.tree.node(key).map_or(site, |node| node.at);
        let pool = self.pool(key, at);
        PathFacts {
            sign_in: self.sign_in(key, at, pool.at),
            pool,
            may_be_overridden: None,
            refused: None,
            web_config: AppConfig::NotRead,
            path,
        }
    }

    fn sign_in(&mut self, key: &str, at: Evidence, pool: Evidence) -> SignIn {
        let never = Setting { value: false, at: pool, origin: Origin::Default };
        let (providers, providers_at) = self.providers(key, at);
        let (windows, stated_for_path) = self.flag(key, INTEGRATED, at);
        let others = OTHER_WAYS.map(|bit| self.flag(key, bit, at).0.value);
        SignIn {
            windows,
            kernel_mode: never,
            pool_credentials: never,
            providers,
            providers_at,
            anonymous: self.flag(key, ANONYMOUS, at).0,
            protection: None,
            other_way: others.contains(&true),
            single_request: self.single_request(key, pool),
            stated_for_path,
        }
    }

    /// Whether every request signs in anew. A dump leaves the value out where it is the default, which is off.
    fn single_request(&self, key: &str, at: Evidence) -> Setting<bool> {
        match self.tree.held(key, "authpersistsinglerequest") {
            Ok(Held::Set(property)) => {
                Setting { value: is_true(&property.value), at: property.at, origin: Origin::Stated }
            }
            _ => Setting { value: false, at, origin: Origin::Default },
        }
    }

    /// One bit of `AuthFlags` as it holds for a key, and whether a key below the service states it. Where it is stated
    /// nowhere, IIS lets anonymous requests in and offers nothing else.
    fn flag(&mut self, key: &str, bit: u32, at: Evidence) -> (Setting<bool>, bool) {
        let view = FLAGS.iter().find(|(_, known)| *known == bit).map_or("", |(name, _)| *name);
        let shown = match self.tree.held(key, view) {
            Ok(Held::Set(property)) => Some((is_true(&property.value), property.at)),
            _ => None,
        };
        let stated = match self.tree.held(key, "authflags") {
            Ok(Held::Set(property)) => {
                let stated = flags(&property.value).map(|flags| (flags & bit != 0, property.at));
                if stated.is_none() {
                    self.open.push(NotKnown::naming("cscript adsutil.vbs get", &format!("{key}/AuthFlags")));
                }
                stated
            }
            Ok(Held::NotSet) => shown,
            Err(not_known) => {
                self.open.extend(shown.is_none().then_some(not_known));
                shown
            }
        };
        let Some((value, at)) = stated else {
            return (Setting { value: bit == ANONYMOUS, at, origin: Origin::Default }, false);
        };
        let service = self.tree.node(WEB_SERVICE);
        let of_service = |name: &&str| service.and_then(|node| node.property(name)).is_some_and(|set| set.at == at);
        let stated_for_path = !["authflags", view].iter().any(of_service);
        (Setting { value, at, origin: Origin::Stated }, stated_for_path)
    }

    /// The list is one text with commas, and no spaces: with a space, a name is another name. IIS 6 comes without a
    /// list, and offers Negotiate and NTLM then; IIS 5 comes with one.
    fn providers(&mut self, key: &str, at: Evidence) -> (Vec<Cited<AuthProvider>>, Evidence) {
        let Some(property) = self.held(key, "ntauthenticationproviders") else {
            if self.generation < 6 {
                self.open.push(need(WEB_SERVICE));
            }
            let default = [AuthProvider::Negotiate, AuthProvider::Ntlm];
            return (default.map(|provider| Cited::new(provider, at)).into(), at);
        };
        let names = property.value.split(',').filter(|name| !name.trim().is_empty());
        let names = names.take(PROVIDERS);
        (names.map(|name| Cited::new(AuthProvider::parse(name), property.at)).collect(), property.at)
    }

    fn pool(&mut self, key: &str, at: Evidence) -> PoolFacts {
        if self.mode == Mode::Inetinfo {
            let at = self.isolated_at.unwrap_or(at);
            return PoolFacts { name: "inetinfo.exe".to_owned(), identity: PoolIdentity::Machine("LocalSystem"), at };
        }
        let stated = self.held(key, "apppoolid");
        let name = stated.map_or("DefaultAppPool", |property| property.value.as_str());
        let at = stated.map_or(at, |property| property.at);
        let pool = format!("w3svc/apppools/{}", name.to_lowercase());
        let Some(node) = self.tree.node(&pool) else {
            if !self.tree.lists_children_of("w3svc/apppools") {
                self.open.push(need(&pool));
            }
            let identity = PoolIdentity::Unclear(format!("no pool of the name {name}"));
            return PoolFacts { name: name.to_owned(), identity, at };
        };
        let kind = self.held(&pool, "apppoolidentitytype");
        // The service has a WAMUserName too, that of IIS 5; it is none of a pool.
        let user = self.own(&pool, "wamusername").map(|property| property.value.as_str());
        PoolFacts {
            name: name.to_owned(),
            identity: PoolIdentity::named(kind.map_or("NetworkService", |property| &property.value), user, self.host),
            at: kind.map_or(node.at, |property| property.at),
        }
    }
}

fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true") || value == "1" || value == "-1"
}

/// `AuthFlags` as a number, or in words: `AuthAnonymous | AuthNTLM`.
fn flags(value: &str) -> Option<u32> {
    if let Ok(number) = value.trim().parse() {
        return Some(number);
    }
    value.split('|').try_fold(0, |flags, word| {
        let word = word.trim().to_lowercase();
        let bit = FLAGS.iter().find(|(name, _)| *name == word).map(|(_, bit)| *bit)?;
        Some(flags | bit)
    })
}

#[cfg(test)]
mod tests {
    use kerbscope_shared::kind::ArtifactKind;

    use super::*;
    use crate::artifacts::contents::ReadArtifact;
    use crate::facts::metabase::tests::read;

    const FILE: &str = r#"<configuration xmlns="urn:microsoft-catalog:XML_Metabase_V64_0"><MBProperty>
<IIsWebService Location="/LM/W3SVC"
AuthFlags="AuthAnonymous"
AppPoolId="DefaultAppPool"
WAMUserName="IWAM_WEB03"
NTAuthenticationProviders="NTLM"/>
<IIsWebServer Location="/LM/W3SVC/1" ServerComment="Portal" ServerBindings=":80:www.contoso.com
 :8080:" SecureBindings=":443:"/>
<IIsWebVirtualDir Location="/LM/W3SVC/1/ROOT" AppRoot="/LM/W3SVC/1/ROOT"
AuthFlags="AuthNTLM | AuthBasic"
NTAuthenticationProviders="Negotiate,NTLM"/>
<IIsWebVirtualDir Location="/LM/W3SVC/1/ROOT/App" AppRoot="/LM/W3SVC/1/Root/App"
AppPoolId="Own"/>
<IIsWebDirectory Location="/LM/W3SVC/1/ROOT/images" AccessFlags="AccessRead"/>
<IIsWebServer Location="/LM/W3SVC/7" ServerComment="portal"/>
<IIsApplicationPools Location="/LM/W3SVC/AppPools"/>
<IIsApplicationPool Location="/LM/W3SVC/AppPools/DefaultAppPool"/>
<IIsApplicationPool Location="/LM/W3SVC/AppPools/Own"
AppPoolIdentityType="3"
WAMUserName="CONTOSO\svc-web"/>
</MBProperty></configuration>"#;

    fn of(kind: ArtifactKind, source: Option<&str>, text: &str, version: Option<&str>) -> (Iis, Option<NotKnown>) {
        let artifacts = [read(kind, source, text)];
        let tree_of: Vec<&ReadArtifact> = artifacts.iter().collect();
        effective(&Tree::of(&tree_of).expect("is a metabase"), version, "WEB03")
    }

    fn file(text: &str) -> Iis {
        let (iis, open) = of(ArtifactKind::Metabase, None, text, None);
        assert_eq!(open, None);
        iis
    }

    fn words(path: &PathFacts) -> String {
        let sign_in = &path.sign_in;
        format!(
            "{} windows={} anonymous={} other={} [{}] {} {}",
            path.path,
            sign_in.windows.value,
            sign_in.anonymous.value,
            sign_in.other_way,
            sign_in.provider_names().join(" "),
            path.pool.name,
            path.pool.identity
        )
    }

    #[test]
    fn sites_paths_and_pools_of_iis_6() {
        let iis = file(FILE);
        let names: Vec<_> = iis.sites.iter().map(|site| (site.name.as_str(), site.node.as_deref())).collect();
        assert_eq!(names, [("Portal", Some("w3svc/1")), ("portal (w3svc/7)", Some("w3svc/7"))]);
        let bindings: Vec<_> =
            iis.sites[0].bindings.iter().map(|b| format!("{} {} {}", b.protocol, b.port, b.host)).collect();
        assert_eq!(bindings, ["http 80 www.contoso.com", "http 8080 ", "https 443 "]);
        let paths: Vec<_> = iis.sites[0].paths.iter().map(words).collect();
        let expected = [
            "/ windows=true anonymous=false other=true [Negotiate NTLM] DefaultAppPool NetworkService",
            r"/App windows=true anonymous=false other=true [Negotiate NTLM] Own CONTOSO\svc-web",
        ];
        assert_eq!(paths, expected);
        assert_eq!(
            words(&iis.sites[1].paths[0]),
            "/ windows=false anonymous=true other=false [NTLM] DefaultAppPool NetworkService"
        );
    }

    #[test]
    fn every_setting_points_at_the_line_that_states_it() {
        let iis = file(FILE);
        let (root, app) = (&iis.sites[0].paths[0], &iis.sites[0].paths[1]);
        let line = |number| tree_line(number);
        assert_eq!((root.sign_in.windows.at, root.sign_in.providers_at), (line(10), line(11)));
        assert_eq!((root.pool.at, app.pool.at), (line(17), line(19)));
        assert_eq!((app.sign_in.kernel_mode.value, app.sign_in.kernel_mode.at), (false, app.pool.at));
        assert_eq!((root.sign_in.stated_for_path, iis.sites[1].paths[0].sign_in.stated_for_path), (true, false));
        assert_eq!(iis.sites[1].paths[0].sign_in.providers_at, line(6));
    }

    fn tree_line(number: u32) -> Evidence {
        crate::evidence::place::ArtifactId(0).line(number)
    }

    #[test]
    fn without_a_list_iis_6_offers_both() {
        let text = FILE.replace("\nNTAuthenticationProviders=\"Negotiate,NTLM\"", "");
        let text = text.replace("\nNTAuthenticationProviders=\"NTLM\"", "");
        let root = &file(&text).sites[0].paths[0];
        assert_eq!(root.sign_in.provider_names(), ["Negotiate", "NTLM"]);
        assert_eq!(root.sign_in.providers_at, tree_line(8));
    }

    #[test]
    fn a_space_in_the_list_makes_another_name() {
        let iis = file(&FILE.replace("Negotiate,NTLM", "Negotiate, NTLM"));
        assert_eq!(iis.sites[0].paths[0].sign_in.provider_names(), ["Negotiate", " NTLM"]);
    }

    #[test]
    fn every_kind_of_pool() {
        for (kind, identity) in [
            ("0", "LocalSystem"),
            ("1", "LocalService"),
            ("2", "NetworkService"),
            ("3", r"CONTOSO\svc-web"),
            ("9", "9"),
        ] {
            let text = FILE.replace("AppPoolIdentityType=\"3\"", &format!("AppPoolIdentityType=\"{kind}\""));
            assert_eq!(file(&text).sites[0].paths[1].pool.identity.to_string(), identity);
        }
        let text = FILE.replace("WAMUserName=\"CONTOSO\\svc-web\"", "");
        let identity = file(&text).sites[0].paths[1].pool.identity.to_string();
        assert_eq!(identity, "SpecificUser without a user name", "the account of IIS 5 is none of a pool");
        let text = FILE.replace("AppPoolId=\"Own\"", "AppPoolId=\"Gone\"");
        assert_eq!(file(&text).sites[0].paths[1].pool.identity.to_string(), "no pool of the name Gone");
    }

    #[test]
    fn in_isolation_mode_the_machine_decrypts() {
        let text = FILE.replace("AuthFlags=\"AuthAnonymous\"", "IIs5IsolationModeEnabled=\"TRUE\"");
        let (iis, _) = of(ArtifactKind::Metabase, None, &text, None);
        let pool = &iis.sites[0].paths[1].pool;
        assert_eq!((pool.identity.to_string().as_str(), pool.at), ("LocalSystem", tree_line(3)));
    }

    const SERVICE: &str = "[/W3SVC]\nKeyType : (STRING) \"IIsWebService\"\nAuthFlags : (INTEGER) 1\n\
        NTAuthenticationProviders : (STRING) \"Negotiate,NTLM\"\n";
    const SITE: &str = "[/W3SVC/1]\nKeyType : (STRING) \"IIsWebServer\"\nServerBindings : (LIST) (1 Items)\n  \":80:\"\n\
        [/W3SVC/1/ROOT]\nKeyType : (STRING) \"IIsWebVirtualDir\"\nAuthFlags : (INTEGER) 5\n";

    #[test]
    fn in_iis_5_the_machine_decrypts_and_the_list_is_never_a_default() {
        let listing = format!("{SERVICE}{SITE}");
        let source = Some("IIS://LocalHost/W3SVC");
        let (iis, open) = of(ArtifactKind::Adsutil, source, &listing, Some("5.0.2195"));
        let path = "/ windows=true anonymous=true other=false [Negotiate NTLM] inetinfo.exe LocalSystem";
        assert_eq!((words(&iis.sites[0].paths[0]).as_str(), open), (path, None));
        assert_eq!(iis.sites[0].name, "W3SVC/1");
        let listing = listing.replace("NTAuthenticationProviders", "Realm");
        let (_, open) = of(ArtifactKind::Adsutil, source, &listing, Some("5.0.2195"));
        assert_eq!(open, Some(need(WEB_SERVICE)));
        let (_, open) = of(ArtifactKind::Adsutil, source, &listing, Some("5.2.3790"));
        assert_eq!(open.map(|open| open.to_string()), None, "IIS 6 has a default");
    }

    #[test]
    fn what_nobody_listed_is_needed() {
        let check = |text: &str, expected: &[&str]| {
            let (_, open) = of(ArtifactKind::Adsutil, None, text, Some("5.2.3790"));
            let needs: Vec<_> = open.iter().flat_map(|open| &open.needs).map(|need| need.as_str().to_owned()).collect();
            assert_eq!(needs, expected);
        };
        check(SITE, &["cscript adsutil.vbs enum w3svc", "cscript adsutil.vbs enum w3svc/apppools/defaultapppool"]);
        let get = "adsutil.vbs get w3svc/1/ServerComment\nServerComment : (STRING) \"A\"\n";
        let needs = ["w3svc", "w3svc/1", "w3svc/1/root", "w3svc/apppools/defaultapppool"];
        check(get, &needs.map(|path| format!("cscript adsutil.vbs enum {path}")).each_ref().map(String::as_str));
        let whole = format!(
            "{SERVICE}[/W3SVC/AppPools]\nKeyType : (STRING) \"x\"\n[/W3SVC/AppPools/DefaultAppPool]\nKeyType : (STRING) \"y\"\n{SITE}"
        );
        check(&whole, &[]);
    }

    #[test]
    fn flags_in_words_and_numbers() {
        for (text, expected) in
            [("5", Some(5)), ("AuthAnonymous | AuthNTLM", Some(5)), ("AuthMD5", Some(16)), ("0", Some(0)), ("x", None)]
        {
            assert_eq!(flags(text), expected, "{text}");
        }
        let (_, open) = of(ArtifactKind::Metabase, None, &FILE.replace("AuthNTLM | AuthBasic", "AuthX"), None);
        assert!(open.is_some_and(|open| open.to_string().contains("adsutil.vbs get w3svc/1/root/AuthFlags")));
    }
}
