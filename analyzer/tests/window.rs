//! The window, driven by the names of its buttons and rows, without a screen.

#![cfg(feature = "gui")]
#![expect(clippy::expect_used, reason = "what cannot be set up is a failed test")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kerbscope::artifacts::opened::OpenedBundle;
use kerbscope::artifacts::watch::Watch;
use kerbscope::formats::identity::Keyring;
use kerbscope::gui::action::Pick;
use kerbscope::gui::app::App;
use kerbscope::gui::doors::Doors;
use kerbscope::gui::load::Wanted;
use kerbscope::gui::settings::Settings;
use kerbscope::open::{OpenError, open_watched};
use kerbscope_shared::pseudonym::map::TokenMap;
use kerbscope_shared::pseudonym::token::MapId;
use kerbscope_shared::read::Member;

type Window = Harness<'static, Seen>;

/// The app, and what it put on the clipboard.
#[derive(Default)]
struct Seen {
    app: Option<App>,
    copied: Vec<String>,
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples/bundles").join(name)
}

fn open(path: &Path, keys: &Keyring, watch: &Watch) -> Result<OpenedBundle, OpenError> {
    open_watched(path, keys, watch, None)
}

fn window(paths: Vec<PathBuf>) -> Window {
    window_with(paths, Doors { ask: |_| None, open })
}

/// The findings of a case.
fn findings(paths: Vec<PathBuf>) -> Window {
    let mut window = window(paths);
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    window
}

fn window_with(paths: Vec<PathBuf>, doors: Doors) -> Window {
    window_as(Settings::default(), Wanted { paths, ..Wanted::default() }, doors)
}

fn window_as(settings: Settings, wanted: Wanted, doors: Doors) -> Window {
    let mut wanted = Some(wanted);
    let builder = Harness::builder().with_size([1280.0, 2400.0]);
    let mut window = builder.build_ui_state(
        move |ui, seen: &mut Seen| {
            let start = || App::new(ui.ctx(), settings.clone(), wanted.take().unwrap_or_default(), doors);
            let app = seen.app.get_or_insert_with(start);
            app.logic(ui.ctx());
            app.ui(ui);
            ui.output(|output| seen.copied.extend(output.commands.iter().filter_map(copied_text)));
        },
        Seen::default(),
    );
    settle(&mut window);
    window
}

/// Steps until nothing goes on in the background; a spinner asks for frames without end.
fn settle(window: &mut Window) {
    let deadline = Instant::now() + Duration::from_mins(1);
    window.step();
    window.step();
    while window.state().app.as_ref().is_none_or(App::is_busy) {
        assert!(Instant::now() < deadline, "the background does not come to an end");
        std::thread::yield_now();
        window.step();
    }
    window.run();
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn copied_text(command: &OutputCommand) -> Option<String> {
    match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    }
}

fn click(window: &mut Window, name: &str) {
    window.get_by_label(name).click();
    settle(window);
}

/// Clicks the first thing whose name holds these words.
fn click_on_part(window: &mut Window, words: &str) {
    window.query_all_by_label_contains(words).next().expect("something with these words").click();
    settle(window);
}

fn type_into(window: &mut Window, name: &str, text: &str) {
    window.get_by_label(name).focus();
    window.step();
    window.event(egui::Event::Text(text.to_owned()));
    settle(window);
}

fn shows(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

fn selected(window: &Window) -> Vec<String> {
    use egui::accesskit::Toggled;
    let nodes =
        window.root().children_recursive().filter(|node| node.accesskit_node().toggled() == Some(Toggled::True));
    nodes.filter_map(|node| node.accesskit_node().label()).filter(|label| label.contains(": ")).collect()
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody reads it through the window".to_owned())
    }
}

fn drop_on(window: &mut Window, path: PathBuf) {
    window.input_mut().dropped_files = vec![Arc::new(Dropped(path))];
    window.step();
    window.input_mut().dropped_files.clear();
}

const FIX: &str = "%windir%\\system32\\inetsrv\\appcmd set config \"VGS Portal\" \
                   -section:system.webServer/security/authentication/windowsAuthentication \
                   /useAppPoolCredentials:true /commit:apphost";

#[test]
fn without_a_bundle_it_says_what_can_be_opened() {
    let window = window(Vec::new());
    window.get_by_label("Open…");
    window.get_by_label("Drop a bundle here");
    window.get_by_label("A folder");
    assert!(shows(&window, "Ctrl+O"));
}

#[test]
fn a_finding_is_shown_with_its_evidence_and_its_command() {
    let window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    assert!(shows(&window, "HTTP/portal.contoso.com is held by CONTOSO\\svc-web"));
    let headlines = window.query_all_by_label_contains("HTTP/portal.contoso.com is held by");
    assert!(headlines.into_iter().all(|node| node.rect().right() <= 1280.0), "it wraps");
    assert!(shows(&window, "Certain: the evidence states it."));
    window.get_by_label(FIX);
    assert!(shows(&window, "iis/applicationHost.config:"));
    assert!(shows(&window, "<windowsAuthentication enabled=\"true\""));
    window.get_by_label("kernelmode-spn-on-pool-account");
    let badges = window.query_all_by_label("blocker").count();
    assert_eq!(badges, 2, "one beside the headline, one beside the details");
}

