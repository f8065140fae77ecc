//! A change as a person writes it: the command of a fix, pasted, or a few words.
//!
//! ```text
//! setspn -S HTTP/www.contoso.com CONTOSO\svc-web
//! setspn -D HTTP/www.contoso.com CONTOSO\svc-old
//! appcmd set config "Site/app" -section:… /useAppPoolCredentials:true /commit:apphost
//! appcmd set config "Site" -section:… /+"providers.[value='Negotiate']" /commit:apphost
//! useAppPoolCredentials=true in Site/app
//! useKernelMode=false
//! windowsAuthentication=true in Site
//! providers=Negotiate,NTLM in Site
//! pool Intranet=CONTOSO\svc-web        or ApplicationPoolIdentity, NetworkService, LocalSystem, LocalService
//! ```

use crate::facts::account::AccountName;
use crate::facts::change::{Change, SignInChange};
use crate::facts::iis::PoolIdentity;
use crate::facts::sign_in::AuthProvider;
use crate::facts::spn::Spn;

/// What a person can write, for help texts.
pub const FORMS: &str = "setspn -S SPN ACCOUNT, setspn -D SPN ACCOUNT, useAppPoolCredentials=true in SITE, \
                         useKernelMode=false in SITE, windowsAuthentication=true in SITE, \
                         providers=Negotiate,NTLM in SITE, pool NAME=ACCOUNT, or an appcmd command of a fix";

/// Understands the changes that a command makes, one or several; none when the words are not of the forms above.
pub fn parse(text: &str) -> Option<Vec<Change>> {
    let words = split(text)?;
    let (program, rest) = words.split_first()?;
    let program = program.to_ascii_lowercase();
    match program.rsplit(['\\', '/']).next()?.trim_end_matches(".exe") {
        "setspn" => Some(vec![setspn(rest)?]),
        "appcmd" => appcmd(rest),
        "pool" => Some(vec![pool(text.trim().get("pool".len()..)?)?]),
        _ => Some(vec![setting(text)?]),
    }
}

