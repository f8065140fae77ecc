//! Why the directory did not answer, or not wholly.

use std::fmt;

use kerbscope_shared::manifest::CollectionStatus;

/// Why a search brought nothing, or not everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What it means for us.
    pub kind: FailureKind,
    /// One sentence for the administrator.
    pub said: String,
    /// Whether it stems from an earlier question, and this one was not even asked.
    pub remembered: bool,
}

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// This computer belongs to no domain, or what is asked about is nothing that a directory holds.
    Absent,
    /// No server, a refused sign-in, or an error: with the code of LDAP, or of Windows.
    Code(i32),
    /// The server knows who asks, and does not let him.
    Denied,
    /// No answer came in time.
    Silent,
    /// There is more than is taken.
    Cut,
    /// Something that the question needs is not known.
    NotAsked,
}

/// The codes of LDAP (RFC 4511, and those above 80 of its programming interface) that mean something to us.
pub mod code {
    /// A search ended well.
    pub const SUCCESS: i32 = 0;
    /// The server ended the search at a limit of time.
    pub const TIME_LIMIT: i32 = 3;
    /// The server ended the search at a limit of entries.
    pub const SIZE_LIMIT: i32 = 4;
    /// The server demands that what is sent be signed.
    pub const STRONGER_SIGN_IN: i32 = 8;
    /// The answer lies on another server.
    pub const REFERRAL: i32 = 10;
    /// The server ended the search at a limit that an administrator set.
    pub const ADMIN_LIMIT: i32 = 11;
    /// There is no entry of that name.
    pub const NO_SUCH_OBJECT: i32 = 32;
    /// The name or the password is wrong, or the account may not sign in.
    pub const INVALID_CREDENTIALS: i32 = 49;
    /// Access denied.
    pub const INSUFFICIENT_RIGHTS: i32 = 50;
    /// The server cannot be reached, or has closed the connection.
    pub const SERVER_DOWN: i32 = 81;
    /// The security package of this computer failed.
    pub const LOCAL_ERROR: i32 = 82;
    /// No answer in time, as the library of this computer says.
    pub const TIMEOUT: i32 = 85;
    /// No connection.
    pub const CONNECT_ERROR: i32 = 91;
}

impl Failure {
    /// A failure of this question.
    pub fn new(kind: FailureKind, said: impl Into<String>) -> Self {
        Self { kind, said: said.into(), remembered: false }
    }

    /// What a code of LDAP means, and what the server said with it.
    pub fn of_code(code: i32, server_said: Option<&str>) -> Self {
        let kind = match code {
            code::TIME_LIMIT | code::TIMEOUT => FailureKind::Silent,
            code::SIZE_LIMIT | code::ADMIN_LIMIT => FailureKind::Cut,
            code::INSUFFICIENT_RIGHTS => FailureKind::Denied,
            _ => FailureKind::Code(code),
        };
        let meaning = match code {
            code::TIME_LIMIT | code::TIMEOUT => "no answer in time",
            code::SIZE_LIMIT | code::ADMIN_LIMIT => "there is more than the server gives",
            code::STRONGER_SIGN_IN => "the server demands signing",
            code::REFERRAL => "the answer lies on another server",
            code::NO_SUCH_OBJECT => "there is no such entry",
            code::INVALID_CREDENTIALS => "the name or the password is wrong, or the account may not sign in",
            code::INSUFFICIENT_RIGHTS => "access denied",
            code::SERVER_DOWN | code::CONNECT_ERROR => "the server cannot be reached",
            code::LOCAL_ERROR => "this computer has no credentials that the server takes",
            _ => "the server reports an error",
        };
        let mut said = format!("{meaning} (LDAP {code})");
        if let Some(text) = server_said.map(one_line).filter(|text| !text.is_empty()) {
            said = format!("{said}: {text}");
        }
        Self::new(kind, said)
    }

    /// The same failure, with the name of the server that it is about.
    #[must_use]
    pub fn of_server(self, server: &str) -> Self {
        Self { said: format!("{server}: {}", self.said), ..self }
    }

    /// The same failure, for a question that was not asked because of it.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { remembered: true, ..self.clone() }
    }

    /// How the row of the manifest says it.
    ///
    /// Only the question that met the failure has failed; the others were left out because of it. But without a
    /// directory, nothing is missing.
    pub fn status(&self) -> CollectionStatus {
        match self.kind {
            FailureKind::Absent => CollectionStatus::NotPresent,
            _ if self.remembered => CollectionStatus::Skipped,
            FailureKind::NotAsked => CollectionStatus::Skipped,
            FailureKind::Code(code) => CollectionStatus::Failed(code),
            FailureKind::Denied => CollectionStatus::AccessDenied,
            FailureKind::Silent => CollectionStatus::TimedOut,
            FailureKind::Cut => CollectionStatus::Truncated,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.remembered && self.kind != FailureKind::Absent {
            f.write_str("not asked, because of what came before: ")?;
        }
        f.write_str(&self.said)
    }
}

/// What a server said, short and without anything that a terminal could obey.
pub fn one_line(text: &str) -> String {
    const LONGEST: usize = 300;
    text.trim().chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_status() {
        let check = |code, status| assert_eq!(Failure::of_code(code, None).status(), status, "{code}");
        check(code::INVALID_CREDENTIALS, CollectionStatus::Failed(49));
        check(code::SERVER_DOWN, CollectionStatus::Failed(81));
        check(code::INSUFFICIENT_RIGHTS, CollectionStatus::AccessDenied);
        check(code::TIMEOUT, CollectionStatus::TimedOut);
        check(code::SIZE_LIMIT, CollectionStatus::Truncated);
        check(code::NO_SUCH_OBJECT, CollectionStatus::Failed(32));
    }

    #[test]
    fn what_was_not_even_asked_says_why() {
        let failure = Failure::of_code(code::INVALID_CREDENTIALS, Some(" data 52e\r\n\u{1b}[31m "));
        assert_eq!(
            failure.to_string(),
            "the name or the password is wrong, or the account may not sign in (LDAP 49): data 52e[31m"
        );
        let again = failure.again();
        assert_eq!(again.status(), CollectionStatus::Skipped);
        assert!(again.to_string().starts_with("not asked, because of what came before: the name or"), "{again}");
        let workgroup = Failure::new(FailureKind::Absent, "this computer is in a workgroup");
        assert_eq!(workgroup.again().status(), CollectionStatus::NotPresent);
        assert_eq!(workgroup.again().to_string(), "this computer is in a workgroup");
    }
}
