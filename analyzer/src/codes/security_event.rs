//! Events of the Security log: the ids of Windows 2000 and 2003 beside those of Vista and later.
//!
//! An id of today is the old one and 4096, but for the logons: there one id took the place of many, and a status tells
//! them apart. Windows 2003 no longer wrote 676, 677 and 681; it logged those failures as 672, 673 and 680.

/// An event under both of its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// The id on Windows 2000 to 2003; none where there was no such event.
    pub old: Option<u32>,
    /// The id since Vista and Server 2008.
    pub new: u32,
    /// The NT status by which the new id is the old one; none where the id alone says it.
    pub status: Option<u32>,
    /// Which versions of Windows wrote the old one, when not all did.
    pub only: &'static str,
    /// What happened.
    pub name: &'static str,
    /// What it means for sign-in to IIS.
    pub meaning: &'static str,
}

const fn event(old: u32, new: u32, name: &'static str, meaning: &'static str) -> SecurityEvent {
    SecurityEvent { old: Some(old), new, status: None, only: "", name, meaning }
}

const fn failure(old: u32, status: u32, name: &'static str, meaning: &'static str) -> SecurityEvent {
    SecurityEvent { old: Some(old), new: 4625, status: Some(status), only: "", name, meaning }
}

const fn of_2000(old: u32, new: u32, name: &'static str, meaning: &'static str) -> SecurityEvent {
    SecurityEvent { old: Some(old), new, status: None, only: "Windows 2000 alone", name, meaning }
}

/// The table.
pub const EVENTS: &[SecurityEvent] = &[
    event(528, 4624, "logon", "Somebody signed in; Basic authentication of IIS 5 is logged like this, with type 2."),
    event(
        540,
        4624,
        "network logon",
        "Type 3: what Integrated Windows Authentication makes. Process and package say whether it was Kerberos or NTLM. A workstation that is empty or a dash is ordinary with Kerberos.",
    ),
    failure(
        529,
        0xc000_006d,
        "failed logon: name or password",
        "The sub-status tells an unknown name from a wrong password.",
    ),
    failure(530, 0xc000_006f, "failed logon: hours", "The account may not sign in at this hour."),
    failure(531, 0xc000_0072, "failed logon: disabled", "The account is disabled."),
    failure(532, 0xc000_0193, "failed logon: expired", "The account has expired."),
    failure(533, 0xc000_0070, "failed logon: workstation", "The account may not sign in at this computer."),
    failure(534, 0xc000_015b, "failed logon: type", "The right to sign in over the network is missing or denied."),
    failure(535, 0xc000_0071, "failed logon: password expired", "The password has expired."),
    failure(536, 0xc000_0192, "failed logon: Netlogon", "The Netlogon service does not run."),
    event(537, 4625, "failed logon: other", "The status says why: the loopback check, clocks, encryption types."),
    event(538, 4634, "logoff", "A session ended."),
    failure(539, 0xc000_0234, "failed logon: locked out", "The account is locked out."),
    event(551, 4647, "logoff by the user", "Somebody signed out."),
    event(552, 4648, "explicit credentials", "A process signed in with a name and password that it was given."),
    event(560, 4656, "object opened", "Access to a file or key; needed for 401.3 at most."),
    event(562, 4658, "object closed", "Access to a file or key ended."),
    event(567, 4663, "object used", "A file or key was read or written."),
    event(576, 4672, "special privileges", "An administrator or service signed in; stands beside a logon."),
    event(612, 4719, "audit policy changed", "From here on the log holds other events than before."),
    event(
        644,
        4740,
        "account locked out",
        "Too many wrong passwords; the event names the computer that they came from.",
    ),
    event(
        672,
        4768,
        "ticket-granting ticket",
        "A user signed in to the domain, or was refused; on domain controllers. Windows 2003 logs refusals under it too.",
    ),
    event(
        673,
        4769,
        "service ticket",
        "A ticket for an SPN was asked for. The event names the account that holds the SPN, not the SPN itself: that tells whose key the ticket is encrypted with.",
    ),
    event(674, 4770, "ticket renewed", "Ordinary."),
    event(675, 4771, "pre-authentication failed", "A wrong password, or clocks that differ; on domain controllers."),
    of_2000(676, 4768, "ticket-granting ticket refused", "Its code is printed in decimal."),
    of_2000(677, 4769, "service ticket refused", "Its code is printed in decimal."),
    event(678, 4774, "account mapped", "A certificate was mapped to an account."),
    event(
        680,
        4776,
        "NTLM checked a password",
        "It names no server: find the logon on the web server by its time. Windows 2003 logs refusals under it too.",
    ),
    of_2000(681, 4776, "NTLM refused a password", "Its code is printed in decimal."),
    event(682, 4778, "session reconnected", "Remote Desktop."),
    event(683, 4779, "session disconnected", "Remote Desktop."),
];

/// Every event that has this id, under the old numbers or the new ones.
pub fn with_id(id: u32) -> impl Iterator<Item = &'static SecurityEvent> {
    EVENTS.iter().filter(move |event| event.old == Some(id) || event.new == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The logons, for which the rule of 4096 does not hold.
    const LOGONS: std::ops::RangeInclusive<u32> = 528..=540;

    #[test]
    fn ids_differ_by_4096_but_for_logons_and_a_few() {
        let mut seen = std::collections::BTreeSet::new();
        for event in EVENTS {
            let old = event.old.expect("an old id");
            assert!(seen.insert(old) && event.meaning.ends_with('.') && !event.name.is_empty(), "{event:?}");
            // These got numbers of their own.
            let replaced = matches!(old, 612 | 676 | 677 | 681);
            if LOGONS.contains(&old) && old != 538 {
                assert!(matches!(event.new, 4624 | 4625), "{event:?}");
            } else if !replaced {
                assert_eq!(event.new, old + 4096, "{event:?}");
            }
        }
        assert_eq!(EVENTS.len(), 32);
    }

    #[test]
    fn failed_logons_are_told_apart_by_status() {
        let statuses: Vec<_> = with_id(4625).filter_map(|event| event.status).collect();
        assert_eq!(statuses.len(), 9);
        assert!(
            statuses.iter().all(|status| crate::codes::row::find(crate::codes::nt_status::ROWS, *status).is_some())
        );
        assert_eq!(with_id(4769).map(|event| event.old).collect::<Vec<_>>(), [Some(673), Some(677)]);
        assert_eq!(with_id(4625).count(), 10);
    }
}
