//! `applicationHost.config`: the configuration of IIS 7 and later, with secrets already taken out.

use crate::iis::{Authentication, Identity, Pool, Site};

use super::page::Page;

/// What stands where a secret stood.
pub const REDACTED: &str = "[REDACTED]";

/// The parts that every installation has, in front of the application pools.
const HEAD: &str = include_str!("application_host_head.xml");
/// The parts that every installation has, behind the sites.
const TAIL: &str = include_str!("application_host_tail.xml");

/// The whole file.
pub fn file(pools: &[Pool], sites: &[Site]) -> String {
    let mut page = Page::default();
    HEAD.lines().for_each(|line| page.line(line));
    application_pools(&mut page, pools);
    page.gap();
    page.line("        <customMetadata />");
    page.gap();
    page.line("        <listenerAdapters>");
    page.line(r#"            <add name="http" />"#);
    page.line("        </listenerAdapters>");
    page.gap();
    page.line("        <log>");
    page.line(r#"            <centralBinaryLogFile enabled="true" directory="%SystemDrive%\inetpub\logs\LogFiles" />"#);
    page.line(r#"            <centralW3CLogFile enabled="true" directory="%SystemDrive%\inetpub\logs\LogFiles" />"#);
    page.line("        </log>");
    page.gap();
    sites_section(&mut page, sites);
    page.gap();
    page.line("        <webLimits />");
    page.gap();
    page.line("    </system.applicationHost>");
    page.gap();
    TAIL.lines().for_each(|line| page.line(line));
    for site in sites {
        location(&mut page, &site.name, &site.authentication);
        for (folder, authentication) in &site.folders {
            location(&mut page, &format!("{}/{folder}", site.name), authentication);
        }
    }
    page.gap();
    page.line("</configuration>");
    page.text()
}

fn application_pools(page: &mut Page, pools: &[Pool]) {
    page.line("        <applicationPools>");
    for pool in pools {
        let name = &pool.name;
        match &pool.identity {
            Identity::ApplicationPool => page.line(format_args!(r#"            <add name="{name}" />"#)),
            Identity::Specific(user) => {
                page.line(format_args!(r#"            <add name="{name}" managedRuntimeVersion="v4.0">"#));
                page.line(format_args!(
                    r#"                <processModel identityType="SpecificUser" userName="{user}" password="{REDACTED}" />"#
                ));
                page.line("            </add>");
            }
        }
    }
    page.line(r#"            <applicationPoolDefaults managedRuntimeVersion="v4.0">"#);
    page.line(
        r#"                <processModel identityType="ApplicationPoolIdentity" loadUserProfile="true" setProfileEnvironment="false" />"#,
    );
    page.line("            </applicationPoolDefaults>");
    page.line("        </applicationPools>");
}

fn sites_section(page: &mut Page, sites: &[Site]) {
    page.line("        <sites>");
    for (number, site) in (1..).zip(sites) {
        one_site(page, number, site);
    }
    page.line("            <siteDefaults>");
    page.line(r#"                <logFile logFormat="W3C" directory="%SystemDrive%\inetpub\logs\LogFiles" />"#);
    page.line(
        r#"                <traceFailedRequestsLogging directory="%SystemDrive%\inetpub\logs\FailedReqLogFiles" />"#,
    );
    page.line("            </siteDefaults>");
    page.line(r#"            <applicationDefaults applicationPool="DefaultAppPool" />"#);
    page.line(r#"            <virtualDirectoryDefaults allowSubDirConfig="true" />"#);
    page.line("        </sites>");
}

fn one_site(page: &mut Page, number: u32, site: &Site) {
    let header = site.host_header.as_deref().unwrap_or_default();
    let port = site.port;
    page.line(format_args!(r#"            <site name="{}" id="{number}">"#, site.name));
    page.line(format_args!(r#"                <application path="/" applicationPool="{}">"#, site.pool));
    page.line(format_args!(
        r#"                    <virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\{}" />"#,
        site.folder()
    ));
    page.line("                </application>");
    page.line("                <bindings>");
    page.line(format_args!(
        r#"                    <binding protocol="http" bindingInformation="*:{port}:{header}" />"#
    ));
    page.line("                </bindings>");
    page.line("            </site>");
}

fn location(page: &mut Page, site: &str, authentication: &Authentication) {
    page.gap();
    page.line(format_args!(r#"    <location path="{site}">"#));
    page.line("        <system.webServer>");
    page.line("            <security>");
    page.line("                <authentication>");
    let anonymous = authentication.anonymous.value();
    page.line(format_args!(r#"                    <anonymousAuthentication enabled="{anonymous}" />"#));
    page.line(r#"                    <basicAuthentication enabled="false" />"#);
    page.line(r#"                    <digestAuthentication enabled="false" />"#);
    windows(page, authentication);
    page.line("                </authentication>");
    page.line("            </security>");
    page.line("        </system.webServer>");
    page.line("    </location>");
}

fn windows(page: &mut Page, authentication: &Authentication) {
    let enabled = authentication.windows.value();
    let attribute = |name: &str, value: Option<bool>| value.map(|value| format!(r#" {name}="{value}""#));
    let kernel_mode = attribute("useKernelMode", authentication.use_kernel_mode).unwrap_or_default();
    let credentials = attribute("useAppPoolCredentials", authentication.use_app_pool_credentials).unwrap_or_default();
    let single = attribute("authPersistSingleRequest", authentication.single_request).unwrap_or_default();
    let start =
        format!(r#"                    <windowsAuthentication enabled="{enabled}"{kernel_mode}{credentials}{single}"#);
    if authentication.providers.is_none() && authentication.token_checking.is_none() {
        return page.line(format_args!("{start} />"));
    }
    page.line(format_args!("{start}>"));
    if let Some(checking) = authentication.token_checking {
        page.line(format_args!(r#"                        <extendedProtection tokenChecking="{checking}" />"#));
    }
    if let Some(providers) = &authentication.providers {
        list(page, providers);
    }
    page.line("                    </windowsAuthentication>");
}

fn list(page: &mut Page, providers: &[&str]) {
    page.line("                        <providers>");
    page.line("                            <clear />");
    for provider in providers {
        page.line(format_args!(r#"                            <add value="{provider}" />"#));
    }
    page.line("                        </providers>");
}

#[cfg(test)]
mod tests {
    use crate::scenarios::hosts;

    use super::*;

    /// Every element that is opened is closed by its own name, in order.
    #[test]
    fn the_file_is_well_formed() {
        let host = hosts::healthy().authentication("Intranet", |intranet| intranet.providers = Some(vec!["NTLM"]));
        let text = file(&host.pools, &host.sites);
        let mut open = Vec::new();
        for tag in text.split('<').skip(2).map(|rest| rest.split('>').next().unwrap()) {
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{tag}");
            } else if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert_eq!(open, [""; 0]);
    }

    #[test]
    fn a_list_of_providers_replaces_the_inherited_one() {
        let host = hosts::healthy().authentication("Intranet", |intranet| intranet.providers = Some(vec!["NTLM"]));
        let text = file(&host.pools, &host.sites);
        let location = text.split(r#"<location path="Intranet">"#).nth(1).unwrap();
        let words: String = location.split_whitespace().collect();
        assert!(words.contains(r#"<providers><clear/><addvalue="NTLM"/></providers>"#), "{location}");
    }

    #[test]
    fn no_secret_is_left() {
        let host = hosts::healthy();
        let text = file(&host.pools, &host.sites);
        for attribute in ["password=", "sessionKey="] {
            assert!(text.split(attribute).skip(1).all(|rest| rest.starts_with("\"[REDACTED]\"")), "{attribute}");
        }
    }
}
