//! The list `PROCESSORS`: settings to sound, one file each.

mod deesser;
mod dither;
mod ducker;
mod dynamic_eq;
mod eq;
mod gain;
mod high_pass;
mod late;
mod limiter;
mod multiband;
mod pairs;
mod stereo;
mod transient;

use acetate_model::ProcessorEntry;

pub use deesser::{Deesser, DeesserSettings, DeesserShape};
pub use dither::{Dither, DitherSettings, Shape};
pub use ducker::{Ducker, DuckerSettings};
pub use dynamic_eq::{DynamicEq, DynamicEqBand, DynamicEqSettings, DynamicShape, Threshold, When};
pub use eq::{Eq, EqBand, EqSettings, EqShape, On};
pub use gain::{Gain, GainSettings};
pub use high_pass::{HighPass, HighPassSettings, Slope};
pub use limiter::{Limiter, LimiterSettings, Style, forecast_gain};
pub use multiband::{Band, Detector, Multiband, MultibandSettings};
pub use stereo::{Stereo, StereoSettings};
pub use transient::{Transient, TransientSettings};

/// Every processor, in the order of a manual.
pub const PROCESSORS: &[ProcessorEntry] = &[
    ProcessorEntry::of::<GainSettings>(),
    ProcessorEntry::of::<HighPassSettings>(),
    ProcessorEntry::of::<EqSettings>(),
    ProcessorEntry::of::<DynamicEqSettings>(),
    ProcessorEntry::of::<DeesserSettings>(),
    ProcessorEntry::of::<TransientSettings>(),
    ProcessorEntry::of::<DuckerSettings>(),
    ProcessorEntry::of::<MultibandSettings>(),
    ProcessorEntry::of::<StereoSettings>(),
    ProcessorEntry::of::<LimiterSettings>(),
    ProcessorEntry::of::<DitherSettings>(),
];

/// The processor with this id.
pub fn find(id: &str) -> Option<&'static ProcessorEntry> {
    PROCESSORS.iter().find(|entry| entry.id == id)
}
