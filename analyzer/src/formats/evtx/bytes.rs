//! Little-endian numbers at places of a chunk, which may lie outside of it.

/// The number of 16 bits at this place.
pub(in crate::formats) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|number| u16::from_le_bytes(*number))
}

/// The number of 32 bits at this place.
pub(in crate::formats) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|number| u32::from_le_bytes(*number))
}

/// The number of 64 bits at this place.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|number| u64::from_le_bytes(*number))
}

/// A number of 32 bits that is an offset or a size.
pub(in crate::formats) fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

/// So many bytes from this place on.
pub(in crate::formats) fn slice(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..)?.get(..length)
}

/// A place in a chunk that moves on with what is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    /// The chunk from its first byte: places are counted from there.
    pub(super) chunk: &'a [u8],
    /// The place of the next byte.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn u8(&mut self) -> Option<u8> {
        let byte = *self.chunk.get(self.at)?;
        self.at = self.at.wrapping_add(1);
        Some(byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        let number = u16_at(self.chunk, self.at)?;
        self.at = self.at.wrapping_add(2);
        Some(number)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        let number = u32_at(self.chunk, self.at)?;
        self.at = self.at.wrapping_add(4);
        Some(number)
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let bytes = slice(self.chunk, self.at, length)?;
        self.at = self.at.wrapping_add(length);
        Some(bytes)
    }

    /// Text with the number of its UTF-16 units in front.
    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let units = self.u16()?;
        self.take(usize::from(units).saturating_mul(2))
    }
}
