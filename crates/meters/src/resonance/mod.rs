//! Bands that stand out of whatever plays.

mod fit;
mod partials;
mod template;

use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value};

use crate::transform::{Frame, Frames};

use partials::Partials;

pub(crate) const ENTRY: MeterEntry = MeterEntry {
    id: "resonance",
    version: 1,
    about: "Narrow bands that stand out whatever plays, from 250 Hz to 4 kHz. Hann-windowed transforms, half overlapping, \
            of frames from -60 dBFS up, in 24 bands an octave. In each frame the partials, or the peaks of a noise, are \
            compared with a straight line through their neighbours up to 0.8 octaves away. What they differ by is kept \
            apart for every semitone that leads, so that a note that is played often counts once; then a bell with a Q of \
            9.5 is fitted around each band, without its strongest quarter tone, because a single partial is as narrow as \
            that. A resonance is sure where the fit exceeds its error half as much again, where many notes or a noise bear it out, \
            and where it is seen between the partials too.",
    quantities: &[Quantity::Resonances, Quantity::ResonancesSure, Quantity::Resonance],
    build: |spec| Box::new(Resonances::new(spec)),
};

/// The widest bin, which tells the bands from 250 Hz up apart.
const WIDEST_BIN_HZ: f64 = 6.0;
/// Frames that make a second.
const FEWEST_FRAMES: u32 = 12;
const TOO_SHORT: &str = "less than a second above -60 dBFS";
const TOO_FEW: &str = "too few partials between 250 Hz and 4 kHz";

struct Resonances {
    frames: Frames,
    partials: Partials,
}

impl Resonances {
    fn new(spec: &Spec) -> Self {
        let length = ((spec.rate() / WIDEST_BIN_HZ) as usize).next_power_of_two();
        Self {
            frames: Frames::new(length),
            partials: Partials::new(spec.rate() / length as f64, length / 2 + 1),
        }
    }
}

/// Of so many bins.
fn powers(frame: &Frame, count: usize) -> Vec<f64> {
    let mid = frame.mid.iter().take(count).map(|bin| f64::from(bin.norm_sqr()));
    match frame.side {
        Some(side) => mid.zip(side).map(|(mid, side)| mid + f64::from(side.norm_sqr())).collect(),
        None => mid.collect(),
    }
}

impl Meter for Resonances {
    fn push(&mut self, block: &Audio) {
        let partials = &mut self.partials;
        self.frames.push(block, |frame| partials.hear(&powers(&frame, partials.reach())));
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let fitted = (self.partials.frames >= FEWEST_FRAMES).then(|| fit::fit(&self.partials)).flatten();
        let why = if self.partials.frames >= FEWEST_FRAMES { TOO_FEW } else { TOO_SHORT };
        let undefined = || Value::Undefined(why.to_owned());
        let Some(found) = fitted else {
            return ENTRY.quantities.iter().map(|&quantity| (quantity, undefined())).collect();
        };
        let highest = found.iter().filter_map(|band| Some(band.of?.sure_db)).reduce(f64::max);
        let spectrum = |db: fn(&fit::Stands) -> f64| Value::Spectrum {
            hz: found.iter().map(|band| band.hz).collect(),
            db: found.iter().map(|band| band.of.as_ref().map(db)).collect(),
        };
        vec![
            (Quantity::Resonances, spectrum(|stands| stands.height_db)),
            (Quantity::ResonancesSure, spectrum(|stands| stands.sure_db)),
            (Quantity::Resonance, Value::scalar_or(highest, why)),
        ]
    }
}
