//! What `systeminfo` prints: the version of Windows, its role in the domain, its network cards.

use super::page::Page;

/// What differs between hosts.
#[derive(Clone, Debug)]
pub struct System<'a> {
    /// The NetBIOS name.
    pub host: &'a str,
    /// The DNS name of the domain.
    pub domain: &'a str,
    /// The product, such as `Microsoft Windows Server 2022 Standard`.
    pub product: &'a str,
    /// Version and build, such as `10.0.20348 N/A Build 20348`.
    pub version: &'a str,
    /// The role, such as `Member Server`.
    pub role: &'a str,
    /// The IPv4 address.
    pub address: &'a str,
}

/// The whole text.
pub fn text(system: &System<'_>) -> String {
    let mut page = Page::default();
    page.gap();
    for (label, value) in rows(system) {
        page.line(format_args!("{:27}{value}", if label.is_empty() { String::new() } else { format!("{label}:") }));
    }
    page.text()
}

fn rows(system: &System<'_>) -> Vec<(&'static str, String)> {
    [
        ("Host Name", system.host),
        ("OS Name", system.product),
        ("OS Version", system.version),
        ("OS Manufacturer", "Microsoft Corporation"),
        ("OS Configuration", system.role),
        ("OS Build Type", "Multiprocessor Free"),
        ("Registered Owner", "Windows User"),
        ("Registered Organization", ""),
        ("Product ID", "00454-60000-00001-AA000"),
        ("Original Install Date", "1/14/2025, 10:22:31 AM"),
        ("System Boot Time", "2/11/2026, 3:04:12 AM"),
        ("System Manufacturer", "Microsoft Corporation"),
        ("System Model", "Virtual Machine"),
        ("System Type", "x64-based PC"),
        ("Processor(s)", "1 Processor(s) Installed."),
        ("", "[01]: Intel64 Family 6 Model 106 Stepping 6 GenuineIntel ~2594 Mhz"),
        ("BIOS Version", "Microsoft Corporation Hyper-V UEFI Release v4.1, 5/13/2024"),
        ("Windows Directory", r"C:\Windows"),
        ("System Directory", r"C:\Windows\system32"),
        ("Boot Device", r"\Device\HarddiskVolume1"),
        ("System Locale", "en-us;English (United States)"),
        ("Input Locale", "en-us;English (United States)"),
        ("Time Zone", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"),
        ("Total Physical Memory", "8,191 MB"),
        ("Available Physical Memory", "5,127 MB"),
        ("Virtual Memory: Max Size", "9,471 MB"),
        ("Virtual Memory: Available", "6,302 MB"),
        ("Virtual Memory: In Use", "3,169 MB"),
        ("Page File Location(s)", r"C:\pagefile.sys"),
        ("Domain", system.domain),
        ("Logon Server", r"\\DC01"),
        ("Hotfix(s)", "2 Hotfix(s) Installed."),
        ("", "[01]: KB5066139"),
        ("", "[02]: KB5075899"),
        ("Network Card(s)", "1 NIC(s) Installed."),
        ("", "[01]: Microsoft Hyper-V Network Adapter"),
        ("", "      Connection Name: Ethernet"),
        ("", "      DHCP Enabled:    No"),
        ("", "      IP address(es)"),
        ("", &format!("      [01]: {}", system.address)),
        (
            "Hyper-V Requirements",
            "A hypervisor has been detected. Features required for Hyper-V will not be displayed.",
        ),
    ]
    .map(|(label, value)| (label, value.to_owned()))
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_begin_in_one_column() {
        let system = System { host: "WEB01", domain: "d", product: "p", version: "v", role: "r", address: "10.0.0.20" };
        let text = text(&system);
        for line in ["Host Name:                 WEB01\r\n", "Available Physical Memory: 5,127 MB\r\n"] {
            assert!(text.contains(line), "{text}");
        }
    }
}
