//! Signing in to the directory as somebody else: an account, and a password that leaves no traces in memory.

use std::fmt;
use std::io::{self, Read};

use zeroize::{Zeroize as _, Zeroizing};

/// Who signs in.
#[derive(Debug)]
pub struct SignIn {
    /// Who.
    pub account: SignInAccount,
    /// With what.
    pub password: Password,
}

/// The name of an account, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInAccount {
    /// The name without its domain, or `svc@contoso.com`.
    pub user: String,
    /// The domain; empty if the name holds it.
    pub domain: String,
}

impl SignInAccount {
    /// Reads `CONTOSO\svc` or `svc@contoso.com`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains(['\0', '\r', '\n']) {
            return None;
        }
        let (domain, user) = match text.split_once('\\') {
            Some((domain, user)) if !domain.is_empty() && !user.contains('\\') => (domain, user),
            None if !text.starts_with('@') && !text.ends_with('@') && text.matches('@').count() == 1 => ("", text),
            _ => return None,
        };
        (!user.is_empty()).then(|| Self { user: user.to_owned(), domain: domain.to_owned() })
    }
}

impl fmt::Display for SignInAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.domain.is_empty() {
            write!(f, r"{}\", self.domain)?;
        }
        f.write_str(&self.user)
    }
}

/// A password as Windows takes it, in UTF-16. It is overwritten when it is dropped, and never printed.
pub struct Password(Zeroizing<Vec<u16>>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// The longest password that Windows takes.
const LONGEST: usize = 256;

impl Password {
    /// Takes what was typed, without the end of the line. `units` is as long as it will ever be: a list that grows leaves
    /// copies of itself behind.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn typed(mut units: Zeroizing<Vec<u16>>) -> io::Result<Self> {
        const LINE_ENDS: [u16; 2] = [b'\r' as u16, b'\n' as u16];
        let end = units.iter().position(|unit| LINE_ENDS.contains(unit)).unwrap_or(units.len());
        if let Some(rest) = units.get_mut(end..) {
            rest.zeroize();
        }
        units.truncate(end);
        if units.is_empty() { Err(io::Error::other("no password was given")) } else { Ok(Self(units)) }
    }

    /// Reads one line of UTF-8, byte by byte: whatever reads ahead keeps a copy.
    ///
    /// # Errors
    ///
    /// It cannot be read, is empty, too long, or no UTF-8.
    pub fn read(reader: &mut dyn Read) -> io::Result<Self> {
        let mut line = Zeroizing::new(Vec::with_capacity(4 * LONGEST));
        let mut byte = Zeroizing::new([0]);
        while reader.read(byte.as_mut_slice())? == 1 && *byte != [b'\n'] {
            if line.len() == 4 * LONGEST {
                return Err(io::Error::other("the password is too long"));
            }
            line.extend_from_slice(byte.as_slice());
        }
        let text = str::from_utf8(&line).map_err(|_| io::Error::other("the password is not written in UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut units = Zeroizing::new(Vec::with_capacity(line.len()));
        units.extend(text.encode_utf16());
        Self::typed(units)
    }

    /// The password, for the function that signs in.
    pub fn units(&self) -> &[u16] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_with_its_domain() {
        let account = |domain: &str, user: &str| SignInAccount { user: user.to_owned(), domain: domain.to_owned() };
        assert_eq!(SignInAccount::parse(r"CONTOSO\svc web"), Some(account("CONTOSO", "svc web")));
        assert_eq!(SignInAccount::parse("svc@contoso.com"), Some(account("", "svc@contoso.com")));
        for odd in ["", "svc", r"\svc", r"CONTOSO\", r"A\b\c", "@contoso.com", "svc@", "a@b@c", "a@b\n", "\0@b"] {
            assert_eq!(SignInAccount::parse(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn a_password_is_one_line() {
        let check = |bytes: &[u8], expected: Option<&str>| {
            let password = Password::read(&mut &*bytes).ok();
            let text = password.map(|password| String::from_utf16(password.units()).expect("text"));
            assert_eq!(text.as_deref(), expected, "{bytes:?}");
        };
        check(b"s3cret", Some("s3cret"));
        check(b"s3cret\r\nsecond\n", Some("s3cret"));
        check("\u{feff}gr\u{fc}n \u{1f511}\n".as_bytes(), Some("gr\u{fc}n \u{1f511}"));
        check(b" \n", Some(" "));
        check(b"", None);
        check(b"\r\n", None);
        check(b"\xfc\n", None);
        check(&[b'x'; 1025], None);
        check(&[b'x'; 1024], Some(&"x".repeat(1024)));
    }

    #[test]
    fn a_password_is_not_printed() {
        let account = SignInAccount { user: "svc".to_owned(), domain: "CONTOSO".to_owned() };
        let password = Password::read(&mut b"s3cret".as_slice()).expect("a password");
        assert!(!format!("{:?}", SignIn { account, password }).contains("s3cret"));
    }
}