/// Words between spaces; quotes hold words together, and stand inside of words too, as `cmd.exe` allows.
fn split(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for character in text.trim().chars() {
        match character {
            '"' => (quoted, begun) = (!quoted, true),
            _ if character.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => {
                word.push(character);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    (!quoted && !words.is_empty()).then_some(words)
}

fn setspn(words: &[String]) -> Option<Change> {
    let [option, spn, account] = words else { return None };
    let (spn, account) = (Spn::parse(spn)?, AccountName::parse(account));
    match option.to_ascii_lowercase().as_str() {
        // `-A` is `-S` without the search that keeps duplicates away; nobody should try that one.
        "-s" => Some(Change::Register(spn, account)),
        "-d" => Some(Change::Delete(spn, account)),
        _ => None,
    }
}

fn appcmd(words: &[String]) -> Option<Vec<Change>> {
    let [set, config, site, options @ ..] = words else { return None };
    if !set.eq_ignore_ascii_case("set") || !config.eq_ignore_ascii_case("config") {
        return None;
    }
    let about = options.iter().find_map(|option| option.split_once("section:"))?.1.to_ascii_lowercase();
    if !about.ends_with("windowsauthentication") {
        return None;
    }
    let ignored = |option: &str| option.contains("section:") || option.to_ascii_lowercase().starts_with("/commit");
    let changes = options.iter().filter(|option| !ignored(option)).map(|option| appcmd_option(option));
    let changes: Option<Vec<_>> =
        changes.map(|change| change.map(|change| Change::SignIn(Some(site.clone()), change))).collect();
    changes.filter(|changes| !changes.is_empty())
}

fn appcmd_option(option: &str) -> Option<SignInChange> {
    let option = option.strip_prefix('/')?;
    let provider = |text: &str| {
        let name = text.strip_prefix("providers.[value='")?.strip_suffix("']")?;
        Some(AuthProvider::parse(name))
    };
    if let Some(rest) = option.strip_prefix('+') {
        return provider(rest).map(SignInChange::AddProvider);
    }
    if let Some(rest) = option.strip_prefix('-') {
        return provider(rest).map(SignInChange::RemoveProvider);
    }
    let (name, value) = option.split_once(':')?;
    if name.eq_ignore_ascii_case("extendedProtection.tokenChecking") {
        let known = ["None", "Allow", "Require"].into_iter().find(|known| known.eq_ignore_ascii_case(value))?;
        return Some(SignInChange::TokenChecking(known.to_owned()));
    }
    switch(name, value)
}

fn switch(name: &str, value: &str) -> Option<SignInChange> {
    let on = match value.trim().to_ascii_lowercase().as_str() {
        "true" | "on" | "1" => true,
        "false" | "off" | "0" => false,
        _ => return None,
    };
    match name.trim().to_ascii_lowercase().as_str() {
        "enabled" | "windowsauthentication" => Some(SignInChange::Windows(on)),
        "usekernelmode" => Some(SignInChange::KernelMode(on)),
        "useapppoolcredentials" => Some(SignInChange::PoolCredentials(on)),
        "authpersistsinglerequest" => Some(SignInChange::SingleRequest(on)),
        _ => None,
    }
}

fn setting(text: &str) -> Option<Change> {
    let (change, site) = match text.split_once(" in ") {
        Some((change, site)) => (change, Some(site.trim().trim_matches('"').to_owned())),
        None => (text, None),
    };
    let (name, value) = change.split_once('=')?;
    if name.trim().eq_ignore_ascii_case("providers") {
        let names = value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(AuthProvider::parse);
        return Some(Change::SignIn(site, SignInChange::Providers(names.collect())));
    }
    Some(Change::SignIn(site, switch(name, value)?))
}

fn pool(text: &str) -> Option<Change> {
    let (name, account) = text.split_once('=')?;
    let (name, account) = (name.trim().trim_matches('"'), account.trim().trim_matches('"'));
    let identity = match account.to_ascii_lowercase().as_str() {
        "applicationpoolidentity" => PoolIdentity::Machine("ApplicationPoolIdentity"),
        "networkservice" => PoolIdentity::Machine("NetworkService"),
        "localsystem" => PoolIdentity::Machine("LocalSystem"),
        "localservice" => PoolIdentity::LocalService,
        _ => PoolIdentity::Account(Some(AccountName::parse(account)).filter(|account| account.domain().is_some())?),
    };
    (!name.is_empty()).then(|| Change::PoolIdentity(name.to_owned(), identity))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign_in(site: Option<&str>, change: SignInChange) -> Change {
        Change::SignIn(site.map(str::to_owned), change)
    }

    fn check(found: Option<Vec<Change>>, expected: impl IntoIterator<Item = Change>) {
        assert_eq!(found.expect("understood"), expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_commands_of_fixes_are_understood() {
        let section = "-section:system.webServer/security/authentication/windowsAuthentication";
        let command = |change: &str| {
            parse(&format!(
                r#"%windir%\system32\inetsrv\appcmd set config "VGS Portal/hr" {section} {change} /commit:apphost"#
            ))
        };
        let site = Some("VGS Portal/hr");
        check(command("/useAppPoolCredentials:true"), [sign_in(site, SignInChange::PoolCredentials(true))]);
        check(command("/enabled:false"), [sign_in(site, SignInChange::Windows(false))]);
        let negotiate = AuthProvider::Negotiate;
        check(command(r#"/+"providers.[value='Negotiate']""#), [sign_in(site, SignInChange::AddProvider(negotiate))]);
        check(
            command(r#"/-"providers.[value='NTLM']""#),
            [sign_in(site, SignInChange::RemoveProvider(AuthProvider::Ntlm))],
        );
        let both = [SignInChange::KernelMode(true), SignInChange::PoolCredentials(false)];
        check(command("/useKernelMode:true /useAppPoolCredentials:false"), both.map(|change| sign_in(site, change)));
        let checking = SignInChange::TokenChecking("None".to_owned());
        check(command("/extendedProtection.tokenChecking:none"), [sign_in(site, checking)]);
        assert_eq!(command("/extendedProtection.tokenChecking:maybe"), None);
        assert_eq!(command("/enabled:perhaps"), None);
    }

    #[test]
    fn spns_are_registered_and_deleted_and_never_added_blindly() {
        let spn = Spn::parse("HTTP/www.contoso.com").expect("an SPN");
        let account = AccountName::parse(r"CONTOSO\svc-web");
        let line = |option: &str| parse(&format!(r"setspn {option} HTTP/www.contoso.com CONTOSO\svc-web"));
        check(line("-S"), [Change::Register(spn.clone(), account.clone())]);
        check(line("-d"), [Change::Delete(spn, account)]);
        assert_eq!((line("-A"), line("-R"), parse("setspn -S HTTP/x")), (None, None, None));
    }

    #[test]
    fn a_few_words_are_enough() {
        check(parse("useKernelMode=false"), [sign_in(None, SignInChange::KernelMode(false))]);
        let providers = SignInChange::Providers(vec![AuthProvider::Negotiate, AuthProvider::Ntlm]);
        check(parse("providers=Negotiate,NTLM in Default Web Site"), [sign_in(Some("Default Web Site"), providers)]);
        let account = PoolIdentity::Account(AccountName::parse(r"CONTOSO\gmsa$"));
        check(parse(r"pool My Pool=CONTOSO\gmsa$"), [Change::PoolIdentity("My Pool".to_owned(), account)]);
        let machine = PoolIdentity::Machine("NetworkService");
        check(parse("pool P=NetworkService"), [Change::PoolIdentity("P".to_owned(), machine)]);
        for nonsense in ["", "\"", "setspn", "pool =x", "pool P=nobody", "x=true", "format c:", "appcmd set config"] {
            assert_eq!(parse(nonsense), None, "{nonsense:?}");
        }
    }
}
