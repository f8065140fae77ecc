//! Audits in the Security log: logons on a server, tickets on a domain controller.

use jiff::Timestamp;

use crate::evtx::event::{Event, Item, Provider};
use crate::evtx::value::Value;

const PROVIDER: Provider = Provider {
    name: "Microsoft-Windows-Security-Auditing",
    guid: Some(0x5484_9625_5478_4994_a5ba_3e3b_0328_c30d),
    source: None,
};
const SUCCESS: u64 = 0x8020_0000_0000_0000;
const FAILURE: u64 = 0x8010_0000_0000_0000;
const LOGON: u16 = 12544;
const TICKET_GRANTING: u16 = 14339;
const SERVICE_TICKET: u16 = 14337;
/// All accounts of the samples have identifiers below this one.
const DOMAIN_SID: &str = "S-1-5-21-1004336348-1177238915-682003330";
const AES256: u32 = 0x12;

/// The person and the computer behind an audit.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    /// The account, such as `alice`.
    pub user: &'static str,
    /// The last part of its security identifier.
    pub rid: u32,
    /// The computer's NetBIOS name.
    pub workstation: &'static str,
    /// The computer's address.
    pub address: &'static str,
    /// The computer's port.
    pub port: &'static str,
}

/// Event 4624: somebody signed in over the network with Kerberos.
pub fn kerberos_logon(time: Timestamp, visitor: &Visitor) -> Event {
    let package = Package {
        process: "Kerberos",
        name: "Kerberos",
        domain: "CONTOSO.COM",
        workstation: "-",
        guid: 0x7d3f_91a2_0c5e_6b18_94d7_21f6_58ae_0000 + u128::from(visitor.rid),
        ntlm: "-",
        key_length: 0,
        kind: 3,
    };
    logon(time, visitor, &package)
}

/// Event 4624: somebody signed in over the network with NTLM.
pub fn ntlm_logon(time: Timestamp, visitor: &Visitor) -> Event {
    let package = Package {
        process: "NtLmSsp ",
        name: "NTLM",
        domain: "CONTOSO",
        workstation: visitor.workstation,
        guid: 0,
        ntlm: "NTLM V2",
        key_length: 128,
        kind: 3,
    };
    logon(time, visitor, &package)
}

/// Event 4624: somebody came over the network as nobody.
pub fn anonymous_logon(time: Timestamp, visitor: &Visitor) -> Event {
    let nobody = Visitor { user: "ANONYMOUS LOGON", ..*visitor };
    let package = Package {
        process: "NtLmSsp ",
        name: "NTLM",
        domain: "NT AUTHORITY",
        workstation: visitor.workstation,
        guid: 0,
        ntlm: "NTLM V1",
        key_length: 0,
        kind: 3,
    };
    logon(time, &nobody, &package)
}

/// Event 4624: somebody signed in with a password that crossed the network (Basic).
pub fn basic_logon(time: Timestamp, visitor: &Visitor) -> Event {
    let package = Package {
        process: "Advapi  ",
        name: "Negotiate",
        domain: "CONTOSO",
        workstation: "WEB01",
        guid: 0,
        ntlm: "-",
        key_length: 0,
        kind: 8,
    };
    logon(time, visitor, &package)
}

/// Event 4624: somebody of another domain signed in over the network with NTLM.
pub fn foreign_ntlm_logon(time: Timestamp, visitor: &Visitor, domain: &'static str) -> Event {
    let package = Package {
        process: "NtLmSsp ",
        name: "NTLM",
        domain,
        workstation: visitor.workstation,
        guid: 0,
        ntlm: "NTLM V2",
        key_length: 128,
        kind: 3,
    };
    logon(time, visitor, &package)
}

/// What the two packages write differently.
struct Package {
    process: &'static str,
    name: &'static str,
    domain: &'static str,
    workstation: &'static str,
    guid: u128,
    ntlm: &'static str,
    key_length: u32,
    /// The type of logon.
    kind: u32,
}

