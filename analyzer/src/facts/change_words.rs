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
//! appcmd set apppool "Intranet" /processModel.identityType:SpecificUser /processModel.userName:CONTOSO\svc-web
//! Set-ADAccountControl -Identity svc-web -Server contoso.com -TrustedForDelegation $true
//! Set-ADUser -Identity svc-web -Add @{'msDS-AllowedToDelegateTo'='MSSQLSvc/sql01.contoso.com'}
//! appcmd clear config "Site/app" -section:… /commit:apphost
//! cscript //nologo …\adsutil.vbs set w3svc/1/root/NTAuthenticationProviders "Negotiate,NTLM"
//! pool Intranet=CONTOSO\svc-web        or ApplicationPoolIdentity, NetworkService, LocalSystem, LocalService
//! ```

use crate::facts::account::AccountName;
use crate::facts::account_control::{AccountControl, EncryptionTypes};
use crate::facts::change::{AccountChange, Change, Inherited, SignInChange};
use crate::facts::change_adsutil;
use crate::facts::iis::PoolIdentity;
use crate::facts::sign_in::AuthProvider;
use crate::facts::spn::Spn;

/// What a person can write, for help texts.
pub const FORMS: &str = "setspn -S SPN ACCOUNT, setspn -D SPN ACCOUNT, useAppPoolCredentials=true in SITE, \
                         useKernelMode=false in SITE, windowsAuthentication=true in SITE, \
                         providers=Negotiate,NTLM in SITE, pool NAME=ACCOUNT, Set-ADAccountControl or Set-ADUser with delegation or encryption \
                         types, or an appcmd or adsutil.vbs command of a fix";