#[test]
fn the_overview_says_what_is_wrong_and_what_to_do() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    assert!(shows(&window, "HTTP/portal.contoso.com is held by CONTOSO\\svc-web"));
    let headlines = window.query_all_by_label_contains("HTTP/portal.contoso.com is held by");
    assert!(headlines.into_iter().all(|node| node.rect().right() <= 1280.0), "it wraps");
    assert!(shows(&window, "1 problem."));
    window.get_by_label("WEB01");
    window.get_by_label("web server");
    assert!(shows(&window, "Microsoft Windows Server 2022"));
    click(&mut window, "Copy the command of the first fix");
    assert_eq!(window.state().copied, [FIX]);
    click(&mut window, "Why, the evidence, and other ways to fix it");
    window.get_by_label("kernelmode-spn-on-pool-account");
}

#[test]
fn a_station_on_the_way_of_a_sign_in_shows_its_evidence() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    for station in ["SPN good: HTTP/portal.contoso.com", "Ticket identity good: CONTOSO\\WEB01$"] {
        assert!(shows(&window, station), "{station}");
    }
    assert!(!shows(&window, "setspn/"));
    click_on_part(&mut window, "Owner good: CONTOSO\\svc-web");
    assert!(shows(&window, "setspn/"));
    click_on_part(&mut window, "IIS wrong: cannot decrypt it");
    assert!(shows(&window, "KRB_AP_ERR_MODIFIED, and no fall-back"));
    click_on_part(&mut window, "IIS wrong: cannot decrypt it");
    assert!(!shows(&window, "KRB_AP_ERR_MODIFIED, and no fall-back"), "a second click folds it away");
}

#[test]
fn the_overview_says_what_is_missing_and_how_to_get_it() {
    let mut window = window(vec![sample("setspn-denied.zip")]);
    click(&mut window, "Copy what is missing as a text for the customer");
    let text = window.state().copied.concat();
    assert!(text.contains("- setspn -Q HTTP/intranet.contoso.com"), "{text}");
    assert!(text.contains("kerbscope-collect --dc WEB01"), "{text}");
    click_on_part(&mut window, "of evidence that would close them");
    assert!(shows(&window, "What to collect to close"));
}

#[test]
fn the_button_copies_the_command_and_nothing_else() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    click(&mut window, "Copy the command of fix 1");
    assert_eq!(window.state().copied, [FIX]);
    assert!(shows(&window, "Copied: "));
}

#[test]
fn the_key_c_copies_the_first_command_that_fixes_it() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    press(&mut window, Modifiers::NONE, Key::C);
    assert_eq!(window.state().copied, [FIX]);
}

#[test]
fn ctrl_c_copies_the_command_whose_button_has_the_keyboard() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    window.get_by_label("Copy the command of fix 1").focus();
    window.step();
    window.event(egui::Event::Copy);
    window.step();
    assert_eq!(window.state().copied, [FIX]);
}

#[test]
fn checks_that_are_open_say_what_to_collect() {
    let mut window = findings(vec![sample("setspn-denied.zip")]);
    assert!(shows(&window, "No problem found in what could be judged; some checks are open."));
    assert!(shows(&window, "open checks"));
    assert!(shows(&window, "setspn -Q HTTP/portal.contoso.com"));
    click(&mut window, "Copy what to collect 3");
    assert_eq!(window.state().copied, ["setspn -Q HTTP/intranet.contoso.com"]);
    click(&mut window, "open: Several accounts hold the same SPN");
    window.get_by_label("spn-duplicate");
}

#[test]
fn gaps_say_why_and_are_not_offered_to_be_run() {
    let mut window = findings(vec![sample("setspn-denied.zip")]);
    // The list is longer than the window is high.
    window.query_all_by_label_contains("access-denied: setspn").next().expect("a gap").scroll_to_me();
    window.run();
    window.query_all_by_label_contains("access-denied: setspn").next().expect("a gap").click();
    settle(&mut window);
    assert!(shows(&window, "How it was to be collected, as the bundle says"));
    assert!(window.query_all_by_label_contains("Copy how").next().is_none());
}

#[test]
fn health_is_said_in_words() {
    let window = window(vec![sample("healthy-with-noise.zip")]);
    assert!(shows(&window, "No problem found"));
    assert!(shows(&window, "0 problems."));
}

#[test]
fn several_bundles_make_one_case() {
    let window = window(vec![sample("spn-alias-cname.zip"), sample("spn-alias-cname-client.zip")]);
    assert!(shows(&window, "spn-alias-cname.zip, spn-alias-cname-client.zip"));
    window.get_by_label("web server");
    window.get_by_label("client");
}

#[test]
fn exchanges_are_shown_step_by_step_with_their_evidence() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    assert!(shows(&window, "http://portal.contoso.com/"));
    assert!(shows(&window, "Decrypt: wrong. The keys do not match: KRB_AP_ERR_MODIFIED"));
    let portal = "Owner: good. CONTOSO\\svc-web holds it";
    window.query_all_by_label_contains(portal).next().expect("the owner").click();
    settle(&mut window);
    assert!(shows(&window, "setspn/"));
}

#[test]
fn a_finding_leads_to_its_exchange_and_back() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    click(&mut window, "Show what happens there, step by step");
    assert!(shows(&window, "KRB_AP_ERR_MODIFIED, and no fall-back"));
    assert!(shows(&window, "iis/applicationHost.config:"));
    let link = window.query_all_by_role(egui::Role::Link).next().expect("a link to the finding");
    link.click();
    settle(&mut window);
    window.get_by_label(FIX);
}

#[test]
fn every_jump_has_a_way_back() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    click(&mut window, "Show what happens there, step by step");
    assert!(shows(&window, "KRB_AP_ERR_MODIFIED, and no fall-back"));
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    window.get_by_label(FIX);
    press(&mut window, Modifiers::ALT, Key::ArrowRight);
    assert!(shows(&window, "KRB_AP_ERR_MODIFIED, and no fall-back"));
    click(&mut window, "Back");
    window.get_by_label(FIX);
}

