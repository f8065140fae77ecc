//! Flags of a ticket, as `klist` prints them, and options of a request to the KDC, as events 4768 and 4769 do: the same
//! bits, named from either side.
//!
//! Sources: RFC 4120 sections 2 and 5.4.1; the words that `klist` prints.

use super::row::{Row, row};

/// The bits of a ticket, by the words of `klist`.
pub const TICKET: &[Row] = &[
    row(0x8000_0000, "reserved", "Never set."),
    row(0x4000_0000, "forwardable", "The user may be delegated with it, if nothing else forbids."),
    row(0x2000_0000, "forwarded", "It was forwarded: somebody acts for the user."),
    row(0x1000_0000, "proxiable", "It may be turned into tickets for other addresses."),
    row(0x0800_0000, "proxy", "It was made for another address."),
    row(0x0400_0000, "may_postdate", "Tickets for later may be made from it."),
    row(0x0200_0000, "postdated", "It was made for later."),
    row(0x0100_0000, "invalid", "It must be validated before use."),
    row(0x0080_0000, "renewable", "It can be renewed until its renew time."),
    row(0x0040_0000, "initial", "It was given for a password or a certificate, not for another ticket."),
    row(0x0020_0000, "pre_authent", "The user proved the password first."),
    row(0x0010_0000, "hw_authent", "The user proved a device, such as a smart card."),
    row(0x0008_0000, "transit_policy_checked", "The KDC checked the way through the trusts."),
    row(
        0x0004_0000,
        "ok_as_delegate",
        "The service is trusted for unconstrained delegation: a client may send it the user's own ticket.",
    ),
    row(0x0002_0000, "anonymous", "It names no user."),
    row(0x0001_0000, "name_canonicalize", "The KDC may have replaced the name that was asked for."),
];

/// The bits of a request, by the words of the standard.
pub const OPTIONS: &[Row] = &[
    row(0x8000_0000, "Reserved", "Never set."),
    row(0x4000_0000, "Forwardable", "A ticket that can be delegated is asked for."),
    row(0x2000_0000, "Forwarded", "A ticket to send to a service is asked for: unconstrained delegation at work."),
    row(0x1000_0000, "Proxiable", "A ticket that can be made out for other addresses is asked for."),
    row(0x0800_0000, "Proxy", "A ticket for another address is asked for."),
    row(0x0400_0000, "Allow-postdate", "A ticket that allows later ones is asked for."),
    row(0x0200_0000, "Postdated", "A ticket for later is asked for."),
    row(0x0100_0000, "Invalid", "Not an option; set in tickets only."),
    row(0x0080_0000, "Renewable", "A ticket that can be renewed is asked for."),
    row(0x0040_0000, "Initial", "Not an option; set in tickets only."),
    row(0x0020_0000, "Pre-authent", "Not an option; set in tickets only."),
    row(0x0010_0000, "Opt-hardware-auth", "A proof by a device is asked for."),
    row(0x0008_0000, "Transited-policy-checked", "Not an option; set in tickets only."),
    row(0x0004_0000, "Ok-as-delegate", "Not an option; set in tickets only."),
    row(
        0x0002_0000,
        "Cname-in-addl-tkt",
        "A ticket in the name of another user is asked for: the mark of constrained delegation (S4U2Proxy) in event 4769.",
    ),
    row(0x0001_0000, "Canonicalize", "The KDC may answer with another name, or send on to another domain."),
    row(0x0000_0020, "Disable-transited-check", "The KDC is asked not to check the way through the trusts."),
    row(0x0000_0010, "Renewable-ok", "A shorter ticket that can be renewed will do."),
    row(0x0000_0008, "Enc-tkt-in-skey", "User-to-user: under the key of a ticket instead of a password."),
    row(0x0000_0002, "Renew", "A ticket is to be renewed."),
    row(0x0000_0001, "Validate", "A ticket for later is to be made valid."),
];

/// Bits that only tickets have.
pub const IN_TICKETS_ALONE: u32 = 0x0100_0000 | 0x0040_0000 | 0x0020_0000 | 0x0008_0000 | 0x0004_0000;

/// Whole values of tickets that are met again and again.
pub const COMMON_TICKETS: &[Row] = &[
    row(0x40e1_0000, "ticket-granting ticket", "What a user holds after signing in."),
    row(0x60a1_0000, "forwarded ticket-granting ticket", "What a service holds that was given the user's own ticket."),
    row(0x40a1_0000, "service ticket", "An ordinary ticket for a service that is not trusted for delegation."),
    row(0x40a5_0000, "service ticket for a delegate", "A ticket for a service with unconstrained delegation."),
];

/// Whole values of requests that are met again and again.
pub const COMMON_OPTIONS: &[Row] = &[
    row(0x4081_0010, "request of a sign-in or of a ticket", "What Windows clients usually ask with."),
    row(0x4081_0000, "request of a ticket", "What Windows clients usually ask with."),
    row(0x6081_0010, "request to forward", "Unconstrained delegation at work."),
    row(0x4083_0000, "request in the name of a user", "Constrained delegation at work."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_bit_holds() {
        row::tests::hold_bits(TICKET);
        row::tests::hold_bits(OPTIONS);
        assert_eq!((TICKET.len(), OPTIONS.len()), (16, 21));
    }

    #[test]
    fn common_values_are_made_of_known_bits() {
        row::tests::hold(COMMON_TICKETS);
        row::tests::hold(COMMON_OPTIONS);
        assert!(COMMON_TICKETS.iter().all(|common| row::bits(TICKET, common.value).1 == 0));
        let is_option = |common: &Row| row::bits(OPTIONS, common.value).1 == 0 && common.value & IN_TICKETS_ALONE == 0;
        assert!(COMMON_OPTIONS.iter().all(is_option));
        let for_tickets = OPTIONS.iter().filter(|row| row.meaning.starts_with("Not an option"));
        assert_eq!(for_tickets.fold(0, |bits, row| bits | row.value), IN_TICKETS_ALONE);
        let words = |value| row::bits(TICKET, value).0.iter().map(|bit| bit.name).collect::<Vec<_>>().join(" ");
        assert_eq!(words(0x40e1_0000), "forwardable renewable initial pre_authent name_canonicalize");
        assert_eq!(words(0x40a5_0000), "forwardable renewable pre_authent ok_as_delegate name_canonicalize");
    }
}
