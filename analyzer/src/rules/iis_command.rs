//! Commands that read and change how a path signs users in, in the language of the IIS that serves it.

use crate::rules::adsutil;
use crate::rules::appcmd::{self, all};
use crate::rules::command::CommandLine;
use crate::rules::rule::SitePath;

/// The property that holds the list of providers: one text with commas and without spaces.
const PROVIDERS: &str = "NTAuthenticationProviders";

/// Makes the list of providers `Negotiate, NTLM`; `present` is what it holds now.
pub fn negotiate_then_ntlm(path: &SitePath<'_>, present: &[String]) -> Vec<CommandLine> {
    match adsutil::key(path) {
        Some(key) => all([adsutil::set(&key, PROVIDERS, "Negotiate,NTLM")]),
        None => appcmd::negotiate_then_ntlm(path, present),
    }
}

/// Takes back what [`negotiate_then_ntlm`] did to a list that was `present` before and lacked `added`.
pub fn take_back(path: &SitePath<'_>, present: &[String], added: &[&str]) -> Vec<CommandLine> {
    let Some(key) = adsutil::key(path) else {
        let remove = |name: &&str| format!(r#"/-"providers.[value='{name}']""#);
        return all(added.iter().map(|name| appcmd::set_windows_authentication(path, &remove(name))));
    };
    if present.is_empty() { Vec::new() } else { all([adsutil::set(&key, PROVIDERS, &present.join(","))]) }
}

/// Takes away the list of providers that a path has of its own.
pub fn inherit_providers(path: &SitePath<'_>) -> Option<CommandLine> {
    match adsutil::key(path) {
        Some(key) => adsutil::delete(&key, PROVIDERS),
        None => appcmd::clear_windows_authentication(path),
    }
}

/// Lets a connection stay signed in, or not.
pub fn sign_in_every_request(path: &SitePath<'_>, on: bool) -> Vec<CommandLine> {
    all([match adsutil::key(path) {
        Some(key) => adsutil::set(&key, "AuthPersistSingleRequest", if on { "TRUE" } else { "FALSE" }),
        None => appcmd::set_windows_authentication(path, &format!("/authPersistSingleRequest:{on}")),
    }])
}

/// Switches Windows authentication on or off.
pub fn switch_windows_authentication(path: &SitePath<'_>, on: bool) -> Vec<CommandLine> {
    all([match adsutil::key(path) {
        Some(key) => adsutil::set(&key, "AuthNTLM", if on { "TRUE" } else { "FALSE" }),
        None => appcmd::set_windows_authentication(path, &format!("/enabled:{on}")),
    }])
}

/// Shows what is in force for a path; of the metabase, what is set at its key.
pub fn show_sign_in(path: &SitePath<'_>) -> Option<CommandLine> {
    match adsutil::key(path) {
        Some(key) => adsutil::list(&key),
        None => appcmd::show_windows_authentication(path),
    }
}

/// Starts the worker processes of a path anew, and with them their tickets and keys.
pub fn recycle(path: &SitePath<'_>) -> Option<CommandLine> {
    let pool = &path.path.pool.name;
    if path.site.node.is_some() { adsutil::recycle(pool) } else { appcmd::recycle(pool) }
}

/// Starts the pool of a path that was stopped. IIS 6 has no command for it.
pub fn start_pool(path: &SitePath<'_>) -> Vec<CommandLine> {
    if path.site.node.is_some() { Vec::new() } else { all([appcmd::start(&path.path.pool.name)]) }
}

/// Shows whether the pool of a path is started; in IIS 6, the state 2 is.
pub fn show_pool(path: &SitePath<'_>) -> Vec<CommandLine> {
    all([match path.site.node {
        Some(_) => adsutil::get(&adsutil::pool_key(path), "AppPoolState"),
        None => appcmd::show_pool(&path.path.pool.name),
    }])
}

#[cfg(test)]
mod tests {
    use crate::rules::answer::Verdict;
    use crate::rules::finding::Fix;
    use crate::rules::fixture::{World, check, commands};
    use crate::rules::local_account_pool::LocalAccountPool;
    use crate::rules::pool_identity_cannot_start::PoolIdentityCannotStart;
    use crate::rules::providers_negotiate_missing::ProvidersNegotiateMissing;
    use crate::rules::providers_order_ntlm_first::ProvidersOrderNtlmFirst;
    use crate::rules::providers_overridden_at_child::ProvidersOverriddenAtChild;
    use crate::rules::rule::Rule;
    use crate::rules::windows_auth_disabled::WindowsAuthDisabled;

    const ADSUTIL: &str = r"cscript //nologo %SystemDrive%\Inetpub\AdminScripts\adsutil.vbs";

    fn fixes(world: World, rule: &dyn Rule) -> Vec<Fix> {
        check(&world.of_iis_6(), rule, Verdict::Found).finding().fixes.clone()
    }

    fn adsutil(rest: &str) -> Vec<String> {
        vec![format!("{ADSUTIL} {rest}")]
    }

    fn words(lines: &[crate::rules::command::CommandLine]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn providers_of_iis_6_are_one_text_in_the_metabase() {
        let fix = &fixes(World::healthy().offers(&["NTLM"]), &ProvidersNegotiateMissing)[0];
        assert_eq!(commands(fix), adsutil(r#"set w3svc/1/root/NTAuthenticationProviders "Negotiate,NTLM""#));
        assert_eq!(words(&fix.undo), adsutil("set w3svc/1/root/NTAuthenticationProviders NTLM"));
        assert_eq!(words(&fix.verify), adsutil("enum w3svc/1/root"));
        let fix = &fixes(World::healthy().offers(&["NTLM", "Negotiate"]), &ProvidersOrderNtlmFirst)[0];
        assert_eq!(words(&fix.undo), adsutil(r#"set w3svc/1/root/NTAuthenticationProviders "NTLM,Negotiate""#));
    }

    #[test]
    fn a_path_below_the_root_has_a_key_of_its_own() {
        let world = World::healthy().path("/app", |app| app.offers(&["NTLM"]));
        let fix = &fixes(world, &ProvidersOverriddenAtChild)[0];
        assert_eq!(words(&fix.verify), adsutil("enum w3svc/1/root/app"));
    }

    #[test]
    fn windows_authentication_of_iis_6_is_one_bit() {
        let fix = &fixes(World::healthy().windows_off(), &WindowsAuthDisabled)[0];
        assert_eq!(commands(fix), adsutil("set w3svc/1/root/AuthNTLM TRUE"));
        assert_eq!((words(&fix.undo), &fix.note), (adsutil("set w3svc/1/root/AuthNTLM FALSE"), &None));
    }

    #[test]
    fn a_pool_of_iis_6_decrypts_as_the_machine_only_when_it_runs_as_it() {
        for (account, kind) in [(r".\bob", "3"), ("LocalService", "1")] {
            let fixes = fixes(World::healthy().pool_runs_as(account), &LocalAccountPool);
            assert!(!fixes[0].title.contains("managed"), "{}", fixes[0].title);
            let set = |kind| adsutil(&format!("set w3svc/AppPools/IntranetPool/AppPoolIdentityType {kind}"));
            assert_eq!((commands(&fixes[1]), words(&fixes[1].undo)), (set("2"), set(kind)));
        }
    }

    #[test]
    fn a_stopped_pool_of_iis_6_is_started_by_hand() {
        let world = World::healthy().pool_failed("IntranetPool", "2026-01-20T07:00:00Z");
        let fix = &fixes(world, &PoolIdentityCannotStart)[0];
        assert_eq!(
            (commands(fix).len(), words(&fix.verify)),
            (0, adsutil("get w3svc/AppPools/IntranetPool/AppPoolState"))
        );
    }
}
