//! The colors, the sizes of text and the distances of the window, in dark and in light.

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, Style, TextStyle, Theme, Visuals, vec2};

/// The size of the headline.
pub const HEADLINE: f32 = 20.0;
/// The size of the title of what is selected.
pub const TITLE: f32 = 17.0;
/// The size of ordinary text.
pub const BODY: f32 = 14.0;
/// The size of notes.
pub const SMALL: f32 = 12.5;
/// The size of commands and evidence.
pub const MONO: f32 = 13.0;
/// Roundness of cards.
pub const RADIUS: CornerRadius = CornerRadius::same(6);

/// What a color says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It stops users.
    Bad,
    /// It hurts.
    Warn,
    /// Another server is concerned.
    Distant,
    /// It may hurt some day.
    Calm,
    /// It is as it should be.
    Good,
    /// Nobody knows, or it does not matter.
    Unknown,
}

impl Tone {
    /// Every tone.
    pub const ALL: [Self; 6] = [Self::Bad, Self::Warn, Self::Distant, Self::Calm, Self::Good, Self::Unknown];
}

/// The colors of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Behind everything.
    pub page: Color32,
    /// Lists and cards.
    pub surface: Color32,
    /// Commands, evidence, and what the pointer is on.
    pub raised: Color32,
    /// What is selected.
    pub selected: Color32,
    /// Lines between things.
    pub border: Color32,
    /// Text.
    pub text: Color32,
    /// Text that stands back.
    pub weak: Color32,
    /// Links, and what has the keyboard.
    pub accent: Color32,
    bad: [Color32; 2],
    warn: [Color32; 2],
    distant: [Color32; 2],
    calm: [Color32; 2],
    good: [Color32; 2],
    unknown: [Color32; 2],
}

const fn rgb(code: u32) -> Color32 {
    let [_, red, green, blue] = code.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

const fn pair(text: u32, ground: u32) -> [Color32; 2] {
    [rgb(text), rgb(ground)]
}

impl Palette {
    /// For dark rooms.
    pub const DARK: Self = Self {
        page: rgb(0x0015_181d),
        surface: rgb(0x001c_2026),
        raised: rgb(0x0024_2932),
        selected: rgb(0x002a_3442),
        border: rgb(0x0034_3b46),
        text: rgb(0x00e4_e7ec),
        weak: rgb(0x00a3_adba),
        accent: rgb(0x0074_b6ff),
        bad: pair(0x00ff_9d94, 0x0046_2325),
        warn: pair(0x00f2_bf67, 0x0040_3118),
        distant: pair(0x00cd_b5ff, 0x0032_2a4b),
        calm: pair(0x0089_c7ff, 0x001c_3349),
        good: pair(0x0083_d8a2, 0x001c_3a29),
        unknown: pair(0x00b9_c2cf, 0x002f_3540),
    };

    /// For bright rooms.
    pub const LIGHT: Self = Self {
        page: rgb(0x00f4_f6f8),
        surface: rgb(0x00ff_ffff),
        raised: rgb(0x00ee_f1f5),
        selected: rgb(0x00e1_ebf8),
        border: rgb(0x00d3_dae3),
        text: rgb(0x001b_232e),
        weak: rgb(0x0052_5d6d),
        accent: rgb(0x000a_5cbb),
        bad: pair(0x00a8_1f18, 0x00fb_e4e2),
        warn: pair(0x007a_4a00, 0x00fb_ecd2),
        distant: pair(0x0054_38ab, 0x00ec_e7fb),
        calm: pair(0x0009_539d, 0x00e0_edfa),
        good: pair(0x0016_6135, 0x00dc_f0e3),
        unknown: pair(0x0047_5161, 0x00e6_eaef),
    };

    /// The colors of the theme that is shown.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        if ui.visuals().dark_mode { &Self::DARK } else { &Self::LIGHT }
    }

    const fn pair(&self, tone: Tone) -> [Color32; 2] {
        match tone {
            Tone::Bad => self.bad,
            Tone::Warn => self.warn,
            Tone::Distant => self.distant,
            Tone::Calm => self.calm,
            Tone::Good => self.good,
            Tone::Unknown => self.unknown,
        }
    }

    /// The color of text in a tone.
    pub const fn ink(&self, tone: Tone) -> Color32 {
        let [ink, _] = self.pair(tone);
        ink
    }

    /// The ground behind text in a tone.
    pub const fn ground(&self, tone: Tone) -> Color32 {
        let [_, ground] = self.pair(tone);
        ground
    }

    /// A card: what belongs together.
    pub fn card(&self) -> egui::Frame {
        let frame = egui::Frame::new().fill(self.surface).stroke(Stroke::new(1.0, self.border));
        frame.corner_radius(RADIUS).inner_margin(Margin::same(14))
    }
}

