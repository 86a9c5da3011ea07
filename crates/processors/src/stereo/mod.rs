mod filter;
mod matrix;

use acetate_dsp::{ZeroPhase, band_share, half_length, share_below};
use acetate_model::{
    Block, Curve, Db, Degrees, Hz, Params, Percent, Processor, Settings, Spec, amplitude, power_db,
};

use filter::Filter;
use matrix::Matrix;

/// Over how many octaves the sides come in above the frequency up to which the signal is mono.
const OCTAVES: f64 = 1.0;
/// From the lower end of that slope to its middle.
const TO_MIDDLE: f64 = std::f64::consts::SQRT_2;
/// The lowest that a curve is drawn.
const FLOOR_DB: f64 = -300.0;
/// Below this frequency the sides are left as they are: nothing is there, and the filter would be endless.
const LOWEST_HZ: f64 = 10.0;

/// Widens or narrows the stereo image, as a whole or band by band, makes the bass mono, weighs middle and sides, turns
/// the image, and evens left and right. Sides are filtered without phase, so what both channels share stays as it is
/// where it is not asked to change, to the last bit but rounding; usual ones smear a centred bass around their
/// crossovers. Everything is linear. Other than stereo signals pass unchanged.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct StereoSettings {
    /// The level of the sides: 0 is mono, 100 unchanged, 200 twice as wide.
    #[param(default = 100.0, range = 0.0..=200.0, amount = 100.0)]
    pub width_percent: Percent,
    /// A width for each part of the spectrum, on top of that of the whole; from low to high.
    #[param(max = 6)]
    pub bands: Vec<WidthBand>,
    /// Turns the middle down as the sides come up and up as they go, so that the power of both together stays where
    /// they are equally strong.
    #[param(default = false)]
    pub equal_power: bool,
    /// Up to here the signal is mono; an octave above, the sides are all there. Below 10 Hz it is off.
    #[param(default = 0.0, range = 0.0..=300.0, amount)]
    pub mono_below_hz: Hz,
    /// How much louder what both channels share becomes.
    #[param(default = 0.0, range = -12.0..=12.0, amount)]
    pub mid_db: Db,
    /// How much louder what they differ by becomes.
    #[param(default = 0.0, range = -12.0..=12.0, amount)]
    pub side_db: Db,
    /// Turns the image: at 45 the centre stands hard right, at -45 hard left.
    #[param(default = 0.0, range = -45.0..=45.0, amount)]
    pub rotation_degrees: Degrees,
    /// How much louder the left channel becomes against the right, half by each.
    #[param(default = 0.0, range = -12.0..=12.0, amount)]
    pub balance_db: Db,
}

/// The width of one part of the spectrum.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct WidthBand {
    /// Where the next band begins; the highest band has no end.
    #[param(default = 20000.0, range = 40.0..=20000.0, log)]
    pub to_hz: Hz,
    /// The level of its sides: 0 is mono, 100 unchanged, 200 twice as wide.
    #[param(default = 100.0, range = 0.0..=200.0, amount = 100.0)]
    pub width_percent: Percent,
}

/// Factors of middle and sides.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Width {
    mid: f64,
    side: f64,
}

/// How widths are worked out of settings: one factor of middle and sides for the whole spectrum, and what each band
/// has on top of it.
struct Widths {
    whole: Width,
    crossovers_hz: Vec<f64>,
    bands: Vec<Width>,
    mono_below_hz: Option<f64>,
}

impl StereoSettings {
    /// M' = M·√2/√(1+w²) and S' = S·w·√2/√(1+w²) where the power shall stay, else M' = M and S' = S·w.
    fn width(&self, factor: f64) -> Width {
        let mid = if self.equal_power { (2.0 / (1.0 + factor * factor)).sqrt() } else { 1.0 };
        Width { mid, side: mid * factor }
    }

    fn widths(&self) -> Widths {
        let mut bands: Vec<[f64; 2]> =
            self.bands.iter().map(|band| [band.to_hz.0, band.width_percent.0 / 100.0]).collect();
        bands.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mut all = self.width_percent.0 / 100.0;
        if let [[_, only]] = bands[..] {
            all *= only;
            bands.clear();
        }
        let whole = self.width(all);
        let on_top = |factor: f64| {
            let mid = self.width(all * factor).mid / whole.mid;
            Width { mid, side: mid * factor }
        };
        if bands.iter().all(|band| band[1] == 1.0) {
            bands.clear();
        }
        Widths {
            whole,
            crossovers_hz: bands.iter().take(bands.len().saturating_sub(1)).map(|band| band[0]).collect(),
            bands: bands.iter().map(|band| on_top(band[1])).collect(),
            mono_below_hz: (self.mono_below_hz.0 >= LOWEST_HZ).then_some(self.mono_below_hz.0),
        }
    }

