//! The null test: the client's mix beside the sum of the stems.
//!
//! The beginning tells by how much the mix is late ([`Beginning`]). Then the whole song is heard in time: hop by hop for
//! what changes, and at some places closely ([`Places`]), where every explanation is tried and what it leaves of the mix
//! is read. Which one is right is for a check to say.

mod align;
mod dot;
mod excerpts;
mod explain;
mod fit;
mod fourier;
mod moved;
mod nonlinear;
mod over_time;
mod transfer;

use acetate_dsp::DelayLine;
use acetate_model::{Audio, Place, Quantity, Reading, Value};

pub use align::{Alignment, Beginning};
pub use excerpts::Places;

use excerpts::Excerpts;
use over_time::OverTime;

/// Its id and version in `Reading::by`.
const BY: &str = "null_test@1";

/// Hears the stems and the mix in time with each other.
#[derive(Debug, Clone)]
pub struct NullTest {
    rate_hz: u32,
    alignment: Alignment,
    places: Places,
    stems: Vec<Excerpts>,
    mix: Excerpts,
    // what makes the mix earlier by its fraction of a frame, and how much of that comes too early
    lines: Vec<DelayLine>,
    late: usize,
    between: Audio,
    over_time: OverTime,
    heard: u64,
}

impl NullTest {
    /// For so many stems.
    pub fn new(rate_hz: u32, stems: usize, places: Places, alignment: Alignment) -> Self {
        let excerpts = Excerpts::new(&places);
        // earlier by a part of a frame is later by the rest, and earlier by a whole one
        let rest = if alignment.fraction > 0.0 { 1.0 - alignment.fraction } else { 0.0 };
        let whole = DelayLine::shortest(rest);
        let lines = if rest > 0.0 { vec![DelayLine::new(whole, rest); 2] } else { Vec::new() };
        Self {
            late: if rest > 0.0 { whole + 1 } else { 0 },
            lines,
            between: Audio::default(),
            rate_hz,
            alignment,
            stems: vec![excerpts.clone(); stems],
            mix: excerpts,
            places,
            over_time: OverTime::new(rate_hz),
            heard: 0,
        }
    }

    /// Hears the next block: the stems, their sum, and the mix earlier by the whole frames of the alignment. What has
    /// ended is shorter.
    pub fn push(&mut self, stems: &[Audio], sum: &Audio, mix: &Audio) {
        for (excerpts, stem) in self.stems.iter_mut().zip(stems) {
            excerpts.take(&self.places, stem, self.heard);
        }
        self.mix.take(&self.places, mix, self.heard);
        self.between.copy_from(mix);
        for (line, channel) in self.lines.iter_mut().zip(&mut self.between.channels) {
            line.run(channel);
            channel.drain(..self.late.min(channel.len()));
        }
        self.late -= self.late.min(mix.frames());
        self.over_time.push(sum, &self.between);
        self.heard += sum.frames() as u64;
    }

    /// What it reads: of the sum and of each stem, against the mix.
    pub fn readings(&self, stems: &[Place], mix: &Place) -> Vec<Reading> {
        let read = |of: &Place, quantity, value| Reading {
            of: of.clone(),
            against: Some(mix.clone()),
            quantity,
            value,
            by: BY.to_owned(),
        };
        let master = |quantity, value| read(&Place::Master, quantity, value);
        let explained = explain::explain(self);
        let mut readings = vec![
            master(Quantity::MixDelay, Value::Scalar(explained.delay)),
            master(Quantity::MixMatch, Value::Scalar(100.0 * self.alignment.agree)),
        ];
        readings.extend(self.over_time.read().into_iter().map(|(q, v)| master(q, v)));
        readings.extend(explained.whole.into_iter().map(|(q, v)| master(q, v)));
        for (of, quantity, value) in explained.of_stems {
            readings.extend(stems.get(of).map(|stem| read(stem, quantity, value)));
        }
        readings
    }
}

/// What is left as decibels; what is less than single precision holds is that.
fn left_db(share: f64) -> f64 {
    10.0 * libm::log10(share.max(LEAST))
}

/// The least that can be left: the noise of single precision.
const LEAST: f64 = 1e-15;
