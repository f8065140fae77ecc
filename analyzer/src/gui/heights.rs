//! Where rows stand in a list that is higher than single precision can tell apart.

/// How far a row stands below the first one, when each is this high.
pub fn place(row: usize, height: f32) -> f64 {
    f64::from(u32::try_from(row).unwrap_or(u32::MAX)) * f64::from(height)
}

/// The row at this place.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is bounded before")]
pub fn row_at(y: f64, height: f32) -> usize {
    usize::try_from((y / f64::from(height)).floor().clamp(0.0, f64::from(u32::MAX)) as u32).unwrap_or(usize::MAX)
}

/// The last step, to the precision of the screen.
#[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
pub const fn single(y: f64) -> f32 {
    y as f32
}