#[test]
fn the_rail_leads_to_every_view() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    click_on_part(&mut window, "Exchanges (");
    assert!(shows(&window, "Decrypt: wrong. The keys do not match: KRB_AP_ERR_MODIFIED"));
    click_on_part(&mut window, "Findings (");
    window.get_by_label(FIX);
}

#[test]
fn a_site_says_which_settings_are_in_force_and_who_decided() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    press(&mut window, Modifiers::COMMAND, Key::Num4);
    click_on_part(&mut window, "fails: VGS Portal");
    window.get_by_label("Kernel mode (useKernelMode)");
    assert!(shows(&window, "default of IIS"));
    assert!(shows(&window, "location VGS Portal"));
    window.get_by_label("CONTOSO\\svc-web");
    click_on_part(&mut window, "http://portal.contoso.com/");
    assert!(shows(&window, "Decrypt: wrong."), "it leads to the exchange");
}

#[test]
fn sites_and_accounts_are_found_as_one_types() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    press(&mut window, Modifiers::COMMAND, Key::Num4);
    type_into(&mut window, "Find a site, a pool, an account", "svc-web");
    assert!(shows(&window, "VGS Portal") && !shows(&window, "Kerberos: Default Web Site"));
    press(&mut window, Modifiers::COMMAND, Key::Num5);
    type_into(&mut window, "Find an account, an SPN, a pool", "portal.contoso");
    click_on_part(&mut window, "pool: CONTOSO\\svc-web");
    window.get_by_label("HTTP/portal.contoso.com");
    click(&mut window, "Graph");
    window.get_by_label("Account CONTOSO\\svc-web");
    window.get_by_label("SPN HTTP/portal.contoso.com");
}

#[test]
fn an_spn_on_two_accounts_is_marked() {
    let mut window = window(vec![sample("spn-duplicate.zip")]);
    press(&mut window, Modifiers::COMMAND, Key::Num5);
    click_on_part(&mut window, "duplicate: ");
    assert!(shows(&window, "also held by CONTOSO\\"));
}

#[test]
fn a_fix_is_tried_and_nothing_changes() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    click(&mut window, "Try fix 1: show what would follow, change nothing");
    window.get_by_label("If 1 fix were done");
    assert!(shows(&window, "gone"), "the finding goes");
    assert!(shows(&window, "http://portal.contoso.com/ ("), "the URL ends in another way");
    window.get_by_label(FIX);
    click(&mut window, "Try fix 2: show what would follow, change nothing");
    window.get_by_label("If 2 fixes were done");
    click(&mut window, "Stop trying");
    assert!(!shows(&window, "were done"));
}

#[test]
fn findings_are_filtered_as_one_types() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    assert!(shows(&window, "open: A client has no ticket-granting ticket"));
    type_into(&mut window, "Filter findings, checks and gaps", "portal.contoso");
    assert!(!shows(&window, "open: A client has no ticket-granting ticket"));
    assert!(shows(&window, "blocker: HTTP/portal.contoso.com is held by"));
    click(&mut window, "Clear the filter");
    assert!(shows(&window, "open: A client has no ticket-granting ticket"));
}

#[test]
fn notes_lie_beside_the_bundle_and_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("web01.zip");
    std::fs::copy(sample("kernelmode-spn-on-pool-account.zip"), &bundle).expect("a bundle");
    let bytes = std::fs::read(&bundle).expect("bytes");
    let mut window = findings(vec![bundle.clone()]);
    type_into(&mut window, "Your note", "Anna does it on Monday");
    click(&mut window, "Acknowledged: somebody deals with it");
    assert!(!shows(&window, "Notes are not kept"));
    let mut again = findings(vec![bundle.clone()]);
    assert!(again.root().children_recursive().any(|node| node.value().is_some_and(|text| text.contains("Anna"))));
    click(&mut again, "Acknowledged: somebody deals with it");
    assert_eq!(std::fs::read(&bundle).expect("bytes"), bytes, "the bundle is as it was");
    let file = folder.path().join("web01.zip.kerbscope-notes.json");
    assert!(std::fs::read_to_string(file).expect("the notes").contains("\"acknowledged\": false"));
}

#[test]
fn notes_that_cannot_be_kept_are_not_promised() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("web01.zip");
    std::fs::copy(sample("kernelmode-spn-on-pool-account.zip"), &bundle).expect("a bundle");
    // A folder in the place of the file: nobody can write there, whoever they are.
    std::fs::create_dir(folder.path().join("web01.zip.kerbscope-notes.json.new")).expect("a folder");
    let mut window = findings(vec![bundle]);
    click(&mut window, "Acknowledged: somebody deals with it");
    assert!(shows(&window, "Notes are not kept: "));
}

#[test]
fn the_palette_finds_commands_and_things_by_keyboard_alone() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.event(egui::Event::Text("portal.contoso.com/".to_owned()));
    settle(&mut window);
    assert!(shows(&window, "exchange: http://portal.contoso.com/"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(shows(&window, "Decrypt: wrong."), "it leads there");
    assert!(!shows(&window, "Enter to do it"));
    press(&mut window, Modifiers::COMMAND, Key::P);
    assert!(shows(&window, "Save the report as Markdown"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!shows(&window, "Enter to do it"));
}

#[test]
fn a_report_is_saved_and_never_over_a_file_without_asking() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.html");
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    for (times, expected) in [(1, "Saved: "), (2, "cannot be written")] {
        press(&mut window, Modifiers::COMMAND, Key::S);
        type_into(
            &mut window,
            "Path of the file to write; one that is there stays as it is",
            &path.display().to_string(),
        );
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert!(shows(&window, expected), "time {times}");
        let report = std::fs::read_to_string(&path).expect("the report");
        assert!(report.contains("useAppPoolCredentials"));
    }
}

#[test]
fn the_case_is_copied_in_a_few_lines() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    click(&mut window, "Report");
    click(&mut window, "Copy the case in a few lines");
    let copied = window.state().copied.concat();
    assert!(copied.contains("1. blocker, certain: HTTP/portal.contoso.com is held by"), "{copied}");
    assert!(copied.contains("http://portal.contoso.com/ ("), "{copied}");
}

