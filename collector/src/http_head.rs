//! What a binding of this server answers to somebody who has not signed in: the providers that it really offers.

use std::fmt;
use std::net::IpAddr;

use crate::sites::Binding;

/// A request to this computer itself, for the root of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadRequest {
    /// Whether it is made in TLS.
    pub secure: bool,
    /// The address; one of this computer.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// The host header; empty where the binding asks for none.
    pub host: String,
}

impl HeadRequest {
    /// The request that a binding answers.
    ///
    /// It goes to the address of the binding, never to its name: that may lead to another computer. None where the
    /// address is no address.
    pub fn to(binding: &Binding) -> Option<Self> {
        let address = match binding.address.trim_matches(['[', ']']) {
            "" | "*" | "0.0.0.0" => IpAddr::from([127, 0, 0, 1]),
            "::" => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
            address => address.parse().ok()?,
        };
        // A wildcard stands for any name below a domain.
        let host = binding.host.strip_prefix("*.").map_or_else(|| binding.host.clone(), |rest| format!("www.{rest}"));
        Some(Self { secure: binding.secure, address, port: binding.port, host })
    }

    /// The address, as it stands in a URL.
    pub fn address_in_url(&self) -> String {
        match self.address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        }
    }
}

impl fmt::Display for HeadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}:{}/", self.address_in_url(), self.port)?;
        if self.host.is_empty() { Ok(()) } else { write!(f, " Host: {}", self.host) }
    }
}

/// What an error of WinHTTP means; the system itself has no words for them.
pub fn words(code: i32) -> Option<&'static str> {
    Some(match code {
        12002 => "no answer in time",
        12029 => "nobody answers at this address and port",
        12030 | 12031 => "the connection was closed before there was an answer",
        12152 => "the answer is not HTTP",
        12157 | 12175 => "TLS failed; a binding that asks for a server name (SNI) cannot be asked by its address",
        _ => return None,
    })
}

/// The head of a response as an artifact: the request in a comment, the status, and the headers without what may be
/// somebody's secret.
pub fn artifact(request: &HeadRequest, head: &str) -> String {
    let mut text = format!("# {request}\r\n");
    for line in head.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        let name = line.split_once(':').map(|(name, _)| name.to_ascii_lowercase());
        match name.as_deref() {
            Some("set-cookie") => text.push_str("Set-Cookie: [REDACTED]"),
            Some("location") => text.push_str(line.split('?').next().unwrap_or_default()),
            _ => text.push_str(line),
        }
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(address: &str, host: &str) -> Option<String> {
        let (address, host) = (address.to_owned(), host.to_owned());
        HeadRequest::to(&Binding { secure: true, address, port: 443, host }).map(|request| request.to_string())
    }

    #[test]
    fn a_binding_is_asked_at_its_address() {
        let check = |address, host, expected: &str| assert_eq!(request(address, host).as_deref(), Some(expected));
        check("*", "", "https://127.0.0.1:443/");
        check("10.0.0.5", "www.contoso.com", "https://10.0.0.5:443/ Host: www.contoso.com");
        check("[::1]", "*.contoso.com", "https://[::1]:443/ Host: www.contoso.com");
        assert_eq!(request("www.example.com", ""), None);
    }

    #[test]
    fn providers_stay_and_cookies_do_not() {
        let head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n\
                    Set-Cookie: sid=Sup3rS3cret!\r\nLocation: /login?ticket=Sup3rS3cret!\r\n\r\n";
        let binding = Binding { secure: false, address: String::new(), port: 80, host: String::new() };
        let text = artifact(&HeadRequest::to(&binding).expect("an address"), head);
        assert_eq!(
            text,
            "# http://127.0.0.1:80/\r\nHTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n\
             WWW-Authenticate: NTLM\r\nSet-Cookie: [REDACTED]\r\nLocation: /login\r\n\r\n"
        );
    }
}
