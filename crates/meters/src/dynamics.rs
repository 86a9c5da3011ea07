use acetate_dsp::{Hops, highest_sample};
use acetate_model::{Audio, Meter, MeterEntry, Quantity, Spec, Value, amplitude_db, power_db};

use crate::power::{ACTIVE_POWER, INACTIVE, level};
use crate::programme::BLOCK_MS;
use crate::sums::add;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "dynamics",
    version: 1,
    about: "RMS over the parts that sound, and how far the highest sample stands above it. \
            A part is a block of 400 ms, the last one shorter; it sounds from -60 dBFS up. \
            Re a full-scale square wave: a full-scale sine reads -3.01 dBFS (AES17 would say 0).",
    quantities: &[Quantity::Crest, Quantity::Rms],
    build: |spec| Box::new(Dynamics::new(spec)),
};

struct Dynamics {
    hops: Hops,
    // energy of each channel in the open block
    open: Vec<f64>,
    open_frames: usize,
    active: Active,
    peak: f32,
}

/// The blocks that sound.
#[derive(Clone, Copy, Default)]
struct Active {
    energy: f64,
    samples: u64,
}

impl Active {
    fn and_if_active(self, channels: &[f64], frames: usize) -> Self {
        let (energy, samples) = (channels.iter().sum::<f64>(), (channels.len() * frames) as u64);
        if samples == 0 || energy < ACTIVE_POWER * samples as f64 {
            return self;
        }
        Self { energy: self.energy + energy, samples: self.samples + samples }
    }

    fn power(self) -> f64 {
        self.energy / self.samples.max(1) as f64
    }
}

impl Dynamics {
    fn new(spec: &Spec) -> Self {
        Self {
            hops: Hops::of_ms(spec.rate_hz, BLOCK_MS),
            open: vec![0.0; spec.channels],
            open_frames: 0,
            active: Active::default(),
            peak: 0.0,
        }
    }
}

impl Meter for Dynamics {
    fn push(&mut self, audio: &Audio) {
        self.peak = audio.channels.iter().map(|c| highest_sample(c)).fold(self.peak, f32::max);
        for part in self.hops.parts(audio.frames()) {
            add(&mut self.open, audio, part.from..part.to, |x| x * x);
            self.open_frames += part.to - part.from;
            if part.ends {
                self.active = self.active.and_if_active(&self.open, self.open_frames);
                self.open.fill(0.0);
                self.open_frames = 0;
            }
        }
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let power = self.active.and_if_active(&self.open, self.open_frames).power();
        let peak_db = amplitude_db(f64::from(self.peak));
        let crest_db = peak_db.zip(power_db(power)).map(|(peak, rms)| peak - rms);
        vec![(Quantity::Crest, Value::scalar_or(crest_db, INACTIVE)), (Quantity::Rms, level(power, INACTIVE))]
    }
}
