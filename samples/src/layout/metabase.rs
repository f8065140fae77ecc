//! The metabase of IIS 5 and 6: as the file `MetaBase.xml`, and as a listing in the form of `adsutil.vbs`.

use crate::iis::{Authentication, Identity, Pool, Site, Switch};

use super::application_host::REDACTED;
use super::page::Page;

/// A property with its value: text, a number, or a list.
enum Value {
    Text(String),
    Number(u32),
    List(Vec<String>),
}

/// A key with its type and its properties.
struct Key {
    path: String,
    class: &'static str,
    properties: Vec<(&'static str, Value)>,
}

/// The file. `providers` is what the service states, and sites inherit.
pub fn file(pools: &[Pool], sites: &[Site], providers: Option<&str>) -> String {
    let mut page = Page::default();
    page.line(r#"<?xml version ="1.0"?>"#);
    page.line(r#"<configuration xmlns="urn:microsoft-catalog:XML_Metabase_V64_0">"#);
    page.line("<MBProperty>");
    page.line("<IIS_Global\tLocation =\".\"");
    page.line(format_args!("\t\tSessionKey=\"{REDACTED}\""));
    page.line("\t>");
    page.line("</IIS_Global>");
    for key in keys(pools, sites, providers) {
        page.line(format_args!("<{}\tLocation =\"/LM/{}\"", key.class, key.path));
        for (name, value) in &key.properties {
            page.line(format_args!("\t\t{name}=\"{}\"", in_file(name, value)));
        }
        page.line("\t>");
        page.line(format_args!("</{}>", key.class));
    }
    page.line("</MBProperty>");
    page.line("</configuration>");
    page.text()
}

/// The listing, without what is secret.
pub fn listing(pools: &[Pool], sites: &[Site], providers: Option<&str>) -> String {
    let mut page = Page::default();
    for key in keys(pools, sites, providers) {
        page.line(format_args!("[/{}]", key.path));
        page.line(format_args!("{:32}: (STRING) \"{}\"", "KeyType", key.class));
        for (name, value) in key.properties.iter().filter(|(name, _)| !name.ends_with("Pass")) {
            in_listing(&mut page, name, value);
        }
        page.gap();
    }
    page.text()
}

fn in_file(name: &str, value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(flags) if name == "AuthFlags" => {
            let names = [(1, "AuthAnonymous"), (4, "AuthNTLM")];
            let set: Vec<_> = names.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect();
            if set.is_empty() { "0".to_owned() } else { set.join(" | ") }
        }
        Value::Number(number) => number.to_string(),
        Value::List(items) => items.join("\r\n\t\t\t"),
    }
}

fn in_listing(page: &mut Page, name: &str, value: &Value) {
    match value {
        Value::Text(text) => page.line(format_args!("{name:32}: (STRING) \"{text}\"")),
        Value::Number(number) => page.line(format_args!("{name:32}: (INTEGER) {number}")),
        Value::List(items) => {
            page.line(format_args!("{name:32}: (LIST) ({} Items)", items.len()));
            for item in items {
                page.line(format_args!("  \"{item}\""));
            }
        }
    }
}

fn keys(pools: &[Pool], sites: &[Site], providers: Option<&str>) -> Vec<Key> {
    let text = |text: &str| Value::Text(text.to_owned());
    let mut service = vec![("AuthFlags", Value::Number(1)), ("AnonymousUserName", text("IUSR_WEB03"))];
    service.push(("AnonymousUserPass", text(REDACTED)));
    service.extend(providers.map(|providers| ("NTAuthenticationProviders", text(providers))));
    let mut keys = vec![Key { path: "W3SVC".to_owned(), class: "IIsWebService", properties: service }];
    for (number, site) in (1..).zip(sites) {
        let header = site.host_header.as_deref().unwrap_or_default();
        let own = vec![
            ("ServerBindings", Value::List(vec![format!(":{}:{header}", site.port)])),
            ("ServerComment", text(&site.name)),
        ];
        keys.push(Key { path: format!("W3SVC/{number}"), class: "IIsWebServer", properties: own });
        let path = format!("W3SVC/{number}/ROOT");
        let mut root = vec![("AppRoot", text(&format!("/LM/{path}")))];
        root.extend((!pools.is_empty()).then(|| ("AppPoolId", text(&site.pool))));
        root.push(("AuthFlags", Value::Number(flags(&site.authentication))));
        let list = site.authentication.providers.as_ref().map(|providers| providers.join(","));
        root.extend(list.map(|list| ("NTAuthenticationProviders", Value::Text(list))));
        keys.push(Key { path, class: "IIsWebVirtualDir", properties: root });
    }
    if !pools.is_empty() {
        keys.push(Key { path: "W3SVC/AppPools".to_owned(), class: "IIsApplicationPools", properties: Vec::new() });
    }
    keys.extend(pools.iter().map(pool));
    keys
}

fn pool(pool: &Pool) -> Key {
    let properties = match &pool.identity {
        Identity::ApplicationPool => vec![("AppPoolIdentityType", Value::Number(2))],
        Identity::Specific(user) => vec![
            ("AppPoolIdentityType", Value::Number(3)),
            ("WAMUserName", Value::Text(user.clone())),
            ("WAMUserPass", Value::Text(REDACTED.to_owned())),
        ],
    };
    Key { path: format!("W3SVC/AppPools/{}", pool.name), class: "IIsApplicationPool", properties }
}

fn flags(authentication: &Authentication) -> u32 {
    let bit = |switch, bit| if switch == Switch::On { bit } else { 0 };
    bit(authentication.anonymous, 1) | bit(authentication.windows, 4)
}
