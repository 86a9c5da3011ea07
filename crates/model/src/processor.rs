use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Block, Map, Param, ParamError, Params, Spec};

/// Settings to sound. Built for a `Spec`, so that an unprepared one cannot exist.
///
/// Laws (tested over the list): the block size changes nothing; `reset` equals new; silence in, silence out;
/// finite at every corner of the settings; `latency` is what is measured; neutral settings change no bit;
/// nothing is allocated in `process`; the linked signals still sum to `main`.
pub trait Processor: Send {
    /// Works in place on the next block, and alike on every linked signal.
    fn process(&mut self, block: &mut Block);
    /// Forgets everything heard.
    fn reset(&mut self);
    /// By how many frames the output is late.
    fn latency(&self) -> usize;
    /// How much it turned down during the last `process`: one entry, or one for each band; empty if it never does.
    fn reductions(&self) -> &[Reduction] {
        &[]
    }
}

/// Attenuation over some time, in positive decibels.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Reduction {
    /// The mean over the frames.
    pub mean_db: f32,
    /// The highest.
    pub max_db: f32,
}

/// Plain data that a processor is built from.
pub trait Settings: Params + Clone + Send + Sync + 'static {
    /// The name in a session.
    const ID: &'static str;
    /// Counted up when the meaning of a setting changes.
    const VERSION: u32;
    /// Settings that show what it is for, as JSON: what a manual draws, and what the laws and benchmarks run it with.
    const EXAMPLE: &'static str;
    /// What it builds.
    type Processor: Processor + 'static;
    /// A new processor.
    fn build(&self, spec: &Spec) -> Self::Processor;
    /// What it does to a level or a spectrum; draws itself, and lets advisors predict.
    fn curve(&self, _spec: &Spec) -> Curve {
        Curve::None
    }
    /// Brings settings of an older version up to date.
    fn migrate(_from: u32, _map: &mut Map) {}
}

/// What settings do, as a function.
pub enum Curve {
    /// Nothing that a curve could show.
    None,
    /// A frequency in Hz to a gain in dB.
    Response(Box<dyn Fn(f64) -> f64 + Send>),
    /// A level in dBFS to a level in dBFS.
    Transfer(Box<dyn Fn(f64) -> f64 + Send>),
    /// A frequency in Hz to the power of the noise that is added, in dB re that of plain triangular dither.
    Noise(Box<dyn Fn(f64) -> f64 + Send>),
}

impl fmt::Debug for Curve {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Response(_) => "Response",
            Self::Transfer(_) => "Transfer",
            Self::Noise(_) => "Noise",
        })
    }
}

/// One entry of the list `PROCESSORS`.
#[derive(Debug, Clone, Copy)]
pub struct ProcessorEntry {
    /// The name in a session.
    pub id: &'static str,
    /// The version of the settings.
    pub version: u32,
    /// What it does, why, and when it keeps quiet.
    pub about: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// All settings at their defaults.
    pub defaults: fn() -> Map,
    /// Settings that show what it is for.
    pub example: fn() -> Map,
    /// Reads and checks settings and returns them complete.
    pub complete: fn(&Map) -> Result<Map, ParamError>,
    /// Builds it.
    #[allow(clippy::type_complexity)]
    pub build: fn(&Map, &Spec) -> Result<Box<dyn Processor>, ParamError>,
    /// Its curve.
    pub curve: fn(&Map, &Spec) -> Result<Curve, ParamError>,
}

impl ProcessorEntry {
    /// The entry of a settings type.
    pub const fn of<S: Settings>() -> Self {
        Self {
            id: S::ID,
            version: S::VERSION,
            about: S::ABOUT,
            params: S::PARAMS,
            defaults: || S::default().to_map(),
            example: || serde_json::from_str(S::EXAMPLE).expect("an example is a JSON object"),
            complete: |map| named::<S>(map).map(|s| s.to_map()),
            build: |map, spec| Ok(Box::new(named::<S>(map)?.build(spec))),
            curve: |map, spec| Ok(named::<S>(map)?.curve(spec)),
        }
    }
}

fn named<S: Settings>(map: &Map) -> Result<S, ParamError> {
    S::from_map(map).map_err(|e| e.within(S::ID))
}
