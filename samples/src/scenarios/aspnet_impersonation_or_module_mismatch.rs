//! IIS signs users in, and the module of ASP.NET Core keeps it to itself.

use super::Scenario;
use super::hosts::healthy;

const CONFIG: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <system.webServer>
    <aspNetCore processPath="dotnet" arguments=".\app.dll" forwardWindowsAuthToken="false" hostingModel="inprocess" />
  </system.webServer>
</configuration>
"#;

/// The story.
pub fn scenario() -> Scenario {
    let server = healthy().web_config("Intranet", CONFIG).request(
        "Intranet",
        "07:31:02",
        "10.0.0.57",
        r"CONTOSO\alice",
        "200 0 0",
    );
    Scenario::of_risk(
        "aspnet-impersonation-or-module-mismatch",
        "The application does not learn whom IIS signed in",
        &[server],
    )
}
