use acetate_model::Audio;

use crate::interpolation::{HANN_TAPS, Hann4, SINC_TAPS, Sinc16, TILE, highest_sample};

/// Frames that are looked at together, so that the window is moved seldom.
const BATCH: usize = 32 * TILE;

/// The highest point between samples at 16 times the rate (BS.1770-5, Annex 2, with a longer interpolator).
#[derive(Debug, Clone)]
pub struct TruePeakMeter {
    kernel: Sinc16,
    channels: Vec<Window<{ SINC_TAPS - 1 }>>,
    highest: f32,
}

impl TruePeakMeter {
    /// A meter that has heard silence.
    pub fn new(channels: usize) -> Self {
        Self { kernel: Sinc16::default(), channels: vec![Window::default(); channels], highest: 0.0 }
    }

    /// Hears the next block; channels beyond those it was made for are ignored.
    pub fn push(&mut self, block: &Audio) {
        self.push_telling_overs(block, |_| {});
    }

    /// Hears the next block, and tells of each tile that goes over full scale between two samples and not on one: the
    /// frame where it begins, counted from the first ever heard.
    pub fn push_telling_overs(&mut self, block: &Audio, mut over: impl FnMut(u64)) {
        let Self { kernel, channels, highest } = self;
        for (window, samples) in channels.iter_mut().zip(&block.channels) {
            window.push(samples, |frame, x, loudest| {
                if scan(kernel, x, loudest, highest) > FULL_SCALE && highest_sample(x) <= FULL_SCALE {
                    over(frame);
                }
            });
        }
    }

    /// The highest magnitude of any channel so far, as an amplitude, as if silence followed; 0 for silence.
    pub fn peak(&self) -> f64 {
        let mut highest = self.highest;
        for window in &self.channels {
            window.flushed(|_, x, loudest| {
                scan(&self.kernel, x, loudest, &mut highest);
            });
        }
        f64::from(highest)
    }
}

const FULL_SCALE: f32 = 1.0;

/// Raises `highest` to the highest point of a tile, and returns that point if it is new or over full scale.
fn scan(kernel: &Sinc16, x: &[f32], loudest: f32, highest: &mut f32) -> f32 {
    let floor = highest.min(FULL_SCALE);
    let mut level = 0.0;
    if loudest * kernel.bound() > floor {
        kernel.scan(x, floor, |_, found| level = if found > level { found } else { level });
        *highest = highest.max(level);
    }
    level
}

/// The true peak as libebur128 reads it: the highest of the samples and of 3 points between each two.
#[derive(Debug, Clone)]
pub struct TruePeak4 {
    kernel: Hann4,
    channels: Vec<Window<{ HANN_TAPS - 1 }>>,
    highest: f32,
}

impl TruePeak4 {
    /// A meter that has heard silence.
    pub fn new(channels: usize) -> Self {
        Self { kernel: Hann4::default(), channels: vec![Window::default(); channels], highest: 0.0 }
    }

    /// Hears the next block; channels beyond those it was made for are ignored.
    pub fn push(&mut self, block: &Audio) {
        let Self { kernel, channels, highest } = self;
        for (window, samples) in channels.iter_mut().zip(&block.channels) {
            window.push(samples, |_, x, loudest| read(kernel, x, loudest, highest));
        }
    }

    /// The highest magnitude of any channel so far, as an amplitude, as if silence followed; 0 for silence.
    pub fn peak(&self) -> f64 {
        let mut highest = self.highest;
        for window in &self.channels {
            window.flushed(|_, x, loudest| read(&self.kernel, x, loudest, &mut highest));
        }
        f64::from(highest)
    }
}

fn read(kernel: &Hann4, x: &[f32], loudest: f32, highest: &mut f32) {
    if loudest * kernel.bound() > *highest {
        let level = highest_sample(&kernel.peaks(x));
        *highest = if level > *highest { level } else { *highest };
    }
}

/// Samples on their way through an interpolator that needs `MARGIN` more than it gives points for.
#[derive(Debug, Clone)]
struct Window<const MARGIN: usize> {
    samples: Vec<f32>,
    /// The frame of the first of `samples` that waits, behind the margin.
    frame: u64,
}

impl<const MARGIN: usize> Default for Window<MARGIN> {
    fn default() -> Self {
        let mut samples = Vec::with_capacity(BATCH + MARGIN);
        samples.resize(MARGIN, 0.0);
        Self { samples, frame: 0 }
    }
}

impl<const MARGIN: usize> Window<MARGIN> {
    /// Gives `visit` each new tile with its frame and margin, and the highest magnitude in it.
    fn push(&mut self, mut samples: &[f32], mut visit: impl FnMut(u64, &[f32], f32)) {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(BATCH + MARGIN - self.samples.len()));
            self.samples.extend_from_slice(now);
            samples = later;
            if self.samples.len() == BATCH + MARGIN {
                visit_tiles(self.frame, &self.samples, MARGIN, &mut visit);
                self.frame += BATCH as u64;
                self.samples.copy_within(BATCH.., 0);
                self.samples.truncate(MARGIN);
            }
        }
    }

    /// Gives `visit` the tiles that are not full yet, with silence behind them.
    fn flushed(&self, mut visit: impl FnMut(u64, &[f32], f32)) {
        let mut rest = self.samples.clone();
        rest.resize(self.samples.len().next_multiple_of(TILE) + TILE + MARGIN, 0.0);
        visit_tiles(self.frame, &rest, MARGIN, &mut visit);
    }
}