#[test]
fn another_case_is_compared() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    press(&mut window, Modifiers::COMMAND, Key::Num9);
    click(&mut window, "Open another case to compare…");
    let other = sample("healthy-with-noise.zip").display().to_string();
    type_into(&mut window, "Path of the bundle to compare with", &other);
    press(&mut window, Modifiers::NONE, Key::Enter);
    for words in ["Before", "After", "healthy-with-noise.zip", "Findings that go"] {
        assert!(shows(&window, words), "{words}");
    }
    click(&mut window, "Swap before and after");
    assert!(shows(&window, "Findings that come"));
}

#[test]
fn what_is_no_evidence_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "remember the milk").expect("a file");
    let empty = folder.path().join("empty.zip");
    std::fs::write(&empty, "").expect("a file");
    let cut = folder.path().join("cut.zip");
    std::fs::write(&cut, b"PK\x03\x04 and no more").expect("a file");
    for (path, words, advice) in [
        (notes, "notes.txt: there is no evidence in it that Kerbscope knows", "Open the zip that kerbscope-collect"),
        (empty, "empty.zip: there is nothing in it", "Copy it again from the server"),
        (cut, "cut.zip: the zip cannot be opened", "Copy it again from the server"),
        (folder.path().join("gone.zip"), "gone.zip: ", "Check that it is still there"),
    ] {
        let mut window = window(vec![path]);
        assert!(shows(&window, words), "{words}");
        assert!(shows(&window, advice), "{advice}");
        click(&mut window, "Dismiss");
        assert!(!shows(&window, words));
        window.get_by_label("Drop a bundle here");
    }
}

#[test]
fn what_can_be_opened_is_shown_beside_what_cannot() {
    let window = findings(vec![sample("no-such.zip"), sample("healthy-with-noise.zip")]);
    assert!(shows(&window, "no-such.zip: "));
    assert!(shows(&window, "No problem found"));
}

/// A gate that nothing is opened behind until it opens: what is being opened stays so for as long as a test likes.
fn gated(gate: &'static AtomicBool, open: kerbscope::gui::doors::Open) -> Window {
    assert!(!gate.load(Ordering::SeqCst), "each gate serves one test");
    window_with(Vec::new(), Doors { ask: |_| None, open })
}

fn wait_for(gate: &AtomicBool) {
    while !gate.load(Ordering::SeqCst) {
        std::thread::yield_now();
    }
}

#[test]
fn of_two_files_that_are_dropped_the_last_one_counts() {
    static GATE: AtomicBool = AtomicBool::new(false);
    let mut window = gated(&GATE, |path, keys, watch| {
        wait_for(&GATE);
        open(path, keys, watch)
    });
    drop_on(&mut window, sample("setspn-denied.zip"));
    assert!(shows(&window, "Opening setspn-denied.zip"));
    drop_on(&mut window, sample("kernelmode-spn-on-pool-account.zip"));
    assert!(shows(&window, "Opening kernelmode-spn-on-pool-account.zip"));
    GATE.store(true, Ordering::SeqCst);
    settle(&mut window);
    window.get_by_label(FIX);
    assert_eq!(recent(&window), [[sample("kernelmode-spn-on-pool-account.zip")]]);
}

#[test]
fn what_is_being_opened_can_be_cancelled() {
    static GATE: AtomicBool = AtomicBool::new(false);
    let mut window = gated(&GATE, |path, keys, watch| {
        wait_for(&GATE);
        open(path, keys, watch)
    });
    drop_on(&mut window, sample("setspn-denied.zip"));
    click(&mut window, "Cancel");
    assert!(!shows(&window, "setspn-denied.zip"));
    GATE.store(true, Ordering::SeqCst);
    drop_on(&mut window, sample("healthy-with-noise.zip"));
    settle(&mut window);
    assert!(shows(&window, "No problem found"));
    assert_eq!(recent(&window), [[sample("healthy-with-noise.zip")]]);
}

#[test]
fn a_person_sees_how_far_reading_has_come_and_can_end_it() {
    static IS_READ: AtomicBool = AtomicBool::new(false);
    static IS_ENDED: AtomicBool = AtomicBool::new(false);
    let mut window = window_with(
        Vec::new(),
        Doors {
            ask: |_| None,
            open: |path, keys, watch| {
                let opened = open(path, keys, watch);
                IS_READ.store(true, Ordering::SeqCst);
                while !watch.is_stopped() {
                    std::thread::yield_now();
                }
                IS_ENDED.store(true, Ordering::SeqCst);
                opened
            },
        },
    );
    drop_on(&mut window, sample("krb-ap-err-modified-key-mismatch.zip"));
    wait_for(&IS_READ);
    window.step();
    window.get_by_label_contains(" records, ");
    window.get_by_label_contains(" MB of event logs");
    click(&mut window, "Cancel");
    wait_for(&IS_ENDED);
    assert!(window.query_by_label_contains(" MB of event logs").is_none());
}

