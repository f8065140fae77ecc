//! An SPN that another path needs where it is: one name has one account, and moving it would only move the fault.

use crate::exchange::outcome::Exchange;
use crate::rules::appcmd;
use crate::rules::finding::{Fix, Privilege, Risk};
use crate::rules::rule::Situation;
use crate::rules::setspn;
use crate::rules::wrong_key::WrongKey;

/// What to do instead of taking the SPN from its holder, when some path decrypts as that holder: either all that is
/// reached under the name runs as that account, or the path that fails gets a name of its own. None where the SPN is
/// of use to no path of the case.
pub fn leave_where_it_is(situation: &Situation<'_>, wrong: &WrongKey<'_>) -> Option<Fix> {
    let needed =
        wrong.spns.iter().flat_map(|spn| situation.index.asking(spn)).any(|exchange| needs(situation, exchange, wrong));
    needed.then(|| Fix {
        title: format!("Let {} decrypt as {} too, or give it a host name of its own", wrong.path.name(), wrong.holder),
        risk: Risk::Disruptive,
        privilege: Privilege::ServerAdmin,
        note: Some(format!(
            "Do not take {} from {}: other paths are reached under the same name and need it where it is.",
            wrong.spn_list(),
            wrong.holder
        )),
        commands: Vec::new(),
        undo: Vec::new(),
        verify: appcmd::all(wrong.spns.first().map(setspn::ask_anew).unwrap_or_default()),
    })
}

/// Whether this exchange, in which one of the SPNs is asked for, ends well because the holder decrypts there.
fn needs(situation: &Situation<'_>, exchange: &Exchange, wrong: &WrongKey<'_>) -> bool {
    let identity = exchange.identity.account();
    identity.is_some_and(|name| situation.facts.directory.is(name, &wrong.dn) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::derive::exchanges;
    use crate::facts::fact::Fact;
    use crate::facts::spn::Spn;
    use crate::rules::answer::Answer;
    use crate::rules::fixture::World;
    use crate::rules::wrong_key::{Kind, wrong_keys};

    const NAME: &str = "HTTP/intranet.contoso.com";

    /// `/app` needs the name where it is; the root needs it on another account.
    fn two_paths() -> World {
        World::healthy().held_only_by(NAME, "svc-app").path("/app", |app| app.pool_runs_as("CONTOSO\\svc-app"))
    }

    fn check(world: &World, change: impl Fn(&mut Exchange), stays: bool) {
        let facts = world.facts();
        let mut exchanges = exchanges(&facts);
        exchanges.iter_mut().filter(|exchange| exchange.path == "/app").for_each(change);
        let situation = Situation::of(&facts, &exchanges);
        let wrong = wrong_keys(Kind::OtherAccount, &situation, &mut Answer::default()).expect("a web server");
        let [wrong] = wrong.as_slice() else { panic!("not one: {wrong:#?}") };
        assert_eq!(leave_where_it_is(&situation, wrong).is_some(), stays);
    }

    #[test]
    fn a_name_that_another_path_needs_stays() {
        check(&two_paths(), |_| (), true);
    }

    #[test]
    fn a_second_holder_that_may_be_elsewhere_makes_no_difference() {
        check(&two_paths().duplicates_not_searched().not_searched(NAME), |_| (), true);
    }

    #[test]
    fn a_path_that_is_asked_for_another_name_does_not_need_this_one() {
        let other = |exchange: &mut Exchange| {
            if let Some(Fact::Known(request)) = &mut exchange.request {
                request.spn = Spn::parse("HTTP/other.contoso.com").expect("an SPN");
            }
        };
        check(&two_paths(), other, false);
    }

    #[test]
    fn no_path_needs_a_name_on_an_account_that_decrypts_nowhere() {
        let world = World::healthy().held_only_by(NAME, "svc-old");
        check(&world, |_| (), false);
    }
}
