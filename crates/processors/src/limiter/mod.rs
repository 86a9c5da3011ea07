mod envelope;
mod forecast;
mod guard;

use acetate_model::{
    Audio, Block, Choice, Curve, Db, Dbtp, Ms, Params, Processor, Reduction, Settings, Spec, Unit, amplitude,
};

use envelope::Law;
pub use forecast::forecast_gain;
use guard::Guard;

/// Raises the level into a ceiling that no point between samples exceeds.
///
/// The gain is worked out ahead of the peaks, is the same for all channels, and returns at the pace of the programme.
/// The result is measured at 16 times the rate, and by the 4-times interpolation of libebur128, and corrected until it
/// holds. What stays under the ceiling by itself passes unchanged, bit for bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct LimiterSettings {
    /// How far the signal is raised towards the ceiling.
    #[param(default = 0.0, range = -36.0..=36.0)]
    pub drive_db: Db,
    /// The highest true peak that leaves.
    #[param(default = -1.0, range = -20.0..=0.0)]
    pub ceiling_dbtp: Dbtp,
    /// What gives way when it works hard.
    #[param(default = transparent)]
    pub style: Style,
    /// How fast the gain returns after a single peak; dense passages are held longer.
    #[param(default = 21.0, range = 5.0..=1000.0, log)]
    pub release_ms: Ms,
}

/// What gives way when a limiter works hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Style {
    /// Looks 5 ms ahead: clean from 100 Hz on, and loud.
    Transparent,
    /// Looks 10 ms ahead: clean from 50 Hz on, a little less loud.
    CleanBass,
    /// Looks 1.5 ms ahead: drums stay hard and loud, deep bass is coloured.
    Punch,
}

/// The time constants of a style.
struct Character {
    ahead_ms: f64,
    slow_rise_ms: f64,
    slow_fall_ms: f64,
    /// How much of the mean attenuation the release stops at.
    slow_share: f64,
}

impl Style {
    fn character(self) -> Character {
        let (ahead_ms, slow_share) = match self {
            Self::Transparent => (5.0, 0.3),
            Self::CleanBass => (10.0, 0.5),
            Self::Punch => (1.5, 0.0),
        };
        Character { ahead_ms, slow_rise_ms: 100.0, slow_fall_ms: 800.0, slow_share }
    }
}

impl Settings for LimiterSettings {
    const ID: &'static str = "limiter";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "drive_db": 6 }"#;
    type Processor = Limiter;

    fn build(&self, spec: &Spec) -> Limiter {
        let law = Law::new(self.style, self.release_ms.value(), spec.rate());
        let guard = Guard::new(law, amplitude(self.ceiling_dbtp.value()), spec.channels);
        let chunk = guard.stages.chunk;
        let silence = |frames| Audio::silence(spec.rate_hz, spec.channels, frames);
        Limiter {
            drive: amplitude(self.drive_db.value()) as f32,
            incoming: silence(chunk),
            ready: silence(chunk),
            linked: (0..spec.linked)
                .map(|_| Delayed { waiting: silence(guard.stages.latency()), ready: silence(chunk) })
                .collect(),
            attenuation_db: vec![0.0; chunk],
            reduction: [Reduction::default()],
            at: 0,
            guard,
        }
    }

    fn curve(&self, _spec: &Spec) -> Curve {
        let (drive, ceiling) = (self.drive_db.value(), self.ceiling_dbtp.value());
        Curve::Transfer(Box::new(move |level| (level + drive).min(ceiling)))
    }
}

/// Limits in chunks of its own, whatever the blocks of the host.
#[derive(Debug)]
pub struct Limiter {
    guard: Guard,
    drive: f32,
    incoming: Audio,
    ready: Audio,
    linked: Vec<Delayed>,
    attenuation_db: Vec<f32>,
    reduction: [Reduction; 1],
    /// Frames of the chunk that have come in, which is how many have left.
    at: usize,
}

/// A linked signal on its way: as long as the latency, and the chunk that leaves.
#[derive(Debug)]
struct Delayed {
    waiting: Audio,
    ready: Audio,
}

impl Processor for Limiter {
    fn process(&mut self, block: &mut Block) {
        let frames = block.frames();
        let (mut done, mut sum, mut max) = (0, 0f64, 0f32);
        while done < frames {
            let now = (frames - done).min(self.guard.stages.chunk - self.at);
            self.exchange(block, done, now);
            for &db in &self.attenuation_db[self.at..self.at + now] {
                sum += f64::from(db);
                max = if db > max { db } else { max };
            }
            done += now;
            self.at += now;
            if self.at == self.guard.stages.chunk {
                self.at = 0;
                self.advance();
            }
        }
        if frames > 0 {
            self.reduction = [Reduction { mean_db: (sum / frames as f64) as f32, max_db: max }];
        }
    }

    fn reset(&mut self) {
        let silent = [&mut self.incoming, &mut self.ready];
        let linked = self.linked.iter_mut().flat_map(|l| [&mut l.waiting, &mut l.ready]);
        for channel in silent.into_iter().chain(linked).flat_map(|audio| &mut audio.channels) {
            channel.fill(0.0);
        }
        self.guard.reset();
        self.attenuation_db.fill(0.0);
        self.reduction = [Reduction::default()];
        self.at = 0;
    }

    fn latency(&self) -> usize {
        self.guard.stages.latency()
    }

    fn reductions(&self) -> &[Reduction] {
        &self.reduction
    }
}

impl Limiter {
    /// Puts what is ready in the place of what comes in.
    fn exchange(&mut self, block: &mut Block, from: usize, frames: usize) {
        let here = self.at..self.at + frames;
        for (channel, (incoming, ready)) in
            block.main.channels.iter_mut().zip(self.incoming.channels.iter_mut().zip(&self.ready.channels))
        {
            let outer = &mut channel[from..from + frames];
            incoming[here.clone()].copy_from_slice(outer);
            outer.copy_from_slice(&ready[here.clone()]);
        }
        let newest = self.guard.stages.latency() - self.guard.stages.chunk + self.at;
        for (signal, delayed) in block.linked.iter_mut().zip(&mut self.linked) {
            let inner = delayed.waiting.channels.iter_mut().zip(&delayed.ready.channels);
            for (channel, (waiting, ready)) in signal.channels.iter_mut().zip(inner) {
                let outer = &mut channel[from..from + frames];
                waiting[newest..newest + frames].copy_from_slice(outer);
                outer.copy_from_slice(&ready[here.clone()]);
            }
        }
    }

    fn advance(&mut self) {
        raise_by(&mut self.incoming, self.drive);
        self.guard.advance(&self.incoming);
        for (at, ready) in self.ready.channels.iter_mut().enumerate() {
            if let Some(limited) = self.guard.channel(at) {
                ready.copy_from_slice(limited);
            }
        }
        let gains = self.guard.gains();
        for delayed in &mut self.linked {
            for (waiting, ready) in delayed.waiting.channels.iter_mut().zip(&mut delayed.ready.channels) {
                let (ready, oldest) = (&mut ready[..gains.len()], &waiting[..gains.len()]);
                for ((ready, &sample), &gain) in ready.iter_mut().zip(oldest).zip(gains) {
                    *ready = sample * self.drive * gain;
                }
                waiting.copy_within(gains.len().., 0);
            }
        }
        for (at, db) in self.attenuation_db.iter_mut().enumerate() {
            *db = self.guard.attenuation_db(at) as f32;
        }
    }
}

fn raise_by(audio: &mut Audio, factor: f32) {
    if factor != 1.0 {
        audio.channels.iter_mut().flatten().for_each(|sample| *sample *= factor);
    }
}
