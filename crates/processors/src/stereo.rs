use acetate_dsp::{Convolver, Full, Windows, ZeroPhase, half_length, middle, share_below};
use acetate_model::{Block, Curve, Db, Hz, Params, Percent, Processor, Settings, Spec, amplitude, power_db};

/// Over how many octaves the sides come in above the frequency up to which the signal is mono.
const OCTAVES: f64 = 1.0;
/// From the lower end of that slope to its middle.
const TO_MIDDLE: f64 = std::f64::consts::SQRT_2;
/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;
/// Below this frequency the sides are left as they are: nothing is there, and the filter would be endless.
const LOWEST_HZ: f64 = 10.0;

/// Widens or narrows the stereo image, makes the bass mono, and evens left and right. What both channels share stays
/// as it is, to the last bit but rounding, because the sides are filtered without phase. Other than stereo signals
/// pass unchanged.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct StereoSettings {
    /// The level of the sides: 0 is mono, 100 unchanged, 200 twice as wide.
    #[param(default = 100.0, range = 0.0..=200.0)]
    pub width_percent: Percent,
    /// Up to here the signal is mono; an octave above, the sides are all there. Below 10 Hz it is off.
    #[param(default = 0.0, range = 0.0..=300.0)]
    pub mono_below_hz: Hz,
    /// How much louder the left channel becomes against the right, half by each.
    #[param(default = 0.0, range = -12.0..=12.0)]
    pub balance_db: Db,
}

impl StereoSettings {
    /// The part of the sides that is taken away, where there is one.
    fn low(&self, rate_hz: u32) -> Option<ZeroPhase> {
        let middle_hz = self.mono_below_hz.0 * TO_MIDDLE;
        let half = half_length(rate_hz, self.mono_below_hz.0.max(LOWEST_HZ));
        (self.mono_below_hz.0 >= LOWEST_HZ)
            .then(|| ZeroPhase::new(rate_hz, half, |hz| share_below(hz, middle_hz, OCTAVES)))
    }

    fn gains(&self) -> [f64; 2] {
        [amplitude(self.balance_db.0 / 2.0), amplitude(-self.balance_db.0 / 2.0)]
    }
}

impl Settings for StereoSettings {
    const ID: &'static str = "stereo";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "width_percent": 110, "mono_below_hz": 120, "balance_db": 0.5 }"#;
    type Processor = Stereo;

    fn build(&self, spec: &Spec) -> Stereo {
        let low = self.low(spec.rate_hz).filter(|_| spec.channels == 2);
        let mono_bass = low.map(|low| MonoBass::new(&low, 2 * (1 + spec.linked)));
        Stereo { width: self.width_percent.0 / 100.0, gains: self.gains(), mono_bass }
    }

    /// What the sides get: the power of left and right for a signal that is opposite in both.
    fn curve(&self, spec: &Spec) -> Curve {
        let (width, [left, right]) = (self.width_percent.0 / 100.0, self.gains());
        let low = self.low(spec.rate_hz);
        Curve::Response(Box::new(move |hz| {
            let side = width * low.as_ref().map_or(1.0, |low| 1.0 - low.gain(hz));
            power_db(side * side * (left * left + right * right) / 2.0)
                .map_or(FLOOR_DB, |db| db.max(FLOOR_DB))
        }))
    }
}

/// A matrix of mid and side, and a bass without sides.
pub struct Stereo {
    width: f64,
    gains: [f64; 2],
    mono_bass: Option<MonoBass>,
}

impl Processor for Stereo {
    fn process(&mut self, block: &mut Block) {
        if let Some(mono_bass) = &mut self.mono_bass {
            mono_bass.process(block);
        }
        if self.width == 1.0 && self.gains == [1.0; 2] {
            return;
        }
        let (keep, cross) = (f64::midpoint(1.0, self.width), (1.0 - self.width) / 2.0);
        let [to_left, to_right] = self.gains;
        for signal in block.signals() {
            let [left, right] = &mut signal.channels[..] else { continue };
            for (l, r) in left.iter_mut().zip(right) {
                let (x, y) = (f64::from(*l), f64::from(*r));
                *l = (to_left * (keep * x + cross * y)) as f32;
                *r = (to_right * (keep * y + cross * x)) as f32;
            }
        }
    }

    fn reset(&mut self) {
        if let Some(mono_bass) = &mut self.mono_bass {
            mono_bass.windows.reset();
        }
    }

    fn latency(&self) -> usize {
        self.mono_bass.as_ref().map_or(0, |mono_bass| mono_bass.windows.latency())
    }
}

/// Takes the low part of the side away from both channels.
struct MonoBass {
    windows: Windows,
    convolver: Convolver,
    below: Vec<f32>,
    side: Vec<f32>,
}

impl MonoBass {
    fn new(low: &ZeroPhase, channels: usize) -> Self {
        let (gains, half) = (low.gains(), low.half_length());
        Self {
            windows: Windows::new(half, channels),
            convolver: Convolver::new(half),
            side: vec![0.0; 4 * half],
            below: gains,
        }
    }

    fn process(&mut self, block: &mut Block) {
        let mut done = 0;
        while done < block.frames() {
            done += self.windows.exchange(block, done);
            let Some(Full { heard, ready }) = self.windows.full() else { continue };
            for (heard, ready) in heard.chunks(2).zip(ready.chunks_mut(2)) {
                for (window, y) in heard.iter().zip(&mut *ready) {
                    y.copy_from_slice(middle(window));
                }
                for ((side, l), r) in self.side.iter_mut().zip(&heard[0]).zip(&heard[1]) {
                    *side = (l - r) * 0.5;
                }
                if self.side.iter().all(|&x| x == 0.0) {
                    continue;
                }
                self.convolver.hear(&self.side);
                let (left, right) = ready.split_at_mut(1);
                let low = self.convolver.filtered(&self.below);
                for ((l, r), low) in left[0].iter_mut().zip(&mut right[0]).zip(low) {
                    *l -= low;
                    *r += low;
                }
            }
        }
    }
}