#[test]
fn a_fault_while_something_is_read_is_said_and_the_case_stays_open() {
    let breaking = |path: &Path, keys: &Keyring, watch: &Watch| {
        assert!(!path.ends_with("setspn-denied.zip"), "no such line");
        open(path, keys, watch)
    };
    let doors = Doors { ask: |_| None, open: breaking };
    let mut window = window_with(vec![sample("kernelmode-spn-on-pool-account.zip")], doors);
    drop_on(&mut window, sample("setspn-denied.zip"));
    settle(&mut window);
    assert!(shows(&window, "setspn-denied.zip: Kerbscope broke while it read this (no such line)."));
    assert!(shows(&window, "Please report it, with the bundle if you may share it."));
    window.get_by_label(FIX);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_desktop_one_sentence_names_the_way_that_needs_none() {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_kerbscope"));
    let program = program.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    let output = program.env("RUST_BACKTRACE", "1").output().expect("it runs");
    let said = String::from_utf8(output.stderr).expect("words");
    let sentence = "kerbscope: no window can be opened: there is no desktop to show it on; \
                    `kerbscope report PATH` says the same without one\n";
    assert_eq!((output.status.code(), said.as_str()), (Some(2), sentence));
}

fn recent(window: &Window) -> Vec<Vec<PathBuf>> {
    window.state().app.as_ref().map(|app| app.settings().recent.clone()).unwrap_or_default()
}

#[test]
fn what_was_opened_before_is_one_click_away() {
    // Tests run in the folder of the package.
    let relative = PathBuf::from("../samples/bundles/kernelmode-spn-on-pool-account.zip");
    let mut window = window(vec![relative]);
    click(&mut window, "Start page");
    click(&mut window, "Back to the case");
    window.get_by_label(FIX);
    click(&mut window, "Start page");
    assert!(!shows(&window, FIX));
    click(&mut window, "kernelmode-spn-on-pool-account.zip");
    window.get_by_label(FIX);
    assert!(recent(&window).iter().flatten().all(|path| path.is_absolute()));
    click(&mut window, "Start page");
    click(&mut window, "Forget these");
    assert!(!shows(&window, "kernelmode-spn-on-pool-account.zip"));
}

#[test]
fn a_consequence_leads_to_its_cause() {
    let mut window = findings(vec![sample("host-spn-missing.zip")]);
    let first = selected(&window);
    press(&mut window, Modifiers::NONE, Key::J);
    assert!(shows(&window, "This follows from, or cannot be judged before:"));
    window.query_all_by_role(egui::Role::Link).next().expect("a link to the cause").click();
    settle(&mut window);
    assert_eq!(selected(&window), first);
}

#[test]
fn j_and_k_walk_through_the_list() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    let first = selected(&window);
    assert!(first[0].starts_with("blocker: "), "{first:?}");
    press(&mut window, Modifiers::NONE, Key::J);
    let second = selected(&window);
    assert_ne!(first, second);
    press(&mut window, Modifiers::NONE, Key::K);
    assert_eq!(selected(&window), first);
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(selected(&window), first);
}

