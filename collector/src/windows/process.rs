//! Our own process, and those that we start.
//!
//! They are started by the system itself and not by way of the standard library, whose care for environments and working
//! directories takes as much room as the rest of this folder, and which cannot hold a program until its job is there.

use std::fs::File;
use std::io::{Error, Read, Result};
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation, WAIT_OBJECT_0};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
    TerminateJobObject,
};
use windows_sys::Win32::System::Pipes::CreatePipe;
use windows_sys::Win32::System::Threading::{
    BELOW_NORMAL_PRIORITY_CLASS, CREATE_NO_WINDOW, CREATE_SUSPENDED, CreateProcessW, GetCurrentProcess,
    GetExitCodeProcess, PROCESS_INFORMATION, ResumeThread, STARTF_USESTDHANDLES, STARTUPINFOW, SetPriorityClass,
    TerminateProcess, WaitForSingleObject,
};

use crate::windows::wide::Wide;

/// Lets everybody else go first. What we start inherits it.
pub fn step_back() {
    // SAFETY: the handle of our own process is always valid. If it is refused, we run as before.
    unsafe { SetPriorityClass(GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS) };
}

/// A program that we have started, and all that it starts: they end when this is dropped, and when we end, however that
/// happens.
#[derive(Debug)]
pub struct Running {
    process: OwnedHandle,
    job: Option<Job>,
}

/// Starts a program with an empty standard input; what it prints to its standard output and standard error comes as one
/// stream.
///
/// # Errors
///
/// What the system says.
pub fn start(program: &Path, arguments: &[String]) -> Result<(Running, impl Read + Send + use<>)> {
    let (output, theirs) = pipe()?;
    let nothing = File::open("NUL")?;
    let line = command_line(&program.to_string_lossy(), arguments);
    let (running, thread) = suspended(program, &line, &nothing, &theirs)?;
    // SAFETY: the handle is that of the thread that was made just now.
    if unsafe { ResumeThread(thread.as_raw_handle()) } == u32::MAX {
        let error = Error::last_os_error();
        running.end();
        return Err(error);
    }
    Ok((running, output))
}

/// A pipe: our end, and the one to write to.
fn pipe() -> Result<(File, File)> {
    let (mut read, mut write): (HANDLE, HANDLE) = (null_mut(), null_mut());
    // SAFETY: both places live, and neither attributes nor a size are given.
    if unsafe { CreatePipe(&raw mut read, &raw mut write, null(), 0) } == 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: both handles were made just now, and nobody else owns them.
    unsafe { Ok((File::from_raw_handle(read), File::from_raw_handle(write))) }
}

/// The program in its job, before it does anything; and its first thread.
fn suspended(program: &Path, line: &str, input: &File, output: &File) -> Result<(Running, OwnedHandle)> {
    let refused = || Error::from(std::io::ErrorKind::InvalidInput);
    let application = Wide::new(&program.to_string_lossy()).ok_or_else(refused)?;
    let mut line = Wide::new(line).ok_or_else(refused)?;
    for file in [input, output] {
        // SAFETY: the file is open. Only these two are inherited: the standard library makes no handle that is.
        if unsafe { SetHandleInformation(file.as_raw_handle(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) } == 0 {
            return Err(Error::last_os_error());
        }
    }
    let startup = STARTUPINFOW {
        cb: u32::try_from(size_of::<STARTUPINFOW>()).unwrap_or_default(),
        dwFlags: STARTF_USESTDHANDLES,
        hStdInput: input.as_raw_handle(),
        hStdOutput: output.as_raw_handle(),
        hStdError: output.as_raw_handle(),
        ..STARTUPINFOW::default()
    };
    let mut started = PROCESS_INFORMATION::default();
    // Started from a window or a service, a console program would open a console of its own for a moment.
    let how = CREATE_NO_WINDOW | CREATE_SUSPENDED;
    // SAFETY: texts, structures and handles live until the call returns; environment and folder are our own.
    let done = unsafe {
        CreateProcessW(
            application.as_ptr(),
            line.as_mut_ptr(),
            null(),
            null(),
            1,
            how,
            null(),
            null(),
            &raw const startup,
            &raw mut started,
        )
    };
    if done == 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: both handles were made just now, and nobody else owns them.
    let (process, thread) =
        unsafe { (OwnedHandle::from_raw_handle(started.hProcess), OwnedHandle::from_raw_handle(started.hThread)) };
    let job = Job::around(&process);
    Ok((Running { process, job }, thread))
}

/// The words as programs for Windows take them apart again: spaces need quotes, and before a quote a backslash stands
/// for itself only when it is doubled.
/// Source: <https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments>.
fn command_line(program: &str, arguments: &[String]) -> String {
    let mut line = format!("\"{program}\"");
    for argument in arguments {
        line.push(' ');
        let is_plain = !argument.is_empty() && !argument.contains([' ', '\t', '"']);
        if is_plain {
            line.push_str(argument);
            continue;
        }
        line.push('"');
        let mut backslashes = 0;
        for character in argument.chars() {
            if character == '"' {
                line.extend(std::iter::repeat_n('\\', backslashes + 1));
            }
            backslashes = if character == '\\' { backslashes + 1 } else { 0 };
            line.push(character);
        }
        line.extend(std::iter::repeat_n('\\', backslashes));
        line.push('"');
    }
    line
}

impl Running {
    /// The exit code, if it has ended.
    pub fn ended(&self) -> Option<i32> {
        let process = self.process.as_raw_handle();
        let mut code = 0;
        // SAFETY: the process is open, and the place lives.
        let known = unsafe {
            WaitForSingleObject(process, 0) == WAIT_OBJECT_0 && GetExitCodeProcess(process, &raw mut code) != 0
        };
        known.then_some(code.cast_signed())
    }

    /// Ends it, and all that it has started.
    pub fn end(&self) {
        if let Some(job) = &self.job {
            // SAFETY: the job is open. What has ended already is not touched.
            unsafe { TerminateJobObject(job.0.as_raw_handle(), 1) };
        }
        // SAFETY: the process is open. It may have ended, or may not be ended; then nothing happens.
        unsafe { TerminateProcess(self.process.as_raw_handle(), 1) };
    }
}

/// What Windows ends as a whole, at the latest when the last handle to it is closed.
#[derive(Debug)]
struct Job(OwnedHandle);

impl Job {
    /// None where Windows refuses: before Windows 8, a program in a job of others can have no second one.
    fn around(process: &OwnedHandle) -> Option<Self> {
        // SAFETY: neither attributes nor a name are given.
        let handle = unsafe { CreateJobObjectW(null(), null()) };
        if handle.is_null() {
            return None;
        }
        // SAFETY: the handle was made just now, and nobody else owns it.
        let job = Self(unsafe { OwnedHandle::from_raw_handle(handle) });
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let bytes = u32::try_from(size_of_val(&limits)).ok()?;
        let place = (&raw const limits).cast();
        // SAFETY: the job is open, and the structure is the one that belongs to this number, and lives.
        let limited = unsafe { SetInformationJobObject(handle, JobObjectExtendedLimitInformation, place, bytes) };
        // SAFETY: both handles are open.
        let assigned = unsafe { AssignProcessToJobObject(handle, process.as_raw_handle()) };
        (limited != 0 && assigned != 0).then_some(job)
    }
}
