//! The names in the IIS configuration that say what to ask the directory and DNS for.

use crate::markup::{Element, Token};

/// What the configuration names. It may be hostile: nothing here is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The accounts that application pools run as, where they are accounts of their own.
    pub pool_accounts: Vec<String>,
    /// The host headers of bindings for http and https.
    pub host_headers: Vec<String>,
}

/// Reads the names; what is not where IIS expects it is passed over.
pub fn read(tokens: &[Token]) -> Names {
    let mut names = Names::default();
    let mut path: Vec<&str> = Vec::new();
    for token in tokens {
        match token {
            Token::Start(element) => {
                if element.name == "processModel" && path.contains(&"applicationPools") {
                    process_model(element, &mut names);
                }
                if element.name == "binding" && path.contains(&"sites") {
                    binding(element, &mut names);
                }
                path.push(&element.name);
            }
            Token::End => {
                path.pop();
            }
            _ => {}
        }
    }
    names
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
    if !matches!(element.attribute("protocol"), Some("http" | "https")) {
        return;
    }
    // `address:port:host`, where the address may be `[::1]`.
    let Some((_, host)) = element.attribute("bindingInformation").and_then(|all| all.rsplit_once(':')) else { return };
    // Without a host header, a site answers to the server's own names, which are asked about anyway.
    if !host.is_empty() {
        add(&mut names.host_headers, host);
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
        let expected = Names { pool_accounts: owned(pool_accounts), host_headers: owned(host_headers) };
        assert_eq!(read(&scan(text).expect("understood")), expected, "{text}");
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
}
