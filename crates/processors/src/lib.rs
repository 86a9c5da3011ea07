//! The list `PROCESSORS`: settings to sound, one file each.

mod clipper;
mod dither;
mod eq;
mod gain;
mod high_pass;
mod limiter;
mod maximizer;
mod multiband;
mod pairs;
mod saturation;
mod shaper;
mod shares;
mod stereo;

use acetate_model::ProcessorEntry;

pub use clipper::{Clipper, ClipperSettings};
pub use dither::{Dither, DitherSettings, Shape};
pub use eq::{Eq, EqBand, EqSettings, EqShape, On};
pub use gain::{Gain, GainSettings};
pub use high_pass::{HighPass, HighPassSettings, Slope};
pub use limiter::{Limiter, LimiterSettings, Style, forecast_gain};
pub use maximizer::{Maximizer, MaximizerSettings};
pub use multiband::{Band, Detector, Multiband, MultibandSettings};
pub use saturation::{Circuit, Saturation, SaturationSettings};
pub use stereo::{Stereo, StereoSettings};

/// Every processor, in the order of a manual.
pub const PROCESSORS: &[ProcessorEntry] = &[
    ProcessorEntry::of::<GainSettings>(),
    ProcessorEntry::of::<HighPassSettings>(),
    ProcessorEntry::of::<EqSettings>(),
    ProcessorEntry::of::<MultibandSettings>(),
    ProcessorEntry::of::<SaturationSettings>(),
    ProcessorEntry::of::<StereoSettings>(),
    ProcessorEntry::of::<ClipperSettings>(),
    ProcessorEntry::of::<LimiterSettings>(),
    ProcessorEntry::of::<MaximizerSettings>(),
    ProcessorEntry::of::<DitherSettings>(),
];

/// The processor with this id.
pub fn find(id: &str) -> Option<&'static ProcessorEntry> {
    PROCESSORS.iter().find(|entry| entry.id == id)
}
