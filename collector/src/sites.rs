//! The names in the IIS configuration that say what to ask the server, the directory and DNS for.

use crate::markup::{Element, Token};

/// What the configuration names. It may be hostile: nothing here is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The accounts that application pools run as, where they are accounts of their own.
    pub pool_accounts: Vec<String>,
    /// The host headers of bindings for http and https.
    pub host_headers: Vec<String>,
    /// The folder of the configuration that this server shares with others.
    pub shared_folder: Option<String>,
    /// The folders of the applications.
    pub applications: Vec<Application>,
    /// The folders of the logs.
    pub site_logs: Vec<SiteLog>,
    /// Where the sites answer.
    pub bindings: Vec<Binding>,
}

/// An application of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The site.
    pub site: String,
    /// Its path in URLs, `/` for the root of the site.
    pub path: String,
    /// Its folder; variables may stand in it.
    pub folder: String,
}

impl Application {
    /// What a person calls it, as IIS writes it: `Default Web Site/hr`.
    pub fn name(&self) -> String {
        format!("{}{}", self.site, self.path.trim_end_matches('/'))
    }
}

/// Where a site keeps its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteLog {
    /// The name that IIS gives it: `W3SVC1`.
    pub name: String,
    /// Its folder; variables may stand in it.
    pub folder: String,
}

/// Where a site answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Whether it answers in TLS.
    pub secure: bool,
    /// The address it answers at; empty or `*` for all of them.
    pub address: String,
    /// The port.
    pub port: u16,
    /// The host header that it asks for; empty for none.
    pub host: String,
}

/// Where IIS keeps the logs of its sites, unless it is told otherwise.
const LOGS: &str = r"%SystemDrive%\inetpub\logs\LogFiles";

