//! Types of logon in security events, and what `logonMethod` of Basic authentication asks for.

use super::row::{Row, row};

/// Types of logon, in events 528, 540, 4624 and 4625.
pub const ROWS: &[Row] = &[
    row(0, "System", "The start of Windows itself."),
    row(2, "Interactive", "At the console. IIS 5 signs Basic authentication in like this."),
    row(3, "Network", "What Integrated Windows Authentication makes, by Kerberos and by NTLM."),
    row(4, "Batch", "A task, or an application pool that is started as a batch."),
    row(5, "Service", "A service, or an application pool."),
    row(6, "Proxy", "Out of use."),
    row(7, "Unlock", "A workstation was unlocked."),
    row(8, "NetworkCleartext", "Basic authentication on IIS 6 and later: the password was sent in clear."),
    row(9, "NewCredentials", "Someone runs a program with other credentials for the network (runas /netonly)."),
    row(10, "RemoteInteractive", "Remote Desktop."),
    row(11, "CachedInteractive", "At the console, without asking a domain controller."),
    row(12, "CachedRemoteInteractive", "Remote Desktop, without asking a domain controller."),
    row(13, "CachedUnlock", "A workstation was unlocked without asking a domain controller."),
];

/// `logonMethod` of `<basicAuthentication>` and of the metabase.
pub const METHODS: &[Row] = &[
    row(0, "Interactive", "Basic authentication signs in with logon type 2."),
    row(1, "Batch", "Basic authentication signs in with logon type 4."),
    row(2, "Network", "Basic authentication signs in with logon type 3, and such a user cannot be delegated."),
    row(3, "ClearText", "Basic authentication signs in with logon type 8; the default since IIS 6."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_row_holds() {
        row::tests::hold(ROWS);
        row::tests::hold(METHODS);
        assert_eq!(row::find(ROWS, 3).map(|row| row.name), Some("Network"));
        assert_eq!(row::find(ROWS, 8).map(|row| row.name), Some("NetworkCleartext"));
        assert_eq!(row::find(METHODS, 3).map(|row| row.name), Some("ClearText"));
        assert_eq!((ROWS.len(), METHODS.len()), (13, 4));
    }
}