#[test]
fn a_slow_window_misses_no_key() {
    // Ctrl is up again by the time the event is looked at.
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    let modifiers = Modifiers { ctrl: true, command: true, ..Modifiers::NONE };
    let key = Key::Num3;
    window.event(egui::Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
    settle(&mut window);
    assert!(shows(&window, "Decrypt: wrong."));
}

#[test]
fn f1_shows_the_keys_and_escape_hides_them() {
    let mut window = window(Vec::new());
    assert!(!shows(&window, "copy the command whose button has the keyboard"));
    press(&mut window, Modifiers::NONE, Key::F1);
    assert!(shows(&window, "copy the command whose button has the keyboard"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!shows(&window, "copy the command whose button has the keyboard"));
}

#[test]
fn where_there_is_no_dialog_a_path_can_be_typed() {
    let mut window = window(Vec::new());
    press(&mut window, Modifiers::COMMAND, Key::O);
    window.get_by_role_and_label(egui::Role::TextInput, "Path of a bundle, a zip, a folder, or a file").focus();
    window.step();
    let path = sample("healthy-with-noise.zip").display().to_string();
    window.event(egui::Event::Text(path));
    window.step();
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(shows(&window, "No problem found"));
}

#[test]
fn what_the_dialog_answers_is_opened() {
    let ask = |pick| (pick == Pick::Folder).then(|| vec![sample("healthy-with-noise.zip")]);
    let mut window = window_with(Vec::new(), Doors { ask, open });
    click(&mut window, "Open folder…");
    assert!(shows(&window, "No problem found"));
}

#[test]
fn hostile_names_are_written_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hostile.zip");
    let bundle =
        open(&sample("kernelmode-spn-on-pool-account.zip"), &Keyring::default(), &Watch::default()).expect("a bundle");
    let is_config = |member: &&Member| member.path.ends_with("applicationHost.config");
    let config = bundle.archive.members.iter().find(is_config).expect("the configuration");
    let config = String::from_utf8_lossy(&config.bytes).replace("VGS Portal", "VGS\u{202e}lat\u{200b}roP\u{85}");
    let file = std::fs::File::create(&path).expect("a file");
    let mut zip = zip::ZipWriter::new(file);
    zip.start_file("applicationHost.config", zip::write::SimpleFileOptions::default()).expect("an entry");
    zip.write_all(config.as_bytes()).expect("bytes");
    zip.finish().expect("a zip");
    let mut window = window(vec![path]);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    assert!(shows(&window, "VGS\\u{202e}lat\\u{200b}roP\\u{85}"));
    for node in window.root().children_recursive() {
        let label = node.accesskit_node().label().unwrap_or_default();
        assert!(!label.contains(['\u{202e}', '\u{200b}', '\u{85}']), "{label:?}");
    }
}

#[test]
fn the_theme_changes_and_is_remembered() {
    let mut window = window(Vec::new());
    click(&mut window, "Light theme");
    window.get_by_label("Dark theme");
    let settings = window.state().app.as_ref().expect("the app").settings();
    assert_eq!(settings.theme, kerbscope::gui::settings::ThemeChoice::Light);
}

/// A folder with a sample in it, encrypted, and the identity files of its reader and of a stranger.
struct Sealed {
    folder: tempfile::TempDir,
    bundle: PathBuf,
    key: PathBuf,
    stranger: PathBuf,
}

fn sealed() -> Sealed {
    use age::secrecy::ExposeSecret as _;
    let folder = tempfile::tempdir().expect("a folder");
    let [reader, stranger] = std::array::from_fn(|_| age::x25519::Identity::generate());
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let key = write("support.key", reader.to_string().expose_secret().as_bytes());
    let stranger = write("stranger.key", stranger.to_string().expose_secret().as_bytes());
    let recipient = reader.to_public();
    let recipients = std::iter::once(&recipient as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).expect("a recipient");
    let mut writer = encryptor.wrap_output(Vec::new()).expect("a header");
    let plain = std::fs::read(sample("kernelmode-spn-on-pool-account.zip")).expect("a sample");
    writer.write_all(&plain).expect("written");
    let bundle = write("web01.zip.age", &writer.finish().expect("written"));
    Sealed { folder, bundle, key, stranger }
}

fn identities(window: &Window) -> Vec<PathBuf> {
    window.state().app.as_ref().map(|app| app.settings().identities.clone()).unwrap_or_default()
}

fn type_path(window: &mut Window, path: &Path) {
    window.get_by_role_and_label(egui::Role::TextInput, "Path of the identity file").focus();
    window.step();
    window.event(egui::Event::Text(path.display().to_string()));
    window.step();
    press(window, Modifiers::NONE, Key::Enter);
}

const ENCRYPTED: &str = "web01.zip.age: it is encrypted, and needs the identity file of one of its recipients.";
const FOR_SOMEBODY_ELSE: &str = "web01.zip.age: it is encrypted for somebody else";

#[test]
fn what_is_encrypted_asks_for_an_identity_file_by_its_path() {
    let sealed = sealed();
    let mut window = window(vec![sealed.bundle.clone()]);
    window.get_by_label("This is encrypted");
    assert!(shows(&window, ENCRYPTED) && !shows(&window, FIX));
    assert!(window.query_by_label("Open the rest").is_none());
    // The field has the keyboard at once.
    window.event(egui::Event::Text(sealed.key.display().to_string()));
    window.step();
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.get_by_label(FIX);
    assert_eq!(recent(&window), [[sealed.bundle.clone()]]);
    assert_eq!(identities(&window), std::slice::from_ref(&sealed.key));
}

#[test]
fn the_keyboard_reaches_the_dialog_for_an_identity_file() {
    static KEY: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    let sealed = sealed();
    KEY.set(sealed.key.clone()).expect("set once");
    let ask = |pick| (pick == Pick::Identity).then(|| KEY.get().into_iter().cloned().collect());
    let mut window = window_with(vec![sealed.bundle.clone()], Doors { ask, open });
    press(&mut window, Modifiers::NONE, Key::Tab);
    assert!(window.get_by_label("Choose identity file…").is_focused());
    press(&mut window, Modifiers::NONE, Key::Enter);
    window.get_by_label(FIX);
}

#[test]
fn an_identity_file_may_be_dropped_while_it_is_asked_for() {
    let sealed = sealed();
    let mut window = window(vec![sealed.bundle.clone()]);
    drop_on(&mut window, sealed.key.clone());
    settle(&mut window);
    window.get_by_label(FIX);
}

#[test]
fn an_identity_file_may_come_together_with_what_it_opens() {
    let sealed = sealed();
    let window = window(vec![sealed.key.clone(), sealed.bundle.clone()]);
    window.get_by_label(FIX);
    assert_eq!(recent(&window), [[sealed.bundle.clone()]]);
}

#[test]
fn what_does_not_open_it_is_said_and_another_may_be_tried() {
    let sealed = sealed();
    let notes = sealed.folder.path().join("notes.txt");
    std::fs::write(&notes, "remember the milk").expect("a file");
    let mut window = window(vec![sealed.bundle.clone()]);
    type_path(&mut window, &notes);
    assert!(shows(&window, "notes.txt: line 1 is no key") && shows(&window, ENCRYPTED));
    type_path(&mut window, &sealed.stranger);
    assert!(shows(&window, FOR_SOMEBODY_ELSE) && !shows(&window, "notes.txt"));
    type_path(&mut window, &sealed.folder.path().join("gone.key"));
    assert!(shows(&window, "gone.key: ") && shows(&window, FOR_SOMEBODY_ELSE));
    type_path(&mut window, &sealed.key);
    window.get_by_label(FIX);
}

#[test]
fn an_identity_file_that_is_remembered_is_not_asked_for() {
    let sealed = sealed();
    let gone = sealed.folder.path().join("gone.key");
    let settings = Settings { identities: vec![gone, sealed.key.clone()], ..Settings::default() };
    let wanted = Wanted { paths: vec![sealed.bundle.clone()], ..Wanted::default() };
    let mut window = window_as(settings, wanted, Doors { ask: |_| None, open });
    window.get_by_label(FIX);
    click(&mut window, "Start page");
    window.get_by_label("Identity files that are tried");
    click(&mut window, "Forget these identity files");
    assert!(identities(&window).is_empty() && !shows(&window, "support.key"));
    click(&mut window, "web01.zip.age");
    window.get_by_label("This is encrypted");
}

#[test]
fn an_identity_file_of_the_command_line_is_used() {
    let sealed = sealed();
    let wanted =
        Wanted { paths: vec![sealed.bundle.clone()], identities: vec![sealed.key.clone()], ..Wanted::default() };
    let window = window_as(Settings::default(), wanted, Doors { ask: |_| None, open });
    window.get_by_label(FIX);
}

#[test]
fn what_is_not_encrypted_can_be_opened_without_the_rest() {
    let sealed = sealed();
    let mut window = window(vec![sealed.bundle.clone(), sample("healthy-with-noise.zip")]);
    assert!(shows(&window, ENCRYPTED));
    click(&mut window, "Open the rest");
    assert!(shows(&window, "No problem found"));
    assert_eq!(recent(&window), [[sample("healthy-with-noise.zip")]]);
}

#[test]
fn what_is_encrypted_may_stay_closed() {
    let sealed = sealed();
    for leave in
        [(|window| press(window, Modifiers::NONE, Key::Escape)) as fn(&mut Window), |window| click(window, "Cancel")]
    {
        let mut window = window(vec![sealed.bundle.clone()]);
        leave(&mut window);
        assert!(!shows(&window, "This is encrypted"));
        window.get_by_label("Drop a bundle here");
    }
}

#[test]
fn where_there_is_no_dialog_the_question_says_so() {
    let sealed = sealed();
    let mut window = window(vec![sealed.bundle.clone()]);
    click(&mut window, "Choose identity file…");
    assert!(shows(&window, "This desktop has no file dialog."));
    type_path(&mut window, &sealed.key);
    window.get_by_label(FIX);
}

#[test]
fn an_identity_file_alone_is_no_case() {
    let sealed = sealed();
    let window = window(vec![sealed.key.clone()]);
    assert!(shows(&window, "support.key: this is an identity file, and no evidence."));
}

#[test]
fn a_damaged_one_is_not_asked_about() {
    let sealed = sealed();
    let mut bytes = std::fs::read(&sealed.bundle).expect("a file");
    bytes.pop();
    std::fs::write(&sealed.bundle, bytes).expect("written");
    let window = window(vec![sealed.key.clone(), sealed.bundle.clone()]);
    assert!(shows(&window, "web01.zip.age: the encrypted file was cut short or changed on its way"));
    assert!(shows(&window, "Ask for it again"));
    assert!(!shows(&window, "This is encrypted"));
}

/// A folder with a bundle in it in which tokens stand for names, and their map.
struct Tokens {
    /// Removed when this is dropped.
    folder: tempfile::TempDir,
    bundle: PathBuf,
    map: PathBuf,
}

fn tokens() -> Tokens {
    let folder = tempfile::tempdir().expect("a folder");
    let (bundle, map) = (folder.path().join("web01"), folder.path().join("names.txt"));
    let id = MapId(7);
    let tail = id.tail();
    let manifest = format!(
        r#"{{"format_version":2,"collector":"x","host":"host1{tail}","collected_at":"2026-03-02T08:15:00Z",
        "pseudonyms":"{id}","entries":[{{"kind":"setspn","path":"setspn/duplicates.txt","status":"collected",
        "source":{{"command":"setspn -X"}},"bytes":1,"duration_ms":1,"redactions":0}}]}}"#
    );
    let duplicates = format!(
        "Processing entry 0\r\nHTTP/host2{tail} is registered on these accounts:\r\n\tCN=acct3{tail},DC=dom5{tail},DC=com\r\n\t\
         CN=acct4{tail},DC=dom5{tail},DC=com\r\n\r\nfound 1 group of duplicate SPNs.\r\n"
    );
    std::fs::create_dir_all(bundle.join("setspn")).expect("a folder");
    std::fs::write(bundle.join("manifest.json"), manifest).expect("a file");
    std::fs::write(bundle.join("setspn/duplicates.txt"), duplicates).expect("a file");
    let names =
        [("host1", "web01"), ("host2", "fileshare"), ("acct3", "carol"), ("acct4", "dave"), ("dom5", "contoso")];
    let names = names.map(|(token, name)| (format!("{token}{tail}"), name.to_owned()));
    let json = TokenMap { id, names: names.into() }.write();
    std::fs::write(&map, json).expect("a file");
    Tokens { folder, bundle, map }
}

