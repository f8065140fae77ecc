//! What `ipconfig /all` prints for a host with one network adapter.

use super::page::Page;

/// What differs between hosts.
#[derive(Clone, Debug)]
pub struct Network<'a> {
    /// The NetBIOS name.
    pub host: &'a str,
    /// The DNS suffix of the domain.
    pub suffix: &'a str,
    /// The IPv4 address.
    pub address: &'a str,
    /// The name servers.
    pub name_servers: &'a [&'a str],
}

/// The whole text.
pub fn all(network: &Network<'_>) -> String {
    let mut page = Page::default();
    page.gap();
    page.line("Windows IP Configuration");
    page.gap();
    row(&mut page, "Host Name", network.host);
    row(&mut page, "Primary Dns Suffix", network.suffix);
    row(&mut page, "Node Type", "Hybrid");
    row(&mut page, "IP Routing Enabled", "No");
    row(&mut page, "WINS Proxy Enabled", "No");
    row(&mut page, "DNS Suffix Search List", network.suffix);
    page.gap();
    page.line("Ethernet adapter Ethernet:");
    page.gap();
    row(&mut page, "Connection-specific DNS Suffix", "");
    row(&mut page, "Description", "Microsoft Hyper-V Network Adapter");
    row(&mut page, "Physical Address", &physical(network.address));
    row(&mut page, "DHCP Enabled", "No");
    row(&mut page, "Autoconfiguration Enabled", "Yes");
    row(&mut page, "IPv4 Address", &format!("{}(Preferred) ", network.address));
    row(&mut page, "Subnet Mask", "255.255.255.0");
    row(&mut page, "Default Gateway", "10.0.0.1");
    for (index, server) in network.name_servers.iter().enumerate() {
        if index == 0 {
            row(&mut page, "DNS Servers", server);
        } else {
            page.line(format_args!("{:39}{server}", ""));
        }
    }
    row(&mut page, "NetBIOS over Tcpip", "Enabled");
    page.text()
}

/// A label of 34 columns, then a colon and the value. Dots fill every second column, except that Windows spells the
/// labels that end in "Suffix" with two blanks before the first dot.
fn row(page: &mut Page, label: &str, value: &str) {
    let mut padded = label.to_owned();
    if label.ends_with("Suffix") {
        padded.push_str("  ");
    } else if !label.len().is_multiple_of(2) {
        padded.push(' ');
    }
    while padded.len() < 34 {
        padded.push_str(". ");
    }
    page.line(format_args!("   {padded}: {value}"));
}

fn physical(address: &str) -> String {
    let last: u8 = address.rsplit('.').next().and_then(|part| part.parse().ok()).expect("an IPv4 address");
    format!("00-15-5D-00-04-{last:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_filled_with_dots_as_windows_does() {
        let mut page = Page::default();
        for label in ["Host Name", "Primary Dns Suffix", "IP Routing Enabled", "DNS Suffix Search List"] {
            row(&mut page, label, "x");
        }
        row(&mut page, "Connection-specific DNS Suffix", "");
        let expected = "   Host Name . . . . . . . . . . . . : x\r\n   \
            Primary Dns Suffix  . . . . . . . : x\r\n   \
            IP Routing Enabled. . . . . . . . : x\r\n   \
            DNS Suffix Search List. . . . . . : x\r\n   \
            Connection-specific DNS Suffix  . : \r\n";
        assert_eq!(page.text(), expected);
    }
}
