use acetate_dsp::{ThirdOctaves, power_between};
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, power_db};
use realfft::num_complex::Complex;

use crate::power::{INACTIVE, ONE_CHANNEL, level};
use crate::transform::{Frame, Frames};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "spectrum",
    version: 1,
    about: "How the power spreads over third octaves (IEC 61260-1, base ten), over the parts that sound, and how \
            much of it lies below what is heard as a tone. \
            The mean of the channels' powers, re a full-scale square wave; from Hann-windowed transforms, half \
            overlapping, of frames from -60 dBFS up.",
    quantities: &[Quantity::Spectrum, Quantity::SideSpectrum, Quantity::Rumble],
    build: |spec| Box::new(Spectrum::new(spec)),
};

/// The widest bin that still resolves the lowest bands: that of 25 Hz is four wide, as is the window's main lobe.
const WIDEST_BIN_HZ: f64 = 1.5;
/// Below this lies the main lobe of an offset, which is no rumble.
const LOWEST_HZ: f64 = 4.0;
const RUMBLE_BELOW_HZ: f64 = 25.0;

struct Spectrum {
    frames: Frames,
    bands: ThirdOctaves,
    bin_hz: f64,
    powers: Powers,
    mono: bool,
}

/// Power in each bin, summed over frames.
#[derive(Clone)]
struct Powers {
    all: Vec<f64>,
    side: Vec<f64>,
    frames: u32,
}

impl Spectrum {
    fn new(spec: &Spec) -> Self {
        let length = ((spec.rate() / WIDEST_BIN_HZ) as usize).next_power_of_two();
        let none = vec![0.0; length / 2 + 1];
        Self {
            frames: Frames::new(length),
            bands: ThirdOctaves::new(spec.rate_hz),
            bin_hz: spec.rate() / length as f64,
            powers: Powers { all: none.clone(), side: none, frames: 0 },
            mono: spec.channels < 2,
        }
    }

    fn bands(&self, bins: &[f64], frames: u32, why: &str) -> Value {
        let bands = self.bands.bins(self.bin_hz, bins.len());
        let powers: Vec<f64> = bands.iter().map(|band| band.sum(bins)).collect();
        if powers.iter().all(|&power| power == 0.0) {
            return Value::Undefined(why.to_owned());
        }
        Value::Spectrum {
            hz: self.bands.centres_hz.clone(),
            db: powers.iter().map(|power| power_db(power / f64::from(frames))).collect(),
        }
    }

    fn rumble(&self, bins: &[f64]) -> Value {
        let above = |to_hz| power_between(bins, self.bin_hz, LOWEST_HZ, to_hz);
        let whole = above(self.bin_hz * bins.len() as f64);
        if whole > 0.0 {
            level(above(RUMBLE_BELOW_HZ) / whole, "nothing below 25 Hz")
        } else {
            Value::Undefined(INACTIVE.to_owned())
        }
    }
}

impl Powers {
    fn add(&mut self, frame: &Frame) {
        add_power(&mut self.all, frame.mid);
        if let Some(side) = frame.side {
            add_power(&mut self.all, side);
            add_power(&mut self.side, side);
        }
        self.frames += 1;
    }
}

fn add_power(to: &mut [f64], bins: &[Complex<f32>]) {
    for (to, bin) in to.iter_mut().zip(bins) {
        *to += f64::from(bin.norm_sqr());
    }
}

impl Meter for Spectrum {
    fn push(&mut self, block: &Audio) {
        let powers = &mut self.powers;
        self.frames.push(block, |frame| powers.add(&frame));
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let mut powers = self.powers.clone();
        self.frames.short(|frame| powers.add(&frame));
        let no_side = if self.mono {
            ONE_CHANNEL
        } else if powers.frames > 0 {
            "mono: no side"
        } else {
            INACTIVE
        };
        vec![
            (Quantity::Spectrum, self.bands(&powers.all, powers.frames, INACTIVE)),
            (Quantity::SideSpectrum, self.bands(&powers.side, powers.frames, no_side)),
            (Quantity::Rumble, self.rumble(&powers.all)),
        ]
    }
}
