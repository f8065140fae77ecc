//! A site of IIS 6 is reached under the name of a server cluster, for which the cluster made no account.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::manifest::Source;

use super::Scenario;
use super::hosts::healthy_iis6;
use crate::collect::collected;
use crate::collect_legacy::{self, OldWindows};
use crate::layout::registry;

const RESOURCE: &str = r"HKEY_LOCAL_MACHINE\Cluster\Resources\5e2c7f0a-91d4-4c38-8f6b-2a7d10c4b9e3";

/// The resources of the cluster, as `reg export` writes them.
fn cluster() -> String {
    let parameters = format!(r"{RESOURCE}\Parameters");
    registry::file(&[
        (r"HKEY_LOCAL_MACHINE\Cluster\Resources", vec![]),
        (RESOURCE, vec![("Type", Some("\"Network Name\"")), ("Name", Some("\"Shop Name\""))]),
        (&parameters, vec![("Name", Some("\"SHOP\""))]),
    ])
}

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy_iis6().address_of("shop.contoso.com", "10.0.0.20");
    server.sites.truncate(1);
    server.pools.truncate(1);
    server.sites.iter_mut().for_each(|site| site.host_header = Some("shop.contoso.com".to_owned()));
    let name = "cluster-name-kerberos-off";
    let title = "The cluster made no account for its name SHOP";
    let told = Scenario::of_old_windows(name, title, &server, OldWindows::Server2003, None);
    let source = Source::Key(r"HKLM\Cluster\Resources".to_owned());
    let cluster = collected(ArtifactKind::Registry, "cluster.reg", source, cluster().into_bytes(), 12);
    let bundle = collect_legacy::bundle_with(&server, OldWindows::Server2003, None, vec![cluster]);
    Scenario { bundles: vec![(name.to_owned(), bundle)], expected: Some(name), ..told }
}
