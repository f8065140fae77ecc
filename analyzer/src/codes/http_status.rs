//! HTTP status with the sub-status of IIS, as its logs write them: `401.1` is 401001 here.
//!
//! Source: the list of HTTP status codes of IIS. IIS 5 writes no sub-status.

use super::row::{Row, row};

const NOT_SIGN_IN: &str = "It has nothing to do with signing in.";
const BAD_REQUEST: &str = "A malformed request; it has nothing to do with signing in.";
const CERTIFICATE: &str = "About a client certificate, not about Windows authentication.";

/// The table.
pub const ROWS: &[Row] = &[
    row(
        400_000,
        "bad request",
        "When the log of HTTP.sys says RequestLength or FieldLength: a ticket that is too large.",
    ),
    row(400_001, "invalid Destination header", BAD_REQUEST),
    row(400_002, "invalid Depth header", BAD_REQUEST),
    row(400_003, "invalid If header", BAD_REQUEST),
    row(400_004, "invalid Overwrite header", BAD_REQUEST),
    row(400_005, "invalid Translate header", BAD_REQUEST),
    row(400_006, "invalid request body", BAD_REQUEST),
    row(400_007, "invalid content length", BAD_REQUEST),
    row(400_008, "invalid timeout", BAD_REQUEST),
    row(400_009, "invalid lock token", BAD_REQUEST),
    row(400_010, "invalid forwarding header", BAD_REQUEST),
    row(400_011, "invalid WebSocket request", BAD_REQUEST),
    row(400_601, "bad client request", BAD_REQUEST),
    row(400_602, "invalid time format", BAD_REQUEST),
    row(400_603, "parse range error", BAD_REQUEST),
    row(400_604, "client gone", BAD_REQUEST),
    row(400_605, "maximum number of forwards", BAD_REQUEST),
    row(400_606, "asynchronous competition error", BAD_REQUEST),
    row(401_000, "unauthorized", "IIS 5 writes no more than this; the kind of refusal is lost."),
    row(401_001, "logon failed", "The client tried to sign in and was refused. The Windows error beside it says why."),
    row(
        401_002,
        "refused by the server's configuration",
        "The first, anonymous request of a connection: ordinary. Lasting: no common way to sign in.",
    ),
    row(
        401_003,
        "refused by rights on the resource",
        "The user is known and may not read the file. On IIS 5 also a failed Kerberos under a host header.",
    ),
    row(401_004, "refused by a filter", "An ISAPI filter refused."),
    row(401_005, "refused by the application", "An ISAPI or CGI application refused."),
    row(401_007, "refused by a policy on the URL", "URL authorization of IIS 6 refused a user who is known."),
    row(401_501, "too many requests of one address at once", NOT_SIGN_IN),
    row(401_502, "too many requests of one address in a time", NOT_SIGN_IN),
    row(401_503, "the address is on the list of the denied", NOT_SIGN_IN),
    row(401_504, "the host name is on the list of the denied", NOT_SIGN_IN),
    row(403_007, "client certificate required", CERTIFICATE),
    row(403_012, "mapper denied access", CERTIFICATE),
    row(403_013, "client certificate revoked", CERTIFICATE),
    row(403_016, "client certificate not trusted", CERTIFICATE),
    row(403_017, "client certificate outside its period", CERTIFICATE),
    row(500_019, "configuration cannot be read", "A web.config sets a locked section, or adds an entry twice."),
    row(
        503_000,
        "application pool unavailable",
        "The pool does not run; look at its identity and password before anything about Kerberos.",
    ),
    row(503_002, "too many requests at once", NOT_SIGN_IN),
];

/// `401.1`, and `401` for itself.
pub fn key(text: &str) -> Option<u32> {
    let (status, sub) = text.split_once('.')?;
    let (status, sub) = (digits(status)?, digits(sub)?);
    (sub < 1000 && status < 1000).then(|| status.saturating_mul(1000).saturating_add(sub))
}

/// The number as a log spells it.
pub fn spell(value: u32) -> String {
    format!("{}.{}", value / 1000, value % 1000)
}

fn digits(text: &str) -> Option<u32> {
    let is_plain = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::row;

    #[test]
    fn every_row_holds_and_is_found_by_its_spelling() {
        row::tests::hold(ROWS);
        assert!(ROWS.iter().all(|row| key(&spell(row.value)) == Some(row.value)));
        assert_eq!(ROWS.len(), 37);
    }

    #[test]
    fn what_is_no_sub_status_has_no_key() {
        assert_eq!(key("401.1"), Some(401_001));
        for text in ["401", "401.", ".1", "401.x", "401.1.1", "401.+1", "4010.1", "401.1000"] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