#[test]
fn a_map_on_the_command_line_or_dropped_along_shows_real_names() {
    let tokens = tokens();
    let paths = vec![tokens.bundle.clone()];
    assert!(!shows(&window(paths.clone()), "fileshare"));
    assert!(shows(&window(paths.clone()), "host2"));
    let wanted = Wanted { paths, maps: vec![tokens.map.clone()], ..Wanted::default() };
    let asked = window_as(Settings::default(), wanted, Doors { ask: |_| None, open });
    let dropped = window(vec![tokens.map.clone(), tokens.bundle.clone()]);
    for window in [asked, dropped] {
        assert!(shows(&window, "fileshare") && !shows(&window, "host2"));
        assert_eq!(recent(&window), [[tokens.bundle.clone()]]);
    }
}

#[test]
fn a_map_that_does_not_fit_or_comes_alone_is_said_in_a_sentence() {
    let tokens = tokens();
    let other = tokens.folder.path().join("other.json");
    std::fs::write(&other, TokenMap::empty(MapId(8)).write()).expect("a file");
    assert!(shows(&window(vec![other, tokens.bundle]), "none of the maps that were given belongs to it"));
    assert!(shows(&window(vec![tokens.map]), "this is a map of tokens, and no evidence"));
}

/// Goes to something that the palette names so.
fn go_to(window: &mut Window, name: &str) {
    press(window, Modifiers::COMMAND, Key::P);
    let words = name.split_once(": ").map_or(name, |(_, words)| words);
    window.event(egui::Event::Text(words.to_owned()));
    settle(window);
    click_on_part(window, name);
}

