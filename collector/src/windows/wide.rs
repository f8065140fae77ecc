//! Text as Windows takes it and gives it: UTF-16, with a zero at its end.

/// Text for a function of Windows.
#[derive(Clone, Debug)]
pub struct Wide(Vec<u16>);

impl Wide {
    /// None when there is a zero inside: Windows would see the part before it, and nobody meant that.
    pub fn new(text: &str) -> Option<Self> {
        (!text.contains('\0')).then(|| Self(text.encode_utf16().chain([0]).collect()))
    }

    /// Points to the first unit; as long as this value lives and is not moved out of.
    pub fn as_ptr(&self) -> *const u16 {
        self.0.as_ptr()
    }

    /// For functions that were declared without `const` and do not write all the same.
    pub fn as_mut_ptr(&mut self) -> *mut u16 {
        self.0.as_mut_ptr()
    }
}

/// The text up to its zero, or up to so many units; what is no UTF-16 becomes U+FFFD.
///
/// # Safety
///
/// `start` is null, or points to units that can be read, up to a zero or up to `limit` of them.
pub unsafe fn text_at(start: *const u16, limit: usize) -> Option<String> {
    if start.is_null() {
        return None;
    }
    let mut units = Vec::new();
    for index in 0..limit {
        // SAFETY: no zero was met before, and `index` is below the limit.
        match unsafe { start.add(index).read_unaligned() } {
            0 => break,
            unit => units.push(unit),
        }
    }
    Some(String::from_utf16_lossy(&units))
}
