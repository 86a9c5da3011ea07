//! Oscillators, noise, envelopes and filters: one value for each call.

use std::f64::consts::{PI, TAU};

/// A sine by its phase in turns, from half a turn before zero on: the Taylor polynomial on a quarter turn.
pub(super) fn sine(turns: f64) -> f64 {
    // Rounding through an integer: a call of `floor` would cost more than the whole polynomial.
    let turn = turns - (turns + 0.5) as i64 as f64;
    let quarter = if turn.abs() > 0.25 { 0.5_f64.copysign(turn) - turn } else { turn };
    let x = TAU * quarter;
    let x2 = x * x;
    x * (1.0 + x2 * (-1.0 / 6.0 + x2 * (1.0 / 120.0 + x2 * (-1.0 / 5040.0 + x2 / 362_880.0))))
}

/// A saw-tooth whose steps are rounded over two samples (polynomial band-limited step), against aliasing.
pub(super) struct Saw {
    phase: f64,
}

impl Saw {
    /// At a phase in turns, 0 to 1.
    pub fn at(phase: f64) -> Self {
        Self { phase }
    }

    /// The next sample; `step` is the frequency over the rate.
    pub fn next(&mut self, step: f64) -> f64 {
        self.phase = wrapped(self.phase + step);
        let t = self.phase;
        let rounding = if t < step {
            let x = t / step - 1.0;
            -x * x
        } else if t > 1.0 - step {
            let x = (t - 1.0) / step + 1.0;
            x * x
        } else {
            0.0
        };
        2.0 * t - 1.0 - rounding
    }
}

/// A phase back in its turn, 0 to 1, when it has run over by less than one.
pub(super) fn wrapped(phase: f64) -> f64 {
    if phase >= 1.0 { phase - 1.0 } else { phase }
}

/// White noise from -1 to 1 (xorshift64*; Vigna, 2016).
pub(super) struct Noise(u64);

impl Noise {
    /// A sequence of its own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next sample.
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        bits as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A level that falls by a constant factor: to 37 % within the time constant.
pub(super) struct Decay {
    level: f64,
    factor: f64,
}

impl Decay {
    /// From 1.
    pub fn new(seconds: f64, rate: f64) -> Self {
        Self { level: 1.0, factor: libm::exp(-1.0 / (seconds * rate)) }
    }

    /// The next level.
    pub fn next(&mut self) -> f64 {
        let level = self.level;
        self.level *= self.factor;
        level
    }
}

/// A level that rises while a note is held, and falls after it: both as one-pole curves.
pub(super) struct Gate {
    level: f64,
    rise: f64,
    fall: f64,
    held: usize,
}

impl Gate {
    /// For a note of some seconds.
    pub fn new([rise, held, fall]: [f64; 3], rate: f64) -> Self {
        let coefficient = |seconds: f64| 1.0 - libm::exp(-1.0 / (seconds * rate));
        Self { level: 0.0, rise: coefficient(rise), fall: coefficient(fall), held: (held * rate) as usize }
    }

    /// The next level.
    pub fn next(&mut self) -> f64 {
        if self.held > 0 {
            self.held -= 1;
            self.level += (1.0 - self.level) * self.rise;
        } else {
            self.level -= self.level * self.fall;
        }
        self.level
    }
}

/// A state-variable filter whose frequency may move (Simper, trapezoidal integration).
pub(super) struct Filter {
    g: f64,
    k: f64,
    gain: f64,
    state: [f64; 2],
}

/// What a filter passes.
pub(super) struct Passed {
    pub low: f64,
    pub band: f64,
    pub high: f64,
}

impl Filter {
    /// At a frequency over the rate, at most a quarter.
    pub fn at(cutoff: f64, q: f64) -> Self {
        let mut filter = Self { g: 0.0, k: 1.0 / q, gain: 1.0, state: [0.0; 2] };
        filter.move_to(cutoff);
        filter
    }

    /// Moves to another frequency over the rate.
    pub fn move_to(&mut self, cutoff: f64) {
        self.g = tangent(cutoff);
        self.gain = 1.0 / (1.0 + self.g * (self.g + self.k));
    }

    /// The next sample.
    pub fn next(&mut self, input: f64) -> Passed {
        let [a, b] = self.state;
        let band = self.gain * (a + self.g * (input - b));
        let low = b + self.g * band;
        self.state = [2.0 * band - a, 2.0 * low - b];
        Passed { low, band, high: input - self.k * band - low }
    }
}

/// tan(pi x) by its series, near enough for x up to a quarter.
fn tangent(x: f64) -> f64 {
    let y = PI * x.min(0.25);
    let y2 = y * y;
    y * (1.0 + y2 * (1.0 / 3.0 + y2 * (2.0 / 15.0 + y2 * (17.0 / 315.0))))
}

/// The coefficient of a one-pole low-pass.
pub(super) fn one_pole(hz: f64, rate: f64) -> f64 {
    1.0 - libm::exp(-2.0 * PI * hz / rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_sine_is_a_sine() {
        for n in -500..5000 {
            let turns = f64::from(n) / 1000.0;
            let error = sine(turns) - libm::sin(2.0 * PI * turns);
            assert!(error.abs() < 5e-6, "{error} at {turns}");
        }
    }

    #[test]
    fn a_filter_is_down_by_its_q_at_its_frequency() {
        let (step, q) = (0.02, 0.7);
        let mut filter = Filter::at(step, q);
        let mut peak: f64 = 0.0;
        for n in 0..20_000 {
            let passed = filter.next(sine(step * f64::from(n)));
            if n > 10_000 {
                peak = peak.max(passed.low.abs());
            }
        }
        assert!((peak - q).abs() < 0.005, "{peak}");
    }
}
