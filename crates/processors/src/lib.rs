//! The list `PROCESSORS`: settings to sound, one file each.

mod bus_gain;
mod clipper;
mod compressor;
mod contour;
mod corrected;
mod dc_blocker;
mod declip;
mod deesser;
mod delay;
mod dither;
mod ducker;
mod dynamic_eq;
mod dynamics;
mod eq;
mod expander;
mod gain;
mod high_pass;
mod hum;
mod late;
mod limiter;
mod low_pass;
mod maximizer;
mod multiband;
mod pairs;
mod polarity;
mod resonance;
mod respond;
mod ride;
mod saturation;
mod shaper;
mod shares;
mod stereo;
mod tones;
mod transient;

use acetate_model::{
    Amount, Map, ParamError, Params, Process, ProcessorEntry, Settings, has_amounts, scaled,
};

pub use bus_gain::{BusGain, BusGainSettings};
pub use clipper::{Clipper, ClipperSettings};
pub use compressor::CompressorSettings;
pub use contour::{Contour, ContourPoint, ContourSettings};
pub use dc_blocker::{DcBlocker, DcBlockerSettings};
pub use declip::{Declip, DeclipSettings, Find};
pub use deesser::{Deesser, DeesserSettings, DeesserShape};
pub use delay::{Delay, DelaySettings};
pub use dither::{Dither, DitherSettings, Shape};
pub use ducker::{Ducker, DuckerSettings};
pub use dynamic_eq::{DynamicEq, DynamicEqBand, DynamicEqSettings, DynamicShape, Threshold, When};
pub use dynamics::{Broadband, Detector, Mode, Times};
pub use eq::{Eq, EqBand, EqSettings, EqShape, On, Phase};
pub use expander::ExpanderSettings;
pub use gain::{Gain, GainSettings};
pub use high_pass::{HighPass, HighPassSettings, Slope};
pub use hum::{Hum, HumSettings, Mains};
pub use limiter::{Limiter, LimiterSettings, Style, forecast_gain};
pub use low_pass::{LowPass, LowPassSettings};
pub use maximizer::{Maximizer, MaximizerSettings};
pub use multiband::{Band, Crossover, Multiband, MultibandSettings};
pub use polarity::{Inverted, Polarity, PolaritySettings};
pub use resonance::{Resonance, ResonanceSettings};
pub use respond::respond;
pub use ride::{Ride, RidePoint, RideSettings};
pub use saturation::{Circuit, Saturation, SaturationSettings};
pub use stereo::{Stereo, StereoSettings, WidthBand};
pub use tones::{Tone, Tones, TonesSettings};
pub use transient::{Transient, TransientSettings};

/// Every processor, in the order of a manual.
pub const PROCESSORS: &[ProcessorEntry] = &[
    ProcessorEntry::of::<GainSettings>(),
    ProcessorEntry::of::<RideSettings>(),
    ProcessorEntry::of::<PolaritySettings>(),
    ProcessorEntry::of::<DelaySettings>(),
    ProcessorEntry::of::<BusGainSettings>(),
    ProcessorEntry::of::<DcBlockerSettings>(),
    ProcessorEntry::of::<DeclipSettings>(),
    ProcessorEntry::of::<HumSettings>(),
    ProcessorEntry::of::<TonesSettings>(),
    ProcessorEntry::of::<HighPassSettings>(),
    ProcessorEntry::of::<LowPassSettings>(),
    ProcessorEntry::of::<EqSettings>(),
    ProcessorEntry::of::<ContourSettings>(),
    ProcessorEntry::of::<DynamicEqSettings>(),
    ProcessorEntry::of::<ResonanceSettings>(),
    ProcessorEntry::of::<DeesserSettings>(),
    ProcessorEntry::of::<ExpanderSettings>(),
    ProcessorEntry::of::<TransientSettings>(),
    ProcessorEntry::of::<DuckerSettings>(),
    ProcessorEntry::of::<CompressorSettings>(),
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

/// The settings with which a process works: complete, and scaled by its amount. A process of an unknown kind keeps what
/// it has.
pub fn settings_of(process: &Process) -> Result<Map, ParamError> {
    let Some(entry) = find(&process.kind) else { return Ok(process.settings.clone()) };
    let complete = (entry.complete)(&process.settings)?;
    if process.amount == 1.0 {
        return Ok(complete);
    }
    let [low, high] = Amount::RANGE;
    let refused = |expected: String, hint: &str| ParamError {
        key: format!("{}.amount", entry.id),
        expected,
        found: process.amount.to_string(),
        hint: hint.to_owned(),
    };
    if !(low..=high).contains(&process.amount) {
        return Err(refused(format!("a number from {low} to {high}"), "; 1 is all of it"));
    }
    if !has_amounts(entry.params) {
        return Err(refused("1".into(), ONLY_WHOLE));
    }
    Ok(scaled(entry.params, &complete, process.amount))
}

/// Whether a process can be done in part, or twice.
pub fn scales(process: &Process) -> bool {
    find(&process.kind).is_some_and(|entry| has_amounts(entry.params))
}

/// What to do where nothing can be scaled.
const ONLY_WHOLE: &str = "; it works in full or not at all: mute it, or change one of its settings";

/// The limiter of a processor that raises a signal into a ceiling, with the drive of the whole; none of the others.
pub fn limiter_of(id: &str, settings: &Map) -> Option<LimiterSettings> {
    match id {
        LimiterSettings::ID => LimiterSettings::from_map(settings).ok(),
        MaximizerSettings::ID => {
            let whole = MaximizerSettings::from_map(settings).ok()?;
            Some(LimiterSettings { drive_db: whole.drive_db, ..whole.limiter() })
        }
        _ => None,
    }
}

/// Whether a processor of this id raises a signal into a ceiling: the last stage of a master.
pub fn is_limiter(id: &str) -> bool {
    [LimiterSettings::ID, MaximizerSettings::ID].contains(&id)
}
