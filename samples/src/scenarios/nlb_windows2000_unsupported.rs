//! Two servers with Windows 2000 answer to one name behind network load balancing.

use super::Scenario;
use super::hosts::healthy_iis5;
use crate::collect_legacy::{self, OldWindows};
use crate::directory::Class;
use crate::host::Host;

const NAME: &str = "shop.contoso.com";

/// The story.
pub fn scenario() -> Scenario {
    // The address of the name is one that every node has.
    let mut first = healthy_iis5().address_of(NAME, "10.0.0.20");
    let web02 = ["HOST/WEB02", "HOST/web02.contoso.com"];
    first.directory.account("WEB02", 1119, Class::Computer, "OU=Servers", &web02);
    for site in &mut first.sites {
        site.host_header = Some(NAME.to_owned());
    }
    let second = Host { name: "WEB02", named_accounts: vec!["WEB01$"], ..first.clone() };
    let bundle = |host: &Host| collect_legacy::bundle(host, OldWindows::Windows2000, Some("Negotiate,NTLM"));
    let name = "nlb-windows2000-unsupported";
    Scenario {
        name,
        title: "Two servers with Windows 2000 share a name",
        bundles: vec![(name.to_owned(), bundle(&first)), (format!("{name}-2"), bundle(&second))],
        expected: Some(name),
        latent: None,
    }
}