/// Text of more than one line, with room between them.
pub fn prose(text: &str) -> egui::RichText {
    egui::RichText::new(text).line_height(Some(19.0))
}

/// Gives both themes their look.
pub fn install(ctx: &egui::Context) {
    for (theme, palette) in [(Theme::Dark, &Palette::DARK), (Theme::Light, &Palette::LIGHT)] {
        ctx.set_visuals_of(theme, visuals(theme, palette));
    }
    ctx.all_styles_mut(sizes);
}

fn sizes(style: &mut Style) {
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Heading, proportional(TITLE)),
        (TextStyle::Body, proportional(BODY)),
        (TextStyle::Button, proportional(BODY)),
        (TextStyle::Small, proportional(SMALL)),
        (TextStyle::Monospace, FontId::new(MONO, FontFamily::Monospace)),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 6.0);
    style.spacing.button_padding = vec2(10.0, 4.0);
    style.spacing.interact_size.y = 26.0;
    style.spacing.tooltip_width = 420.0;
    style.spacing.scroll = egui::style::ScrollStyle::thin();
}

fn visuals(theme: Theme, palette: &Palette) -> Visuals {
    let mut visuals = theme.default_visuals();
    visuals.panel_fill = palette.page;
    visuals.window_fill = palette.surface;
    visuals.window_stroke = Stroke::new(1.0, palette.border);
    visuals.extreme_bg_color = palette.raised;
    visuals.faint_bg_color = palette.raised;
    visuals.code_bg_color = palette.raised;
    visuals.hyperlink_color = palette.accent;
    visuals.weak_text_color = Some(palette.weak);
    visuals.warn_fg_color = palette.ink(Tone::Warn);
    visuals.error_fg_color = palette.ink(Tone::Bad);
    visuals.selection.bg_fill = palette.selected;
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    let widgets = &mut visuals.widgets;
    widgets.noninteractive.fg_stroke.color = palette.text;
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.border);
    for (state, fill, line) in [
        (&mut widgets.inactive, palette.raised, palette.border),
        (&mut widgets.hovered, palette.selected, palette.weak),
        (&mut widgets.active, palette.selected, palette.accent),
        (&mut widgets.open, palette.raised, palette.border),
    ] {
        state.fg_stroke.color = palette.text;
        state.weak_bg_fill = fill;
        state.bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, line);
        state.corner_radius = CornerRadius::same(5);
        state.expansion = 0.0;
    }
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f32 {
        let linear = egui::Rgba::from(color);
        0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
    }

    fn contrast(one: Color32, other: Color32) -> f32 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn all_text_can_be_read_on_every_ground() {
        for palette in [Palette::DARK, Palette::LIGHT] {
            for ground in [palette.page, palette.surface, palette.raised, palette.selected] {
                for ink in [palette.text, palette.weak, palette.accent] {
                    assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}: {}", contrast(ink, ground));
                }
            }
            for tone in Tone::ALL {
                for ground in [palette.ground(tone), palette.page, palette.surface, palette.selected] {
                    let ink = palette.ink(tone);
                    assert!(contrast(ink, ground) >= 4.5, "{tone:?} on {ground:?}: {}", contrast(ink, ground));
                }
            }
        }
    }
}
