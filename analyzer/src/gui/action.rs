//! What a person asks for: every view returns it, and only the app carries it out.

use std::path::PathBuf;

use crate::evidence::place::Evidence;
use crate::gui::event_file::CopiedTable;
use crate::gui::report_file::ReportForm;
use crate::gui::trial::FixId;
use crate::gui::view::View;
use crate::report::event_list::ListForm;

/// Something that a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Choose what to open in a dialog.
    Browse(Pick),
    /// Open these paths as one case.
    Open(Vec<PathBuf>),
    /// Open the sample that the program carries along.
    OpenSample,
    /// Open what is encrypted, with these identity files.
    Unlock(Vec<PathBuf>),
    /// Open what is not encrypted, and leave the rest.
    OpenTheRest,
    /// Leave what is encrypted closed.
    LeaveLocked,
    /// Stop waiting for what is being opened.
    CancelLoading,
    /// Put away the sentence about what could not be opened.
    DismissFailure,
    /// Put away the sentence about characters that no font has.
    DismissMissingFont,
    /// Put away the field for a path.
    CloseDialog,
    /// Go to the start page.
    ShowStart,
    /// Go back from there to the case.
    BackToCase,
    /// Forget what was opened before.
    ForgetRecent,
    /// Forget where identity files are.
    ForgetIdentities,
    /// Show this view.
    Show(View),
    /// Draw this view again, which broke.
    Retry(View),
    /// Go back to where one was before.
    Back,
    /// Go on again after a step back.
    Forward,
    /// Show the details of this.
    Select(Selection),
    /// Show what is behind a step of an exchange.
    SelectStep(StepSelection),
    /// Go to the exchange at this index.
    ShowExchange(usize),
    /// Go to the findings, and show the details of this.
    ShowSelection(Selection),
    /// Go to the finding at this index.
    ShowFinding(usize),
    /// Go to the path of a site at this index.
    ShowSite(usize),
    /// Go to the account at this index.
    ShowAccount(usize),
    /// Try a fix, or try it no more: of this finding, the fix at this index.
    ToggleTry(FixId),
    /// Try no fix any more.
    StopTrying,
    /// Save a report of this form.
    SaveReport(ReportForm),
    /// Write it there; nobody was asked whether a file may be replaced.
    WriteReport(ReportForm, PathBuf),
    /// Save the list of events in this form.
    SaveEvents(ListForm),
    /// Write it there; nobody was asked whether a file may be replaced.
    WriteEvents(ListForm, PathBuf),
    /// Stop writing it.
    StopWriting,
    /// Copy this table.
    CopyTable(CopiedTable),
    /// Copy the case in a few lines.
    CopySummary,
    /// Show the command palette.
    ShowPalette,
    /// Put away the command palette.
    ClosePalette,
    /// Open these paths as the case to compare with.
    OpenToCompare(Vec<PathBuf>),
    /// Go to this event in the view of events.
    ShowEvent(Evidence),
    /// Go to this place in the view of artifacts.
    ShowArtifact(Evidence),
    /// Select what follows in the list.
    Next,
    /// Select what precedes in the list.
    Previous,
    /// Copy the first command that fixes what is selected.
    CopyFix,
    /// Try the first fix of what is selected, or try it no more.
    TryFix,
    /// Go to the graph of the accounts.
    ShowGraph,
    /// Copy this text.
    Copy(String),
    /// Change between dark and light.
    ToggleTheme,
    /// Show or hide the list of keys.
    ToggleHelp,
    /// Close whatever lies over the window.
    Escape,
    /// Close the window.
    Quit,
}

/// What a dialog lets a person choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// One or many files.
    Files,
    /// A folder.
    Folder,
    /// The identity file that opens what is encrypted.
    Identity,
    /// What to compare the case with.
    Compare,
    /// Where to save a report.
    Report(ReportForm),
    /// Where to save the list of events.
    Events(ListForm),
}

/// What the details are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    /// The finding at this index.
    Finding(usize),
    /// All that would have to be collected.
    Collect,
    /// The rule at this index.
    Check(usize),
    /// The gap at this index.
    Gap(usize),
}

/// A step of an exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepSelection {
    /// The index of the exchange.
    pub exchange: usize,
    /// The index of the step.
    pub step: usize,
}