fn logon(time: Timestamp, visitor: &Visitor, package: &Package) -> Event {
    let fields = vec![
        ("SubjectUserSid", Value::Sid("S-1-0-0".to_owned())),
        ("SubjectUserName", "-".into()),
        ("SubjectDomainName", "-".into()),
        ("SubjectLogonId", Value::Hex64(0)),
        ("TargetUserSid", sid(visitor.rid)),
        ("TargetUserName", visitor.user.into()),
        ("TargetDomainName", package.domain.into()),
        ("TargetLogonId", Value::Hex64(0x4f_0000 + u64::from(visitor.rid))),
        ("LogonType", Value::U32(package.kind)),
        ("LogonProcessName", package.process.into()),
        ("AuthenticationPackageName", package.name.into()),
        ("WorkstationName", package.workstation.into()),
        ("LogonGuid", Value::Guid(package.guid)),
        ("TransmittedServices", "-".into()),
        ("LmPackageName", package.ntlm.into()),
        ("KeyLength", Value::U32(package.key_length)),
        ("ProcessId", Value::Hex64(0)),
        ("ProcessName", "-".into()),
        ("IpAddress", visitor.address.into()),
        ("IpPort", visitor.port.into()),
        ("ImpersonationLevel", "%%1833".into()),
        ("RestrictedAdminMode", "-".into()),
        ("TargetOutboundUserName", "-".into()),
        ("TargetOutboundDomainName", "-".into()),
        ("VirtualAccount", "%%1843".into()),
        ("TargetLinkedLogonId", Value::Hex64(0)),
        ("ElevatedToken", "%%1843".into()),
    ];
    audit(4624, 2, LOGON, SUCCESS, time, fields)
}

/// Event 4768: a ticket-granting ticket was given out.
pub fn granting_ticket(time: Timestamp, visitor: &Visitor) -> Event {
    let fields = vec![
        ("TargetUserName", visitor.user.into()),
        ("TargetDomainName", "CONTOSO".into()),
        ("TargetSid", sid(visitor.rid)),
        ("ServiceName", "krbtgt".into()),
        ("ServiceSid", sid(502)),
        ("TicketOptions", Value::Hex32(0x4081_0010)),
        ("Status", Value::Hex32(0)),
        ("TicketEncryptionType", Value::Hex32(AES256)),
        ("PreAuthType", "2".into()),
        ("IpAddress", mapped(visitor.address)),
        ("IpPort", visitor.port.into()),
        ("CertIssuerName", "".into()),
        ("CertSerialNumber", "".into()),
        ("CertThumbprint", "".into()),
    ];
    audit(4768, 0, TICKET_GRANTING, SUCCESS, time, fields)
}

/// Event 4769: a ticket for this service account was given out.
pub fn service_ticket(time: Timestamp, visitor: &Visitor, service: (&str, u32)) -> Event {
    let fields = vec![
        ("TargetUserName", Value::Text(format!("{}@CONTOSO.COM", visitor.user))),
        ("TargetDomainName", "CONTOSO.COM".into()),
        ("ServiceName", service.0.into()),
        ("ServiceSid", sid(service.1)),
        ("TicketOptions", Value::Hex32(0x4081_0000)),
        ("TicketEncryptionType", Value::Hex32(AES256)),
        ("IpAddress", mapped(visitor.address)),
        ("IpPort", visitor.port.into()),
        ("Status", Value::Hex32(0)),
        ("LogonGuid", Value::Guid(0x7d3f_91a2_0c5e_6b18_94d7_21f6_58ae_0000 + u128::from(visitor.rid))),
        ("TransmittedServices", "-".into()),
    ];
    audit(4769, 0, SERVICE_TICKET, SUCCESS, time, fields)
}