#[test]
fn the_key_c_copies_nothing_that_is_not_shown() {
    let mut window = findings(vec![sample("host-spn-missing.zip")]);
    press(&mut window, Modifiers::COMMAND, Key::Num7);
    press(&mut window, Modifiers::NONE, Key::C);
    assert_eq!(window.state().copied, Vec::<String>::new(), "the events show no fix");
    assert!(shows(&window, "No command is shown here"));
    press(&mut window, Modifiers::COMMAND, Key::Num1);
    click(&mut window, "Copy the command of the first fix");
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    press(&mut window, Modifiers::NONE, Key::J);
    press(&mut window, Modifiers::COMMAND, Key::Num1);
    press(&mut window, Modifiers::NONE, Key::C);
    let copied = &window.state().copied;
    assert_eq!((copied.len(), copied.first()), (2, copied.last()), "on the overview it is what the overview shows");
    click(&mut window, "Start page");
    press(&mut window, Modifiers::NONE, Key::C);
    assert_eq!(window.state().copied.len(), 2);
}

#[test]
fn while_the_keys_are_shown_they_do_nothing_behind_the_sheet() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    let before = selected(&window);
    press(&mut window, Modifiers::NONE, Key::F1);
    press(&mut window, Modifiers::NONE, Key::J);
    press(&mut window, Modifiers::NONE, Key::C);
    press(&mut window, Modifiers::COMMAND, Key::Num7);
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert_eq!((selected(&window), window.state().copied.len()), (before, 0));
    window.get_by_label(FIX);
}

#[test]
fn the_way_back_leads_to_the_site_and_the_account_that_one_came_from() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    for (kind, rows) in [
        ("site", ["fails: VGS Portal", "Kerberos: Intranet"]),
        ("account", ["pool: CONTOSO\\svc-web", "holds SPNs: CONTOSO\\WEB01$"]),
    ] {
        let [first, second] = rows.map(|row| vec![row.to_owned()]);
        for row in rows {
            go_to(&mut window, &row.replace(row.split(": ").next().unwrap_or_default(), kind));
        }
        assert_eq!(selected(&window), second);
        press(&mut window, Modifiers::ALT, Key::ArrowLeft);
        assert_eq!(selected(&window), first);
        press(&mut window, Modifiers::ALT, Key::ArrowRight);
        assert_eq!(selected(&window), second);
    }
}

#[test]
fn the_way_back_leaves_a_filter_that_shows_what_one_came_from() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    type_into(&mut window, "Filter findings, checks and gaps", "portal.contoso");
    click(&mut window, "Show what happens there, step by step");
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    window.get_by_label(FIX);
    assert!(!shows(&window, "open: A client has no ticket-granting ticket"));
    type_into(&mut window, "Filter findings, checks and gaps", "no such words");
    go_to(&mut window, "finding: HTTP/portal.contoso.com is held by");
    assert!(shows(&window, "open: A client has no ticket-granting ticket"), "what would hide it gives way");
}

/// The field of every list, and the key of its view.
const FIELDS: [(Key, &str); 5] = [
    (Key::Num2, "Filter findings, checks and gaps"),
    (Key::Num4, "Find a site, a pool, an account"),
    (Key::Num5, "Find an account, an SPN, a pool"),
    (Key::Num6, "Find a ticket by its service, a flag, a KDC"),
    (Key::Num8, "Find a file by its name or kind"),
];

#[test]
fn escape_empties_the_field_of_every_list() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    for (key, field) in FIELDS {
        press(&mut window, Modifiers::COMMAND, key);
        type_into(&mut window, field, "no such words");
        assert!(shows(&window, "0 of "), "{field}");
        press(&mut window, Modifiers::NONE, Key::Escape);
        assert!(!shows(&window, "0 of "), "{field}");
    }
}

#[test]
fn the_filter_of_the_findings_finds_checks_that_are_clear() {
    let mut window = findings(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    assert!(!shows(&window, "clear: Several accounts hold the same SPN"));
    type_into(&mut window, "Filter findings, checks and gaps", "spn-duplicate");
    assert!(shows(&window, "1 of "));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!shows(&window, "clear: Several accounts hold the same SPN"), "they are folded away again");
    type_into(&mut window, "Filter findings, checks and gaps", "spn-duplicate");
    press(&mut window, Modifiers::NONE, Key::Tab);
    press(&mut window, Modifiers::NONE, Key::J);
    assert!(selected(&window).iter().any(|row| row == "clear: Several accounts hold the same SPN"));
    assert!(shows(&window, "All that it needed was there, and its cause was not."));
}

#[test]
fn what_one_types_into_the_field_of_a_list_does_not_push_its_edge_along() {
    let mut window = window(vec![sample("kernelmode-spn-on-pool-account.zip")]);
    for (key, field) in FIELDS {
        press(&mut window, Modifiers::COMMAND, key);
        type_into(&mut window, field, "o");
        let edge = |window: &Window| window.get_by_label("Clear the filter").rect().right();
        let before = edge(&window);
        window.run_steps(20);
        assert!((edge(&window) - before).abs() < 0.5, "{field}: from {before} to {}", edge(&window));
        click(&mut window, "Clear the filter");
    }
}
