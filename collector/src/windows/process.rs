//! Our own process, and those that we start.

use std::os::windows::io::AsRawHandle as _;
use std::process::Child;
use std::ptr::null;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
    TerminateJobObject,
};
use windows_sys::Win32::System::Threading::{BELOW_NORMAL_PRIORITY_CLASS, GetCurrentProcess, SetPriorityClass};

/// Lets everybody else go first. What we start inherits it.
pub fn step_back() {
    // SAFETY: the handle of our own process is always valid. If it is refused, we run as before.
    unsafe { SetPriorityClass(GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS) };
}

/// A program and all that it starts: they end when this is dropped, and when we end, however that happens.
#[derive(Debug)]
pub struct Job(HANDLE);

impl Job {
    /// None where Windows refuses: before Windows 8, a program in a job of others can have no second one.
    pub fn around(child: &Child) -> Option<Self> {
        // SAFETY: neither attributes nor a name are given.
        let handle = unsafe { CreateJobObjectW(null(), null()) };
        if handle.is_null() {
            return None;
        }
        let job = Self(handle);
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let bytes = u32::try_from(size_of_val(&limits)).ok()?;
        let place = (&raw const limits).cast();
        // SAFETY: the job is open, and the structure is the one that belongs to this number, and lives.
        let limited = unsafe { SetInformationJobObject(job.0, JobObjectExtendedLimitInformation, place, bytes) };
        // SAFETY: both handles are open: the child holds its own.
        let assigned = unsafe { AssignProcessToJobObject(job.0, child.as_raw_handle()) };
        (limited != 0 && assigned != 0).then_some(job)
    }

    /// Ends the program and all that it has started.
    pub fn end(&self) {
        // SAFETY: the job is open. What has ended already is not touched.
        unsafe { TerminateJobObject(self.0, 1) };
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // SAFETY: the job is open, and nobody uses it after this.
        unsafe { CloseHandle(self.0) };
    }
}
