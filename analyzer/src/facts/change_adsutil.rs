//! A change of the metabase of IIS 5 and 6, as `adsutil.vbs` is told to make it.
//!
//! ```text
//! cscript //nologo …\adsutil.vbs set w3svc/1/root/NTAuthenticationProviders "Negotiate,NTLM"
//! cscript //nologo …\adsutil.vbs set w3svc/1/root/AuthNTLM TRUE
//! cscript //nologo …\adsutil.vbs set w3svc/AppPools/Portal/AppPoolIdentityType 2
//! cscript //nologo …\adsutil.vbs delete w3svc/1/root/app/NTAuthenticationProviders
//! ```

use crate::facts::account::AccountName;
use crate::facts::change::{Change, Inherited, SignInChange};
use crate::facts::iis::PoolIdentity;
use crate::facts::sign_in::AuthProvider;

/// The key of the pools.
const POOLS: &str = "w3svc/apppools/";

/// The change that the words behind the name of the script ask for.
pub fn parse(words: &[String]) -> Option<Change> {
    let (verb, rest) = words.split_first()?;
    match (verb.to_ascii_lowercase().as_str(), rest) {
        ("set", [place, value]) => set(place, value),
        ("delete", [place]) => {
            let (key, property) = place.trim_matches('/').rsplit_once('/')?;
            let is_list = property.eq_ignore_ascii_case("NTAuthenticationProviders");
            is_list.then(|| Change::Inherit(key.to_owned(), Inherited::Providers))
        }
        _ => None,
    }
}

fn set(place: &str, value: &str) -> Option<Change> {
    let (key, property) = place.trim_matches('/').rsplit_once('/')?;
    if key.get(..POOLS.len()).is_some_and(|start| start.eq_ignore_ascii_case(POOLS)) {
        return pool(key.get(POOLS.len()..)?, property, value);
    }
    let change = match property.to_ascii_lowercase().as_str() {
        // A blank belongs to the name of a provider here, which is one of the faults that this property can have.
        "ntauthenticationproviders" => {
            let names = value.split(',').filter(|name| !name.trim().is_empty());
            SignInChange::Providers(names.map(AuthProvider::parse).collect())
        }
        "authntlm" => SignInChange::Windows(truth(value)?),
        "authanonymous" => SignInChange::Anonymous(truth(value)?),
        "authpersistsinglerequest" => SignInChange::SingleRequest(truth(value)?),
        _ => return None,
    };
    Some(Change::SignIn(Some(key.to_owned()), change))
}

/// A pool of IIS 6 that runs as somebody of its own has two properties for it: the type 3, and the name, which decides.
fn pool(name: &str, property: &str, value: &str) -> Option<Change> {
    let identity = match (property.to_ascii_lowercase().as_str(), value.trim()) {
        ("apppoolidentitytype", "0") => PoolIdentity::Machine("LocalSystem"),
        ("apppoolidentitytype", "1") => PoolIdentity::LocalService,
        ("apppoolidentitytype", "2") => PoolIdentity::Machine("NetworkService"),
        ("wamusername", account) => {
            PoolIdentity::Account(Some(AccountName::parse(account)).filter(|account| account.domain().is_some())?)
        }
        _ => return None,
    };
    Some(Change::PoolIdentity(name.to_owned(), identity))
}

fn truth(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::change_words;

    use super::*;

    fn parsed(rest: &str) -> Option<Vec<Change>> {
        change_words::parse(&format!(r"cscript //nologo %SystemDrive%\Inetpub\AdminScripts\adsutil.vbs {rest}"))
    }

    fn sign_in(change: SignInChange) -> Change {
        Change::SignIn(Some("w3svc/1/root".to_owned()), change)
    }

    #[test]
    fn how_users_sign_in_is_set_at_a_key() {
        let both = SignInChange::Providers(vec![AuthProvider::Negotiate, AuthProvider::Ntlm]);
        assert_eq!(
            parsed(r#"set w3svc/1/root/NTAuthenticationProviders "Negotiate,NTLM""#),
            Some(vec![sign_in(both.clone())])
        );
        assert_eq!(
            parsed("SET /w3svc/1/root/NTAuthenticationProviders Negotiate,NTLM"),
            Some(vec![sign_in(both.clone())])
        );
        assert_ne!(
            parsed(r#"set w3svc/1/root/NTAuthenticationProviders "Negotiate, NTLM""#),
            Some(vec![sign_in(both)])
        );
        assert_eq!(parsed("set w3svc/1/root/AuthNTLM TRUE"), Some(vec![sign_in(SignInChange::Windows(true))]));
        assert_eq!(parsed("set w3svc/1/root/AuthAnonymous False"), Some(vec![sign_in(SignInChange::Anonymous(false))]));
        assert_eq!(
            parsed("set w3svc/1/root/AuthPersistSingleRequest 0"),
            Some(vec![sign_in(SignInChange::SingleRequest(false))])
        );
        let inherit = Change::Inherit("w3svc/1/root/app".to_owned(), Inherited::Providers);
        assert_eq!(parsed("delete w3svc/1/root/app/NTAuthenticationProviders"), Some(vec![inherit]));
    }

    #[test]
    fn a_pool_runs_as_somebody_else() {
        let pool = |identity| Some(vec![Change::PoolIdentity("My Pool".to_owned(), identity)]);
        let set = |property: &str, value: &str| parsed(&format!(r#"set "w3svc/AppPools/My Pool/{property}" {value}"#));
        assert_eq!(set("AppPoolIdentityType", "2"), pool(PoolIdentity::Machine("NetworkService")));
        assert_eq!(set("AppPoolIdentityType", "0"), pool(PoolIdentity::Machine("LocalSystem")));
        assert_eq!(set("AppPoolIdentityType", "1"), pool(PoolIdentity::LocalService));
        let account = PoolIdentity::Account(AccountName::parse(r"CONTOSO\svc-web"));
        assert_eq!(set("WAMUserName", r"CONTOSO\svc-web"), pool(account));
        assert_eq!((set("AppPoolIdentityType", "3"), set("WAMUserName", "nobody")), (None, None));
    }

    #[test]
    fn what_is_not_understood_changes_nothing() {
        for rest in
            ["", "set", "set w3svc/1/root/AuthNTLM perhaps", "set w3svc/1/Path x", "enum w3svc", "delete w3svc/1"]
        {
            assert_eq!(parsed(rest), None, "{rest}");
        }
        assert_eq!(change_words::parse(r"cscript //nologo other.vbs set w3svc/1/root/AuthNTLM TRUE"), None);
    }
}
