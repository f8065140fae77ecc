//! What `nltest /sc_query` prints: the state of the secure channel of a computer.

use super::page::Page;

/// The state of a secure channel: the Windows error and its name.
pub type State = (u32, &'static str);

/// All is well.
pub const GOOD: State = (0, "NERR_Success");

/// The answer; the last line says that the command was carried out, whatever the state.
pub fn secure_channel(domain_controller: &str, (code, name): State) -> String {
    let mut page = Page::default();
    page.line("Flags: 30 HAS_IP  HAS_TIMESERV ");
    let controller = if code == 0 { format!(r"\\{domain_controller}") } else { String::new() };
    page.line(format_args!("Trusted DC Name {controller} "));
    page.line(format_args!("Trusted DC Connection Status Status = {code} 0x{code:x} {name}"));
    page.line("The command completed successfully");
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_channel_names_no_controller() {
        let text = secure_channel("dc01.contoso.com", (1789, "ERROR_TRUSTED_RELATIONSHIP_FAILURE"));
        assert!(text.contains("Status Status = 1789 0x6fd ERROR_TRUSTED_RELATIONSHIP_FAILURE\r\n"), "{text}");
        assert!(text.contains("Trusted DC Name  \r\n"), "{text}");
    }
}