/// Event 4771: a ticket-granting ticket was refused because the password was wrong.
pub fn refused_password(time: Timestamp, visitor: &Visitor) -> Event {
    let fields = vec![
        ("TargetUserName", visitor.user.into()),
        ("TargetSid", sid(visitor.rid)),
        ("ServiceName", "krbtgt/CONTOSO".into()),
        ("TicketOptions", Value::Hex32(0x4081_0010)),
        ("Status", Value::Hex32(0x18)),
        ("PreAuthType", "2".into()),
        ("IpAddress", mapped(visitor.address)),
        ("IpPort", visitor.port.into()),
        ("CertIssuerName", "".into()),
        ("CertSerialNumber", "".into()),
        ("CertThumbprint", "".into()),
    ];
    audit(4771, 0, TICKET_GRANTING, FAILURE, time, fields)
}

/// Event 4625: a server refused a logon over the network; the status, and the one behind it.
pub fn refused_logon(time: Timestamp, account: (&str, &str), status: (u32, u32), address: &str) -> Event {
    let (domain, user) = account;
    let fields = vec![
        ("SubjectUserSid", Value::Sid("S-1-0-0".to_owned())),
        ("SubjectUserName", "-".into()),
        ("SubjectDomainName", "-".into()),
        ("SubjectLogonId", Value::Hex64(0)),
        ("TargetUserSid", Value::Sid("S-1-0-0".to_owned())),
        ("TargetUserName", user.into()),
        ("TargetDomainName", domain.into()),
        ("Status", Value::Hex32(status.0)),
        ("FailureReason", "%%2304".into()),
        ("SubStatus", Value::Hex32(status.1)),
        ("LogonType", Value::U32(3)),
        ("LogonProcessName", "Kerberos".into()),
        ("AuthenticationPackageName", "Kerberos".into()),
        ("WorkstationName", "-".into()),
        ("TransmittedServices", "-".into()),
        ("LmPackageName", "-".into()),
        ("KeyLength", Value::U32(0)),
        ("ProcessId", Value::Hex64(0)),
        ("ProcessName", "-".into()),
        ("IpAddress", address.into()),
        ("IpPort", "50112".into()),
    ];
    audit(4625, 0, LOGON, FAILURE, time, fields)
}

/// Event 4769: this account asked for a ticket in the name of a user, and got none (KDC_ERR_BADOPTION).
pub fn refused_delegation(time: Timestamp, account: &str, service: &str) -> Event {
    let fields = vec![
        ("TargetUserName", Value::Text(format!("{account}@CONTOSO.COM"))),
        ("TargetDomainName", "CONTOSO.COM".into()),
        ("ServiceName", service.into()),
        ("ServiceSid", Value::Sid("S-1-0-0".to_owned())),
        ("TicketOptions", Value::Hex32(0x4082_0000)),
        ("TicketEncryptionType", Value::Hex32(u32::MAX)),
        ("IpAddress", mapped("10.0.0.20")),
        ("IpPort", "52044".into()),
        ("Status", Value::Hex32(0xd)),
        ("LogonGuid", Value::Guid(0)),
        ("TransmittedServices", "-".into()),
    ];
    audit(4769, 0, SERVICE_TICKET, FAILURE, time, fields)
}

fn sid(rid: u32) -> Value {
    Value::Sid(format!("{DOMAIN_SID}-{rid}"))
}

/// A domain controller writes IPv4 addresses as IPv6.
fn mapped(address: &str) -> Value {
    Value::Text(format!("::ffff:{address}"))
}

fn audit(id: u16, version: u8, task: u16, keywords: u64, time: Timestamp, fields: Vec<(&'static str, Value)>) -> Event {
    Event {
        provider: PROVIDER,
        id,
        qualifiers: None,
        version,
        level: 0,
        task,
        keywords,
        time,
        execution: (736, 812),
        channel: "Security",
        computer: String::new(),
        data: fields.into_iter().map(|(name, value)| Item::Field(name, value)).collect(),
    }
}