    fn matrix(&self, whole: Width) -> Matrix {
        let mid = whole.mid * amplitude(self.mid_db.0);
        let side = whole.side * amplitude(self.side_db.0);
        Matrix::mid_side(mid, side)
            .then(Matrix::rotation(self.rotation_degrees.0.to_radians()))
            .then(Matrix::balance(amplitude(self.balance_db.0 / 2.0), amplitude(-self.balance_db.0 / 2.0)))
    }
}

impl Widths {
    /// By what middle and sides change before the factors of the whole, as filters without phase; where they do.
    fn changes(&self, rate_hz: u32) -> [Option<ZeroPhase>; 2] {
        let lowest_hz = self.mono_below_hz.into_iter().chain(self.crossovers_hz.first().copied());
        let half = half_length(rate_hz, lowest_hz.fold(f64::INFINITY, f64::min));
        let blend = |hz: f64, of: fn(&Width) -> f64| -> f64 {
            let shares = (0..)
                .zip(&self.bands)
                .map(|(n, band)| band_share(hz, &self.crossovers_hz, n) * (of(band) - 1.0));
            shares.sum()
        };
        let low = |hz: f64| self.mono_below_hz.map_or(0.0, |at| share_below(hz, at * TO_MIDDLE, OCTAVES));
        let side = |hz: f64| blend(hz, |band| band.side) * (1.0 - low(hz)) - low(hz);
        let mid = |hz: f64| blend(hz, |band| band.mid);
        let has_mid = self.bands.iter().any(|band| band.mid != 1.0);
        let has_side = self.mono_below_hz.is_some() || !self.bands.is_empty();
        [
            has_mid.then(|| ZeroPhase::new(rate_hz, half, mid)),
            has_side.then(|| ZeroPhase::new(rate_hz, half, side)),
        ]
    }
}

impl Settings for StereoSettings {
    const ID: &'static str = "stereo";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "width_percent": 110, "mono_below_hz": 120, "balance_db": 0.5,
        "bands": [{ "to_hz": 4000 }, { "to_hz": 20000, "width_percent": 110 }] }"#;
    type Processor = Stereo;

    fn build(&self, spec: &Spec) -> Stereo {
        let widths = self.widths();
        let matrix = self.matrix(widths.whole);
        let [mid, side] = if spec.channels == 2 { widths.changes(spec.rate_hz) } else { [None, None] };
        let filter = side.map(|side| Filter::new(&side, mid.as_ref(), 2 * (1 + spec.linked)));
        Stereo { matrix, filter }
    }

    /// What the sides get: the power of left and right for a signal that is opposite in both.
    fn curve(&self, spec: &Spec) -> Curve {
        let widths = self.widths();
        let [left, right] = self.matrix(widths.whole).of(1.0, -1.0);
        let [_, change] = widths.changes(spec.rate_hz);
        Curve::Response(Box::new(move |hz| {
            let side = change.as_ref().map_or(1.0, |change| 1.0 + change.gain(hz));
            power_db(side * side * (left * left + right * right) / 2.0)
                .map_or(FLOOR_DB, |db| db.max(FLOOR_DB))
        }))
    }
}

/// A matrix of left and right, behind filters of middle and sides.
pub struct Stereo {
    matrix: Matrix,
    filter: Option<Filter>,
}

impl Processor for Stereo {
    fn process(&mut self, block: &mut Block) {
        if let Some(filter) = &mut self.filter {
            filter.process(block);
        }
        if self.matrix == Matrix::IDENTITY {
            return;
        }
        for signal in block.signals() {
            if let [left, right] = &mut signal.channels[..] {
                self.matrix.run(left, right);
            }
        }
    }

    fn reset(&mut self) {
        self.filter.iter_mut().for_each(Filter::reset);
    }

    fn latency(&self) -> usize {
        self.filter.as_ref().map_or(0, Filter::latency)
    }
}
