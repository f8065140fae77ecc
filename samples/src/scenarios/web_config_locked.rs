//! A new version of an application brings a web.config that sets a locked section.

use super::Scenario;
use super::hosts::healthy;

const CONFIG: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <system.webServer>
    <security>
      <authentication>
        <windowsAuthentication enabled="true" />
      </authentication>
    </security>
  </system.webServer>
</configuration>
"#;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy()
        .web_config("Intranet", CONFIG)
        .request("Intranet", "07:31:02", "10.0.0.57", "-", "500 19 33")
        .request("Intranet", "07:31:40", "10.0.0.61", "-", "500 19 33");
    Scenario::of_rule(
        "web-config-locked",
        "A web.config sets what is locked, and every request ends in 500.19",
        &[server],
    )
}
