//! The healthy hosts that every story changes: a web server, a domain controller and a client.

use crate::directory::{Class, Directory};
use crate::dns::Dns;
use crate::host::{Access, Host, Role};
use crate::iis::{Authentication, Identity, Pool, Site};
use crate::layout::klist::Ticket;
use crate::layout::ldif::Value;
use crate::layout::nltest;

use super::noise;

/// The SPN of the directory service on the domain controller; every machine has a ticket for it.
const LDAP: &str = "LDAP/DC01.contoso.com/contoso.com";

/// The account that the application pools of the samples run as.
pub fn svc_web() -> Identity {
    Identity::Specific(r"CONTOSO\svc-web".to_owned())
}

/// WEB01: the default site as the machine, and an intranet whose tickets its pool's account decrypts.
pub fn healthy() -> Host {
    let host = host("WEB01", Role::WebServer, "10.0.0.20");
    let default_site = Site {
        name: "Default Web Site".to_owned(),
        pool: "DefaultAppPool".to_owned(),
        host_header: None,
        port: 80,
        authentication: Authentication::windows_only(),
        folders: Vec::new(),
    };
    let host = Host {
        pools: vec![Pool { name: "DefaultAppPool".to_owned(), identity: Identity::ApplicationPool }],
        sites: vec![default_site],
        own_tickets: vec![
            Ticket::granting("t1-admin", "8:49:17"),
            Ticket::delegable("t1-admin", LDAP, "8:49:17"),
            Ticket::delegable("t1-admin", "cifs/DC01.contoso.com", "8:52:40"),
        ],
        events: noise::of_a_server(),
        ..host
    };
    host.site("Intranet", "intranet.contoso.com", svc_web(), Authentication::windows_with_pool_credentials())
        .spn("HTTP/intranet", "svc-web")
        .spn("HTTP/intranet.contoso.com", "svc-web")
}

/// WEB01 as a server with IIS 6: a site as the machine, and an intranet whose pool's account decrypts.
pub fn healthy_iis6() -> Host {
    let mut server = healthy();
    for site in &mut server.sites {
        site.authentication = Authentication::windows_only();
    }
    server
}

/// WEB01 as a server with IIS 5: one site; whatever it runs as, the machine decrypts.
pub fn healthy_iis5() -> Host {
    let mut server = healthy_iis6();
    server.sites.truncate(1);
    server.pools.clear();
    server
}

/// CLIENT07, where alice works; it has visited nothing yet.
pub fn client() -> Host {
    let client = host("CLIENT07", Role::Client, "10.0.0.57");
    Host {
        own_tickets: vec![
            Ticket::granting("alice", "7:58:40"),
            Ticket::delegable("alice", LDAP, "7:58:41"),
            Ticket::service("alice", "cifs/FILES01.contoso.com", "8:03:12"),
        ],
        events: noise::of_a_client(),
        ..client
    }
    // Somebody put the sites of the domain into the zone of the intranet.
    .registry(
        r"HKEY_CURRENT_USER\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap\Domains\contoso.com",
        "http",
        "dword:00000001",
    )
}

/// SQL01, the server behind a site.
pub fn back_end() -> Host {
    let server = host("SQL01", Role::BackEnd, "10.0.0.30");
    Host {
        own_tickets: vec![
            Ticket::granting("t1-admin", "8:40:03"),
            Ticket::service("t1-admin", "cifs/WEB01.contoso.com", "8:41:20"),
        ],
        ..server
    }
}

/// DC01, which gave out the tickets of the morning.
pub fn domain_controller() -> Host {
    let dc = host("DC01", Role::DomainController, "10.0.0.10");
    Host {
        own_tickets: vec![Ticket::granting("t0-admin", "8:55:02"), Ticket::delegable("t0-admin", LDAP, "8:55:02")],
        events: noise::of_a_domain_controller(),
        ..dc
    }
}

/// A value of an attribute.
pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn host(name: &'static str, role: Role, address: &'static str) -> Host {
    let machine = format!("{}$", name.to_lowercase());
    let host = Host {
        name,
        role,
        address,
        pools: Vec::new(),
        sites: Vec::new(),
        directory: directory(),
        dns: Dns::default(),
        own_tickets: Vec::new(),
        lsa_tickets: Vec::new(),
        machine_tickets: vec![
            Ticket::granting(&machine, "7:41:03"),
            Ticket::delegable(&machine, LDAP, "7:41:03"),
            Ticket::delegable(&machine, "cifs/DC01.contoso.com/contoso.com", "7:41:05"),
        ],
        events: Vec::new(),
        setspn: Access::Granted,
        web_configs: Vec::new(),
        secure_channel: nltest::GOOD,
        requests: Vec::new(),
        refused: Vec::new(),
        named_accounts: Vec::new(),
        trusts: Vec::new(),
        firefox: None,
        workgroup: None,
        audits: "Success and Failure",
        registry: Vec::new(),
        dc_clock: "20260302081504",
    };
    host.address_of("web01.contoso.com", "10.0.0.20")
        .address_of("intranet.contoso.com", "10.0.0.20")
        .address_of("dc01.contoso.com", "10.0.0.10")
        .address_of("client07.contoso.com", "10.0.0.57")
}

fn directory() -> Directory {
    let mut directory = Directory::default();
    let dc =
        ["HOST/DC01", "HOST/DC01.contoso.com", "ldap/DC01.contoso.com/contoso.com", "GC/DC01.contoso.com/contoso.com"];
    let web = [
        "WSMAN/web01",
        "WSMAN/web01.contoso.com",
        "TERMSRV/WEB01",
        "TERMSRV/web01.contoso.com",
        "RestrictedKrbHost/WEB01",
        "HOST/WEB01",
        "RestrictedKrbHost/web01.contoso.com",
        "HOST/web01.contoso.com",
    ];
    let client = ["RestrictedKrbHost/CLIENT07", "HOST/CLIENT07", "HOST/client07.contoso.com"];
    directory.account("DC01", 1000, Class::DomainController, "OU=Domain Controllers", &dc);
    directory.account("WEB01", 1118, Class::Computer, "OU=Servers", &web);
    directory.account("SQL01", 1122, Class::Computer, "OU=Servers", &["HOST/SQL01", "HOST/sql01.contoso.com"]);
    directory.account("CLIENT07", 1157, Class::Computer, "OU=Workstations", &client);
    directory.account("svc-web", 1621, Class::User, "OU=Service Accounts", &[]);
    directory.account("svc-old", 1612, Class::User, "OU=Service Accounts", &["MSSQLSvc/sql01.contoso.com:1433"]);
    directory
}
