use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, power_db};
use realfft::num_complex::Complex;

use crate::power::percentile;
use crate::transform::{Frame, Frames};

pub const ENTRY: MeterEntry = MeterEntry {
    id: "swing",
    version: 1,
    about: "How far the level of each of five bands jumps above where it mostly is: what a multiband compressor \
            would have to hold. 95th percentile over median, in steps of 50 ms under Hann windows of twice that, \
            over the frames from -60 dBFS up in which the band itself stands above -80 dBFS.",
    quantities: &[Quantity::BandSwing],
    build: |spec| Box::new(Swing::new(spec)),
};

/// Where the bands meet; a band that would begin above 0.45 of the rate is left out.
pub const SWING_EDGES_HZ: [f64; 6] = [20.0, 120.0, 600.0, 3000.0, 8000.0, 20_000.0];

const STEPS_A_SECOND: usize = 20;
const HIGHEST_OF_RATE: f64 = 0.45;
const QUIETEST_DB: f64 = -80.0;
/// One second.
const FEWEST_FRAMES: usize = STEPS_A_SECOND;

struct Swing {
    frames: Frames,
    bands: Vec<Band>,
}

struct Band {
    centre_hz: f64,
    from: usize,
    to: usize,
    levels_db: Vec<f32>,
}

impl Swing {
    fn new(spec: &Spec) -> Self {
        let length = 2 * (spec.rate_hz as usize / STEPS_A_SECOND).max(1);
        let highest_hz = HIGHEST_OF_RATE * spec.rate();
        let bin = |hz: f64| (hz * length as f64 / spec.rate()).round() as usize;
        let bands = SWING_EDGES_HZ.windows(2).filter(|edges| edges[0] < highest_hz).map(|edges| {
            let (from_hz, to_hz) = (edges[0], edges[1].min(highest_hz));
            Band {
                centre_hz: (from_hz * to_hz).sqrt(),
                from: bin(from_hz),
                to: bin(to_hz),
                levels_db: Vec::new(),
            }
        });
        Self { frames: Frames::new(length), bands: bands.collect() }
    }
}

impl Band {
    fn push(&mut self, frame: &Frame) {
        let power = power(&frame.mid[self.from..self.to])
            + frame.side.map_or(0.0, |side| power(&side[self.from..self.to]));
        if let Some(db) = power_db(power).filter(|&db| db >= QUIETEST_DB) {
            self.levels_db.push(db as f32);
        }
    }

    fn swing_db(&self) -> Option<f64> {
        let mut levels: Vec<f64> = self.levels_db.iter().copied().map(f64::from).collect();
        if levels.len() < FEWEST_FRAMES {
            return None;
        }
        let high = percentile(&mut levels, 0.95)?;
        Some(high - percentile(&mut levels, 0.5)?)
    }
}

fn power(bins: &[Complex<f32>]) -> f64 {
    let mut lanes = [0f32; 8];
    let (chunks, rest) = bins.as_chunks::<8>();
    for chunk in chunks {
        for (lane, bin) in lanes.iter_mut().zip(chunk) {
            *lane += bin.norm_sqr();
        }
    }
    let rest: f32 = rest.iter().map(Complex::norm_sqr).sum();
    lanes.iter().chain([&rest]).copied().map(f64::from).sum()
}

impl Meter for Swing {
    fn push(&mut self, block: &Audio) {
        let bands = &mut self.bands;
        self.frames.push(block, |frame| bands.iter_mut().for_each(|band| band.push(&frame)));
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let db: Vec<Option<f64>> = self.bands.iter().map(Band::swing_db).collect();
        let value = if db.iter().any(Option::is_some) {
            Value::Spectrum { hz: self.bands.iter().map(|band| band.centre_hz).collect(), db }
        } else {
            Value::Undefined("less than a second above -60 dBFS".to_owned())
        };
        vec![(Quantity::BandSwing, value)]
    }
}
