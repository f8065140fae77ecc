//! An application puts a whole query into the address; that is too long, whoever signs in.

use super::Scenario;
use super::hosts::healthy;
use crate::collect;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().refused_at("07:14:20", "10.0.0.88", "/search?[24310]", "RequestLength").refused_at(
        "07:21:09",
        "10.0.0.57",
        "/search?[19021]",
        "RequestLength",
    );
    let title = "HTTP.sys refuses addresses that are too long, and no ticket";
    let name = "url-too-long-http400";
    Scenario {
        name,
        bundles: vec![(name.to_owned(), collect::bundle(&server))],
        ..Scenario::of_risk("token-too-large-http400", title, &[])
    }
}