/// Reads the names; what is not where IIS expects it is passed over.
pub fn read(tokens: &[Token]) -> Names {
    let mut reader = Reader::default();
    for token in tokens {
        match token {
            Token::Start(element) => {
                reader.element(element);
                reader.path.push(&element.name);
            }
            Token::End(_) => {
                reader.path.pop();
            }
            _ => {}
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader<'a> {
    path: Vec<&'a str>,
    names: Names,
    site: String,
    application: String,
    /// The site by its number, and the folder that it names itself.
    logs: Vec<(String, Option<String>)>,
    default_logs: Option<String>,
    /// The folder of the one log that all sites share.
    central_logs: Option<String>,
    is_central: bool,
}

impl<'a> Reader<'a> {
    fn element(&mut self, element: &'a Element) {
        let parent = self.path.last().copied().unwrap_or_default();
        match (parent, element.name.as_str()) {
            (_, "processModel") if self.path.contains(&"applicationPools") => process_model(element, &mut self.names),
            (_, "binding") if self.path.contains(&"sites") => binding(element, &mut self.names),
            ("sites", "site") => self.begin_site(element),
            ("site", "application") => self.application = text(element, "path"),
            ("application", "virtualDirectory") if element.attribute("path") == Some("/") => self.folder(element),
            ("site", "logFile") => {
                if let Some((_, folder)) = self.logs.last_mut() {
                    *folder = element.attribute("directory").map(str::to_owned);
                }
            }
            ("siteDefaults", "logFile") => self.default_logs = element.attribute("directory").map(str::to_owned),
            (_, "log") => self.is_central = element.attribute("centralLogFileMode") == Some("CentralW3C"),
            ("log", "centralW3CLogFile") => self.central_logs = element.attribute("directory").map(str::to_owned),
            (_, "configurationRedirection") if element.attribute("enabled") == Some("true") => {
                self.names.shared_folder = element.attribute("path").map(str::to_owned);
            }
            _ => {}
        }
    }

    fn begin_site(&mut self, element: &Element) {
        self.site = text(element, "name");
        let number: String = text(element, "id").chars().filter(char::is_ascii_digit).collect();
        self.logs.push((number, None));
    }

    fn folder(&mut self, element: &Element) {
        let folder = text(element, "physicalPath");
        if !folder.is_empty() {
            let application = Application { site: self.site.clone(), path: self.application.clone(), folder };
            self.names.applications.push(application);
        }
    }

    fn finish(self) -> Names {
        let mut names = self.names;
        if self.is_central {
            let folder = self.central_logs.unwrap_or_else(|| LOGS.to_owned());
            names.site_logs.push(SiteLog { name: "W3SVC".to_owned(), folder: inside(&folder, "W3SVC") });
            return names;
        }
        let default = self.default_logs.unwrap_or_else(|| LOGS.to_owned());
        for (number, folder) in self.logs {
            let name = format!("W3SVC{number}");
            let folder = inside(folder.as_ref().unwrap_or(&default), &name);
            names.site_logs.push(SiteLog { name, folder });
        }
        names
    }
}

fn inside(folder: &str, name: &str) -> String {
    format!(r"{}\{name}", folder.trim_end_matches('\\'))
}

fn text(element: &Element, attribute: &str) -> String {
    element.attribute(attribute).unwrap_or_default().to_owned()
}

/// A pool without a type of its own inherits it from the defaults, so its user name counts as well.
fn process_model(element: &Element, names: &mut Names) {
    let own_account = matches!(element.attribute("identityType"), None | Some("SpecificUser" | "3"));
    let user = element.attribute("userName").unwrap_or_default();
    if own_account && !user.is_empty() {
        add(&mut names.pool_accounts, user);
    }
}

fn binding(element: &Element, names: &mut Names) {
    let secure = match element.attribute("protocol") {
        Some("http") => false,
        Some("https") => true,
        _ => return,
    };
    // `address:port:host`, where the address may be `[::1]`.
    let Some((place, host)) = element.attribute("bindingInformation").and_then(|all| all.rsplit_once(':')) else {
        return;
    };
    // Without a host header, a site answers to the server's own names, which are asked about anyway.
    if !host.is_empty() {
        add(&mut names.host_headers, host);
    }
    if let Some((address, Ok(port))) = place.rsplit_once(':').map(|(address, port)| (address, port.parse())) {
        names.bindings.push(Binding { secure, address: address.to_owned(), port, host: host.to_owned() });
    }
}

/// Adds a name unless it is there; Windows and DNS do not tell capital letters from small ones.
pub fn add(list: &mut Vec<String>, name: &str) {
    if !list.iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
        list.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::scan;

    fn check(text: &str, pool_accounts: &[&str], host_headers: &[&str]) {
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        let found = read(&scan(text).expect("understood"));
        let expected: (Vec<String>, Vec<String>) = (owned(pool_accounts), owned(host_headers));
        assert_eq!((found.pool_accounts, found.host_headers), expected, "{text}");
    }

    #[test]
    fn only_pools_with_an_account_of_their_own_name_one() {
        let pools = r#"<applicationPools>
            <add name="A"><processModel identityType="SpecificUser" userName="CONTOSO\svc-web"/></add>
            <add name="B"><processModel identityType="3" userName="contoso\SVC-WEB"/></add>
            <add name="C"><processModel identityType="NetworkService" userName="CONTOSO\old"/></add>
            <add name="D"><processModel userName="CONTOSO\gmsa$"/></add>
            <add name="E"/>
            <applicationPoolDefaults><processModel identityType="ApplicationPoolIdentity"/></applicationPoolDefaults>
        </applicationPools>"#;
        check(pools, &[r"CONTOSO\svc-web", r"CONTOSO\gmsa$"], &[]);
        check(r#"<processModel identityType="SpecificUser" userName="x"/>"#, &[], &[]);
    }

    #[test]
    fn bindings_name_hosts() {
        let site = |bindings: &str| format!("<sites><site><bindings>{bindings}</bindings></site></sites>");
        let named = site(
            r#"<binding protocol="http" bindingInformation="*:80:www.contoso.com"/>
               <binding protocol="https" bindingInformation="[::1]:443:WWW.contoso.com"/>
               <binding protocol="net.tcp" bindingInformation="808:*"/>
               <binding protocol="http" bindingInformation="nonsense"/>"#,
        );
        check(&named, &[], &["www.contoso.com"]);
        check(&site(r#"<binding protocol="http" bindingInformation="*:80:"/>"#), &[], &[]);
    }

    const SITES: &str = r#"<configuration><system.applicationHost>
        <log centralLogFileMode="Site"><centralW3CLogFile directory="D:\central"/></log>
        <sites>
          <site name="Intranet" id="1">
            <application path="/"><virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\wwwroot"/></application>
            <application path="/hr">
              <virtualDirectory path="/" physicalPath="D:\hr"/><virtualDirectory path="/files" physicalPath="D:\files"/>
            </application>
            <bindings><binding protocol="https" bindingInformation="10.0.0.5:443:hr.contoso.com"/></bindings>
            <logFile directory="E:\logs\"/>
          </site>
          <site name="Second" id="7"><bindings><binding protocol="http" bindingInformation="[::1]:8080:"/></bindings></site>
          <siteDefaults><logFile directory="F:\logs"/></siteDefaults>
        </sites></system.applicationHost></configuration>"#;

    fn names(text: &str) -> Names {
        read(&scan(text).expect("understood"))
    }

    #[test]
    fn each_application_names_its_folder() {
        let found: Vec<_> = names(SITES).applications.iter().map(|one| (one.name(), one.folder.clone())).collect();
        let expected = [("Intranet", r"%SystemDrive%\inetpub\wwwroot"), ("Intranet/hr", r"D:\hr")];
        assert_eq!(found, expected.map(|(name, folder)| (name.to_owned(), folder.to_owned())));
    }

    #[test]
    fn each_site_keeps_its_log_where_it_says_or_where_all_do() {
        let folders = |text: &str| names(text).site_logs.into_iter().map(|log| log.folder).collect::<Vec<_>>();
        assert_eq!(folders(SITES), [r"E:\logs\W3SVC1", r"F:\logs\W3SVC7"]);
        assert_eq!(folders(&SITES.replace("\"Site\"", "\"CentralW3C\"")), [r"D:\central\W3SVC"]);
        let plain = SITES.replace(r#"<siteDefaults><logFile directory="F:\logs"/></siteDefaults>"#, "");
        assert_eq!(folders(&plain).last().map(String::as_str), Some(r"%SystemDrive%\inetpub\logs\LogFiles\W3SVC7"));
    }

    #[test]
    fn bindings_say_where_a_site_answers() {
        let found: Vec<_> =
            names(SITES).bindings.into_iter().map(|one| (one.secure, one.address, one.port, one.host)).collect();
        let expected = [(true, "10.0.0.5", 443, "hr.contoso.com"), (false, "[::1]", 8080, "")];
        assert_eq!(found, expected.map(|(tls, address, port, host)| (tls, address.to_owned(), port, host.to_owned())));
    }

    #[test]
    fn a_shared_configuration_is_found_when_it_is_switched_on() {
        let text = |on: &str| {
            format!(r#"<configuration><configurationRedirection enabled="{on}" path="\\files\iis"/></configuration>"#)
        };
        assert_eq!(names(&text("true")).shared_folder.as_deref(), Some(r"\\files\iis"));
        assert_eq!(names(&text("false")).shared_folder, None);
    }
}
