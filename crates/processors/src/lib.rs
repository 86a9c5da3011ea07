//! The list `PROCESSORS`: settings to sound, one file each.

mod declip;
mod dither;
mod eq;
mod gain;
mod high_pass;
mod hum;
mod limiter;
mod multiband;
mod pairs;
mod resonance;
mod stereo;

use acetate_model::ProcessorEntry;

pub use declip::{Declip, DeclipSettings, Find};
pub use dither::{Dither, DitherSettings, Shape};
pub use eq::{Eq, EqBand, EqSettings, EqShape, On};
pub use gain::{Gain, GainSettings};
pub use high_pass::{HighPass, HighPassSettings, Slope};
pub use hum::{Hum, HumSettings, Mains};
pub use limiter::{Limiter, LimiterSettings, Style, forecast_gain};
pub use multiband::{Band, Detector, Multiband, MultibandSettings};
pub use resonance::{Resonance, ResonanceSettings};
pub use stereo::{Stereo, StereoSettings};

/// Every processor, in the order of a manual.
pub const PROCESSORS: &[ProcessorEntry] = &[
    ProcessorEntry::of::<GainSettings>(),
    ProcessorEntry::of::<DeclipSettings>(),
    ProcessorEntry::of::<HumSettings>(),
    ProcessorEntry::of::<HighPassSettings>(),
    ProcessorEntry::of::<EqSettings>(),
    ProcessorEntry::of::<ResonanceSettings>(),
    ProcessorEntry::of::<MultibandSettings>(),
    ProcessorEntry::of::<StereoSettings>(),
    ProcessorEntry::of::<LimiterSettings>(),
    ProcessorEntry::of::<DitherSettings>(),
];

/// The processor with this id.
pub fn find(id: &str) -> Option<&'static ProcessorEntry> {
    PROCESSORS.iter().find(|entry| entry.id == id)
}
