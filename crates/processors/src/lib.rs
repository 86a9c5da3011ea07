//! The list `PROCESSORS`: settings to sound, one file each.

mod corrected;
mod dc_blocker;
mod delay;
mod dither;
mod eq;
mod gain;
mod high_pass;
mod limiter;
mod low_pass;
mod multiband;
mod pairs;
mod polarity;
mod stereo;

use acetate_model::ProcessorEntry;

pub use dc_blocker::{DcBlocker, DcBlockerSettings};
pub use delay::{Delay, DelaySettings};
pub use dither::{Dither, DitherSettings, Shape};
pub use eq::{Eq, EqBand, EqSettings, EqShape, On, Phase};
pub use gain::{Gain, GainSettings};
pub use high_pass::{HighPass, HighPassSettings, Slope};
pub use limiter::{Limiter, LimiterSettings, Style, forecast_gain};
pub use low_pass::{LowPass, LowPassSettings};
pub use multiband::{Band, Detector, Multiband, MultibandSettings};
pub use polarity::{Inverted, Polarity, PolaritySettings};
pub use stereo::{Stereo, StereoSettings, WidthBand};

/// Every processor, in the order of a manual.
pub const PROCESSORS: &[ProcessorEntry] = &[
    ProcessorEntry::of::<GainSettings>(),
    ProcessorEntry::of::<PolaritySettings>(),
    ProcessorEntry::of::<DelaySettings>(),
    ProcessorEntry::of::<DcBlockerSettings>(),
    ProcessorEntry::of::<HighPassSettings>(),
    ProcessorEntry::of::<LowPassSettings>(),
    ProcessorEntry::of::<EqSettings>(),
    ProcessorEntry::of::<MultibandSettings>(),
    ProcessorEntry::of::<StereoSettings>(),
    ProcessorEntry::of::<LimiterSettings>(),
    ProcessorEntry::of::<DitherSettings>(),
];

/// The processor with this id.
pub fn find(id: &str) -> Option<&'static ProcessorEntry> {
    PROCESSORS.iter().find(|entry| entry.id == id)
}
