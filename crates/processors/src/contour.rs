use acetate_dsp::{Complex64, Full, PairConvolver, Windows, middle, minimum_phase};
use acetate_model::{Block, Curve, Db, Hz, Params, Processor, Settings, Spec, amplitude};

/// How long the filter rings at most, in seconds: longer than an equaliser of music does.
const RINGS_S: f64 = 0.1;

/// Draws a curve over the spectrum, point by point, on straight lines over the logarithm of the frequency: what a
/// measured difference of two mixes is taken back with, where no few bands of an equaliser would fit. Of minimum phase, as
/// an equaliser has. Points at 0 dB change no bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct ContourSettings {
    /// The points, in any order; beyond the outermost the curve is level.
    #[param(max = 64)]
    pub points: Vec<ContourPoint>,
}

/// A point that the curve goes through.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct ContourPoint {
    /// Where.
    #[param(default = 1000.0, range = 10.0..=30000.0, log)]
    pub hz: Hz,
    /// How much louder, or softer where negative.
    #[param(default = 0.0, range = -24.0..=24.0, amount)]
    pub gain_db: Db,
}

impl ContourSettings {
    fn is_neutral(&self) -> bool {
        self.points.iter().all(|point| point.gain_db.0 == 0.0)
    }

    /// (frequency, dB), rising.
    fn sorted(&self) -> Vec<(f64, f64)> {
        let mut points: Vec<(f64, f64)> = self.points.iter().map(|p| (p.hz.0, p.gain_db.0)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    }
}

/// The curve at a frequency, in dB.
fn between(points: &[(f64, f64)], hz: f64) -> f64 {
    let above = points.partition_point(|(at, _)| *at <= hz);
    match (above.checked_sub(1).map(|k| points[k]), points.get(above)) {
        (Some((from_hz, from)), Some(&(to_hz, to))) => {
            from + (to - from) * libm::log(hz / from_hz) / libm::log(to_hz / from_hz)
        }
        (Some((_, level)), None) | (None, Some(&(_, level))) => level,
        (None, None) => 0.0,
    }
}

impl Settings for ContourSettings {
    const ID: &'static str = "contour";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "points": [
        { "hz": 60, "gain_db": 1 }, { "hz": 200, "gain_db": 0 }, { "hz": 2000, "gain_db": -0.5 },
        { "hz": 6000, "gain_db": 0 }, { "hz": 12000, "gain_db": 1.5 }
    ] }"#;
    type Processor = Contour;

    fn build(&self, spec: &Spec) -> Contour {
        Contour { works: (!self.is_neutral()).then(|| Box::new(Works::new(&self.sorted(), spec))) }
    }

    fn curve(&self, _: &Spec) -> Curve {
        let points = self.sorted();
        Curve::Response(Box::new(move |hz| between(&points, hz)))
    }
}

/// A drawn filter.
pub struct Contour {
    works: Option<Box<Works>>,
}

struct Works {
    windows: Windows,
    convolver: PairConvolver,
    response: Vec<Complex64>,
}

impl Works {
    fn new(points: &[(f64, f64)], spec: &Spec) -> Self {
        let half = ((RINGS_S * spec.rate()) as usize).next_power_of_two();
        let bin_hz = spec.rate() / (4 * half) as f64;
        let magnitudes: Vec<f64> =
            (0..=2 * half).map(|k| amplitude(between(points, k as f64 * bin_hz))).collect();
        let mut impulse = minimum_phase(&magnitudes);
        // what would ring longer fades out before the windows end
        for (n, tap) in impulse.iter_mut().enumerate() {
            let place = (2.0 * n as f64 / half as f64 - 1.0).clamp(0.0, 1.0);
            *tap *= 0.5 + 0.5 * libm::cos(std::f64::consts::PI * place);
        }
        let mut convolver = PairConvolver::new(half);
        let response = convolver.response(&impulse);
        Self { windows: Windows::new(half, spec.channels * (1 + spec.linked)), convolver, response }
    }

    fn process(&mut self, block: &mut Block) {
        let mut done = 0;
        while done < block.frames() {
            done += self.windows.exchange(block, done);
            let Some(Full { heard, ready }) = self.windows.full() else { continue };
            for (heard, ready) in heard.iter().zip(ready) {
                if heard.iter().all(|&x| x == 0.0) {
                    ready.copy_from_slice(middle(heard));
                    continue;
                }
                self.convolver.hear(0, heard);
                let filtered = self.convolver.filtered(0, &self.response);
                ready.iter_mut().zip(filtered).for_each(|(ready, &y)| *ready = y as f32);
            }
        }
    }
}

impl Processor for Contour {
    fn process(&mut self, block: &mut Block) {
        if let Some(works) = &mut self.works {
            works.process(block);
        }
    }

    fn reset(&mut self) {
        self.works.iter_mut().for_each(|works| works.windows.reset());
    }

    fn latency(&self) -> usize {
        self.works.as_ref().map_or(0, |works| works.windows.latency())
    }
}
