//! A site with NTLM alone got a reverse proxy in front of it.

use super::Scenario;
use super::hosts::healthy;

/// The times of requests, each of the next user.
const TIMES: [&str; 24] = [
    "07:02:15", "07:02:18", "07:03:01", "07:03:40", "07:04:12", "07:05:55", "07:06:02", "07:07:33", "07:08:19",
    "07:09:50", "07:11:04", "07:12:12", "07:13:41", "07:14:02", "07:15:30", "07:16:44", "07:18:21", "07:19:09",
    "07:20:37", "07:21:55", "07:23:18", "07:24:31", "07:25:02", "07:26:47",
];

/// The story.
pub fn scenario() -> Scenario {
    let mut server = healthy().authentication("Intranet", |intranet| intranet.providers = Some(vec!["NTLM"]));
    let users = [r"CONTOSO\alice", r"CONTOSO\bob", "-", r"CONTOSO\carol"];
    for (time, user) in TIMES.into_iter().zip(users.into_iter().cycle()) {
        let ended = if user == "-" { "401 1 2148074254" } else { "200 0 0" };
        server = server.request("Intranet", time, "10.0.0.9", user, ended);
    }
    let told =
        Scenario::of_rule("proxy-breaks-nego", "All requests come from one proxy, and some are turned away", &[server]);
    Scenario { expected: Some("providers-negotiate-missing"), latent: Some("proxy-breaks-nego"), ..told }
}