/// Understands the changes that a command makes, one or several; none when the words are not of the forms above.
pub fn parse(text: &str) -> Option<Vec<Change>> {
    let words = split(text)?;
    let (program, rest) = words.split_first()?;
    let program = program.to_ascii_lowercase();
    match program.rsplit(['\\', '/']).next()?.trim_end_matches(".exe") {
        "setspn" => Some(vec![setspn(rest)?]),
        "appcmd" if rest.get(1).is_some_and(|word| word.eq_ignore_ascii_case("apppool")) => app_pool(rest),
        "appcmd" => appcmd(rest),
        "cscript" => {
            let script = rest.iter().position(|word| word.to_ascii_lowercase().ends_with("adsutil.vbs"))?;
            Some(vec![change_adsutil::parse(rest.get(script.checked_add(1)?..)?)?])
        }
        "set-adaccountcontrol" => account_control(rest),
        "set-aduser" | "set-adcomputer" | "set-adserviceaccount" => account(rest),
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
    let [verb, config, site, options @ ..] = words else { return None };
    if !config.eq_ignore_ascii_case("config") {
        return None;
    }
    let about = options.iter().find_map(|option| option.split_once("section:"))?.1.to_ascii_lowercase();
    let is_windows = about.ends_with("windowsauthentication");
    if verb.eq_ignore_ascii_case("clear") {
        return is_windows.then(|| vec![Change::Inherit(site.clone(), Inherited::Section)]);
    }
    if !verb.eq_ignore_ascii_case("set") {
        return None;
    }
    if about.ends_with("anonymousauthentication") {
        let on = options.iter().find_map(|option| option.strip_prefix("/enabled:"))?;
        let change = SignInChange::Anonymous(on.to_ascii_lowercase().parse().ok()?);
        return Some(vec![Change::SignIn(Some(site.clone()), change)]);
    }
    if !is_windows {
        return None;
    }
    let ignored = |option: &str| option.contains("section:") || option.to_ascii_lowercase().starts_with("/commit");
    let changes = options.iter().filter(|option| !ignored(option)).map(|option| appcmd_option(option));
    let changes: Option<Vec<_>> =
        changes.map(|change| change.map(|change| Change::SignIn(Some(site.clone()), change))).collect();
    changes.filter(|changes| !changes.is_empty())
}

fn app_pool(words: &[String]) -> Option<Vec<Change>> {
    let [set, _, pool, options @ ..] = words else { return None };
    if !set.eq_ignore_ascii_case("set") {
        return None;
    }
    let (mut kind, mut user) = (None, None);
    for option in options {
        let (name, value) = option.strip_prefix('/')?.split_once(':')?;
        match name.to_ascii_lowercase().as_str() {
            "processmodel.identitytype" => kind = Some(value),
            "processmodel.username" => user = Some(value),
            "processmodel.password" | "commit" => {}
            _ => return None,
        }
    }
    // A name alone changes the pool only where it runs as somebody already; the two belong together.
    let identity = match (kind, user) {
        (Some(kind), user) if kind.eq_ignore_ascii_case("SpecificUser") => identity(user?)?,
        (Some(kind), None) => identity(kind)?,
        (None, Some(user)) => identity(user)?,
        _ => return None,
    };
    Some(vec![Change::PoolIdentity(pool.clone(), identity)])
}

/// The account that a cmdlet of the Active Directory module is about, and its other parameters in pairs.
fn cmdlet(words: &[String]) -> Option<(AccountName, Vec<(String, &str)>)> {
    let (mut name, mut server, mut others) = (None, None, Vec::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.strip_prefix('-') {
            None if name.is_none() => name = Some(word.as_str()),
            None => return None,
            Some(parameter) => {
                // `-Name value` and `-Name:value`
                let (parameter, value) = match parameter.split_once(':') {
                    Some((parameter, value)) => (parameter, value),
                    None => (parameter, rest.next()?.as_str()),
                };
                match parameter.to_ascii_lowercase().as_str() {
                    "identity" => name = Some(value),
                    "server" => server = Some(value.to_owned()),
                    other => others.push((other.to_owned(), value)),
                }
            }
        }
    }
    Some((AccountName::new(server, name?.trim_matches('\'')), others)).filter(|(_, others)| !others.is_empty())
}

fn account_control(words: &[String]) -> Option<Vec<Change>> {
    let (account, parameters) = cmdlet(words)?;
    let change = |(name, value): &(String, &str)| {
        let flag = match name.as_str() {
            "trustedfordelegation" => AccountControl::TRUSTED_FOR_DELEGATION,
            "trustedtoauthfordelegation" => AccountControl::PROTOCOL_TRANSITION,
            "accountnotdelegated" => AccountControl::NOT_DELEGATED,
            "usedeskeyonly" => AccountControl::DES_ONLY,
            "enabled" => AccountControl::DISABLED,
            _ => return None,
        };
        let on = match value.to_ascii_lowercase().as_str() {
            "$true" => true,
            "$false" => false,
            _ => return None,
        };
        // The directory has a flag for accounts that are disabled.
        let on = on != (flag == AccountControl::DISABLED);
        Some(Change::Account(account.clone(), AccountChange::Control(flag, on)))
    };
    parameters.iter().map(change).collect()
}

fn account(words: &[String]) -> Option<Vec<Change>> {
    let (account, parameters) = cmdlet(words)?;
    let change = |(name, value): &(String, &str)| {
        let change = match name.as_str() {
            "add" => AccountChange::DelegateTo(delegates(value)?),
            "remove" => AccountChange::DelegateNoMore(delegates(value)?),
            "kerberosencryptiontype" => AccountChange::Types(types(value)?),
            _ => return None,
        };
        Some(Change::Account(account.clone(), change))
    };
    parameters.iter().map(change).collect()
}

/// The services in `@{'msDS-AllowedToDelegateTo'='cifs/files01','cifs/files01.contoso.com'}`.
fn delegates(table: &str) -> Option<Vec<String>> {
    let (attribute, values) = table.strip_prefix("@{")?.strip_suffix('}')?.split_once('=')?;
    let plain = |text: &str| text.trim().trim_matches('\'').to_owned();
    if !plain(attribute).eq_ignore_ascii_case("msDS-AllowedToDelegateTo") {
        return None;
    }
    let services: Vec<_> = values.split(',').map(plain).filter(|service| !service.is_empty()).collect();
    (!services.is_empty()).then_some(services)
}

/// `AES128,AES256`
fn types(list: &str) -> Option<EncryptionTypes> {
    let bit = |name: &str| match name.trim().to_ascii_uppercase().as_str() {
        "DES" => Some(0x3),
        "RC4" => Some(0x4),
        "AES128" => Some(0x8),
        "AES256" => Some(0x10),
        _ => None,
    };
    list.split(',').map(bit).try_fold(0, |all, bit| Some(all | bit?)).map(EncryptionTypes)
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
    let identity = identity(account)?;
    (!name.is_empty()).then(|| Change::PoolIdentity(name.to_owned(), identity))
}

fn identity(account: &str) -> Option<PoolIdentity> {
    Some(match account.to_ascii_lowercase().as_str() {
        "applicationpoolidentity" => PoolIdentity::Machine("ApplicationPoolIdentity"),
        "networkservice" => PoolIdentity::Machine("NetworkService"),
        "localsystem" => PoolIdentity::Machine("LocalSystem"),
        "localservice" => PoolIdentity::LocalService,
        _ => PoolIdentity::Account(Some(AccountName::parse(account)).filter(|account| account.domain().is_some())?),
    })
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
        let whole = |verb: &str, section: &str, change: &str| {
            let path = "system.webServer/security/authentication";
            parse(&format!(
                r#"appcmd {verb} config "VGS Portal/hr" -section:{path}/{section} {change} /commit:apphost"#
            ))
        };
        let inherit = Change::Inherit("VGS Portal/hr".to_owned(), Inherited::Section);
        check(whole("clear", "windowsAuthentication", ""), [inherit]);
        let anonymous = sign_in(site, SignInChange::Anonymous(false));
        check(whole("set", "anonymousAuthentication", "/enabled:false"), [anonymous]);
        assert_eq!(whole("clear", "anonymousAuthentication", ""), None);
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
    fn pools_and_accounts_are_changed_by_the_commands_that_change_them() {
        let pool = |identity| [Change::PoolIdentity("HR Pool".to_owned(), identity)];
        let command = |options: &str| parse(&format!("appcmd set apppool \"HR Pool\" {options}"));
        let account = PoolIdentity::Account(AccountName::parse(r"CONTOSO\svc-hr"));
        let user =
            r"/processModel.identityType:SpecificUser /processModel.userName:CONTOSO\svc-hr /processModel.password:*";
        check(command(user), pool(account));
        check(command("/processModel.identityType:NetworkService"), pool(PoolIdentity::Machine("NetworkService")));
        assert_eq!((command("/processModel.identityType:SpecificUser"), command("/autoStart:true")), (None, None));
        let svc = AccountName::new(Some("contoso.com".to_owned()), "svc-web");
        let changed = |change| [Change::Account(svc.clone(), change)];
        let set = "-Identity svc-web -Server contoso.com";
        check(
            parse(&format!("Set-ADAccountControl {set} -TrustedForDelegation $false")),
            changed(AccountChange::Control(AccountControl::TRUSTED_FOR_DELEGATION, false)),
        );
        check(
            parse(&format!("Set-ADAccountControl {set} -Enabled $true")),
            changed(AccountChange::Control(AccountControl::DISABLED, false)),
        );
        let list = "@{'msDS-AllowedToDelegateTo'='cifs/a','cifs/b'}";
        let services = vec!["cifs/a".to_owned(), "cifs/b".to_owned()];
        check(parse(&format!("Set-ADUser {set} -Add {list}")), changed(AccountChange::DelegateTo(services.clone())));
        check(parse(&format!("Set-ADUser {set} -Remove {list}")), changed(AccountChange::DelegateNoMore(services)));
        let types = AccountChange::Types(EncryptionTypes(0x18));
        check(parse(&format!("Set-ADUser {set} -KerberosEncryptionType AES128,AES256")), changed(types));
        for nonsense in ["-Enabled maybe", "-Add @{'cn'='x'}", "-KerberosEncryptionType X", "", "-Add"] {
            assert_eq!(parse(&format!("Set-ADUser {set} {nonsense}")), None, "{nonsense}");
        }
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