fn visit_tiles(frame: u64, x: &[f32], margin: usize, visit: &mut impl FnMut(u64, &[f32], f32)) {
    let loudest = |from: usize, to: usize| highest_sample(&x[from..to.min(x.len())]);
    let mut maxima: [f32; 9] = std::array::from_fn(|t| loudest((t * TILE).min(x.len()), (t + 1) * TILE));
    debug_assert!(TILE + margin <= maxima.len() * TILE);
    for from in (0..=x.len() - margin - TILE).step_by(TILE) {
        visit(frame + from as u64, &x[from..from + TILE + margin], highest_sample(&maxima));
        maxima.rotate_left(1);
        let ahead = from + maxima.len() * TILE;
        maxima[8] = loudest(ahead.min(x.len()), ahead + TILE);
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    fn audio(frames: usize, sample: impl Fn(f64) -> f64) -> Audio {
        Audio { rate_hz: 48_000, channels: vec![(0..frames).map(|n| sample(n as f64) as f32).collect()] }
    }

    /// A reproducible signal between -1 and 1 without structure.
    fn noise(frames: usize) -> Audio {
        let mut state = 1u64;
        let samples = (0..frames).map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        });
        Audio { rate_hz: 48_000, channels: vec![samples.collect()] }
    }

    fn db(ratio: f64) -> f64 {
        20.0 * libm::log10(ratio)
    }

    fn peak16(audio: &Audio) -> f64 {
        let mut meter = TruePeakMeter::new(audio.channels.len());
        meter.push(audio);
        meter.peak()
    }

    fn ours4(audio: &Audio) -> f64 {
        let mut meter = TruePeak4::new(audio.channels.len());
        meter.push(audio);
        meter.peak()
    }

    #[test]
    fn silence_has_no_peak() {
        assert_eq!(TruePeakMeter::new(2).peak(), 0.0);
        assert_eq!(peak16(&Audio::silence(48_000, 2, 5000)), 0.0);
        assert_eq!(ours4(&Audio::silence(48_000, 2, 5000)), 0.0);
    }

    #[test]
    fn a_faded_sine_reads_its_amplitude() {
        for (hz_over_rate, phase) in
            [(0.01, 0.3), (0.25, PI / 4.0), (1.0 / 3.0, 0.5), (0.4, 0.1), (0.45, 1.0)]
        {
            let sine = audio(9600, |n| {
                let fade = 0.5 - 0.5 * libm::cos(2.0 * PI * n / 9600.0);
                0.5 * fade * libm::sin(2.0 * PI * hz_over_rate * n + phase)
            });
            let error = db(peak16(&sine) / 0.5);
            // a 16-times grid may miss the crest of a sine by cos(pi f / 16)
            let grid = db(libm::cos(PI * hz_over_rate / 16.0));
            assert!((grid - 0.005..0.005).contains(&error), "{hz_over_rate}: {error}");
        }
    }

    #[test]
    fn the_search_finds_what_every_point_finds() {
        let noise = noise(20_000);
        let kernel = Sinc16::default();
        let mut padded = vec![0.0; SINC_TAPS];
        padded.extend(&noise.channels[0]);
        padded.resize(20_000 + 2 * SINC_TAPS, 0.0);
        let everything = kernel.every_point(&padded).fold(0.0, f32::max);
        assert_eq!(peak16(&noise), f64::from(everything));
    }

    #[test]
    fn blocks_read_as_the_whole() {
        let noise = noise(10_007);
        let whole = (peak16(&noise), ours4(&noise));
        for frames in [1, 31, 32, 1000, 4096] {
            let (mut a, mut b) = (TruePeakMeter::new(1), TruePeak4::new(1));
            for block in noise.blocks(frames) {
                a.push(&block);
                b.push(&block);
            }
            assert_eq!((a.peak(), b.peak()), whole, "{frames}");
        }
    }

    #[test]
    fn peak_disturbs_nothing() {
        let noise = noise(3000);
        let mut meter = TruePeakMeter::new(1);
        for block in noise.blocks(100) {
            meter.push(&block);
            meter.peak();
        }
        assert_eq!(meter.peak(), peak16(&noise));
    }

    #[test]
    fn four_times_agrees_with_ebur128() {
        let square = audio(5000, |n| if (n as usize / 50).is_multiple_of(2) { 0.7 } else { -0.7 });
        let tone = audio(5000, |n| 0.9 * libm::sin(2.0 * PI * n / 4.0 + PI / 4.0));
        for signal in [noise(5000), square, tone] {
            let mut referee = ebur128::EbuR128::new(1, 48_000, ebur128::Mode::TRUE_PEAK).unwrap();
            referee.add_frames_f32(&signal.channels[0]).unwrap();
            referee.add_frames_f32(&[0.0; 64]).unwrap();
            let difference = db(ours4(&signal) / referee.true_peak(0).unwrap());
            assert!(difference.abs() < 0.001, "{difference}");
        }
    }
}
