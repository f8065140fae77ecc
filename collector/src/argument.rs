//! Names from the configuration, before they become an argument of a program or the name of a file.

use kerbscope_shared::kind::ArtifactKind;
use kerbscope_shared::limits::Limits;
use kerbscope_shared::name;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// An account: `CONTOSO\svc-web`, `svc-web@contoso.com`, `CONTOSO\gmsa$`.
    Account,
    /// A host, with or without its domain.
    Host,
}

/// Whether a name may be given to a program.
///
/// No shell sees it, but the program parses its own arguments: what starts with `-` or `/` would be an option.
/// So only characters that such names are made of pass, and the first one must begin a name.
pub fn is_safe(name: &str, used_as: Use) -> bool {
    let (longest, extra) = match used_as {
        Use::Account => (256, r"-_.$@\ "),
        Use::Host => (253, "-_."),
    };
    let first = name.starts_with(|character: char| character.is_alphanumeric() || character == '_');
    let local = used_as == Use::Account && name.starts_with(r".\");
    let clean = name.chars().all(|character| character.is_alphanumeric() || extra.contains(character));
    // A trailing backslash would escape the closing quote that Windows puts around an argument with a space.
    (first || local) && clean && name.chars().count() <= longest && !name.ends_with(['\\', ' '])
}

/// Whether this is a name that a person can read, whatever is in it.
pub fn is_readable(name: &str) -> bool {
    const LONGEST: usize = 256;
    !name.trim().is_empty() && name.chars().count() <= LONGEST && !name.chars().any(name::is_invisible)
}

/// Whether this is a folder on a drive of this computer, written without detours.
pub fn is_folder(path: &str) -> bool {
    let Some((drive, rest)) = path.split_once(':') else { return false };
    let letter = drive.len() == 1 && drive.starts_with(|letter: char| letter.is_ascii_alphabetic());
    letter && (rest.is_empty() || rest.strip_prefix('\\').is_some_and(is_straight))
}

/// Whether this is a folder on a share: `\\server\share\folder`.
pub fn is_share(path: &str) -> bool {
    let parts = path.strip_prefix(r"\\").filter(|rest| !rest.starts_with(['?', '.']));
    parts.is_some_and(|rest| rest.contains('\\') && is_straight(rest))
}

/// No step up, no stream of a file, no variable that is left, no pattern.
fn is_straight(path: &str) -> bool {
    let strange = |character: char| character.is_control() || r#"/:*?"<>|%"#.contains(character);
    path.len() <= 240 && !path.contains(strange) && path.split('\\').all(|part| !part.is_empty() && part != "..")
}

/// The file name that `pattern` gives for this name: `list-{}.txt` and `CONTOSO\svc` make `list-CONTOSO_svc.txt`.
pub fn file_name(kind: ArtifactKind, pattern: &str, name: &str) -> String {
    const LONGEST: usize = 100;
    let tame = |character: char| match character {
        '-' | '_' | '.' | '$' | '@' => character,
        _ if character.is_alphanumeric() => character,
        _ => '_',
    };
    let part: String = name.chars().map(tame).take(LONGEST).collect();
    let file_name = pattern.replace("{}", &part);
    match name::check(&format!("{}/{file_name}", kind.folder()), Limits::STANDARD.name_bytes) {
        Ok(()) => file_name,
        // `nul.contoso.com` is a legal host and, with any extension, a device of Windows.
        Err(_) => format!("name-{file_name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_pass() {
        for name in [
            r"CONTOSO\svc-web",
            "svc-web@contoso.com",
            r"CONTOSO\gmsa$",
            r".\local",
            r"CONTOSO\web service",
            r"CONTOSO\dienst-für-web",
        ] {
            assert!(is_safe(name, Use::Account), "{name}");
        }
        for name in ["www.contoso.com", "WEB01", "xn--mnchen-3ya.example", "_spf.contoso.com"] {
            assert!(is_safe(name, Use::Host), "{name}");
        }
    }

    #[test]
    fn names_that_are_more_than_names_do_not() {
        for name in [
            "",
            "-D",
            "/?",
            "x & del *",
            "a\"b",
            "a|b",
            "%PATH%",
            "a;b",
            "a\nb",
            "a\u{202e}b",
            "x\\",
            "x ",
            "*",
            "`x`",
            "..\\..\\x y\\",
        ] {
            assert!(!is_safe(name, Use::Account), "{name:?}");
            assert!(!is_safe(name, Use::Host), "{name:?}");
        }
        for name in [r"CONTOSO\web", "a b", "a@b", "a$", "*.contoso.com", ".contoso.com", "a:80"] {
            assert!(!is_safe(name, Use::Host), "{name}");
        }
        assert!(!is_safe(&"x".repeat(254), Use::Host));
    }

    #[test]
    fn a_file_name_stays_in_its_folder() {
        let check = |pattern, name, expected: &str| {
            assert_eq!(file_name(ArtifactKind::Nslookup, pattern, name), expected);
        };
        check("list-{}.txt", r"CONTOSO\svc-web", "list-CONTOSO_svc-web.txt");
        check("{}.txt", "www.contoso.com", "www.contoso.com.txt");
        check("{}.txt", "nul.contoso.com", "name-nul.contoso.com.txt");
        check("{}.txt", "../../etc/passwd", ".._.._etc_passwd.txt");
        check("{}.txt", "com1", "name-com1.txt");
        assert!(file_name(ArtifactKind::Nslookup, "{}.txt", &"ü".repeat(500)).len() < 300);
    }

    #[test]
    fn no_name_makes_a_file_name_that_a_bundle_refuses() {
        for name in [
            "",
            ".",
            "..",
            "/",
            "\\",
            "NUL",
            "con.txt",
            "a\0b",
            "\u{202e}",
            "\u{e0001}",
            "C:\\x",
            &"\u{10400}".repeat(300),
        ] {
            for (kind, pattern) in [(ArtifactKind::Nslookup, "{}.txt"), (ArtifactKind::Setspn, "query-HTTP-{}.txt")] {
                let path = format!("{}/{}", kind.folder(), file_name(kind, pattern, name));
                assert_eq!(name::check(&path, Limits::STANDARD.name_bytes), Ok(()), "{path:?}");
            }
        }
    }
}
