//! Two servers answer to one name in turn, and only one of them uses the credentials of its pool.

use super::Scenario;
use super::hosts::healthy;
use crate::collect;
use crate::directory::Class;
use crate::host::Host;
use crate::iis::Authentication;

const HOST_SPNS: [&str; 2] = ["HOST/WEB02", "HOST/web02.contoso.com"];

/// The second server, set up from memory.
fn second(first: &Host) -> Host {
    let server = Host { name: "WEB02", address: "10.0.0.21", ..first.clone() };
    server.authentication("Intranet", |site| *site = Authentication::windows_only())
}

/// The story.
pub fn scenario() -> Scenario {
    let mut first = healthy()
        .address_of("web02.contoso.com", "10.0.0.21")
        .addresses_of("intranet.contoso.com", &["10.0.0.20", "10.0.0.21"]);
    first.directory.account("WEB02", 1119, Class::Computer, "OU=Servers", &HOST_SPNS);
    let second = second(&first);
    let name = "farm-nodes-inconsistent";
    let bundles = [(name, &first), ("farm-nodes-inconsistent-second", &second)];
    let bundles = bundles.map(|(name, host)| (name.to_owned(), collect::bundle(host)));
    Scenario {
        bundles: bundles.to_vec(),
        ..Scenario::of_rule(name, "One of two servers decrypts with another key than the other", &[])
    }
}
