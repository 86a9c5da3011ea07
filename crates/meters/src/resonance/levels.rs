//! How far each band stands out of its neighbours, whatever sounds in it.

use super::partials::weight;

/// A semitone that leads counts no more than so many frames do: two thirds of a second.
const ENOUGH: f64 = 8.0;
/// Around a band, within three quarters of an octave to either side, the spectrum of a frame is more or less even.
const AROUND: usize = 18;
/// The level of a band of noise scatters by so much, in dB: no frame is evener.
const SCATTER_DB: f64 = 2.0;

/// What was heard of each band while a semitone led, `[semitone][band]` with Σ of the weight and Σ of the weighted deviation.
pub(super) struct Levels {
    /// Weights of the neighbours, which add up to one, by distance.
    kernel: Vec<f64>,
    cells: Vec<Vec<[f64; 2]>>,
    frames: Vec<f64>,
    deviations: Vec<f64>,
    /// Σ of the squares of the deviations below each band.
    squares: Vec<f64>,
}

impl Levels {
    pub fn new(bands: usize) -> Self {
        let reach = (1..).take_while(|&n| n < bands.max(2) as isize);
        let weights: Vec<f64> = std::iter::once(0.0).chain(reach.map(weight)).collect();
        let farthest = weights.iter().rposition(|&weight| weight > 0.0).unwrap_or(0);
        let all = 2.0 * weights.iter().sum::<f64>();
        let semitones = bands.div_ceil(2);
        Self {
            kernel: weights[..=farthest].iter().map(|weight| weight / all.max(f64::MIN_POSITIVE)).collect(),
            cells: vec![vec![[0.0; 2]; bands]; semitones],
            frames: vec![0.0; semitones],
            deviations: Vec::with_capacity(bands),
            squares: Vec::with_capacity(bands + 1),
        }
    }

    /// The first band with all neighbours, and how many bands have.
    fn inner(&self, bands: usize) -> (usize, usize) {
        let reach = self.kernel.len() - 1;
        (reach, bands.saturating_sub(2 * reach))
    }

    /// Hears the levels of a frame's bands.
    pub fn hear(&mut self, lead: usize, levels_db: &[f64]) {
        let (first, count) = self.inner(levels_db.len());
        let Self { kernel, deviations, squares, .. } = self;
        let deviation = |at: usize| {
            let around =
                kernel.iter().enumerate().skip(1).map(|(n, w)| w * (levels_db[at - n] + levels_db[at + n]));
            levels_db[at] - around.sum::<f64>()
        };
        deviations.clear();
        deviations.extend((first..first + count).map(deviation));
        squares.clear();
        squares.push(0.0);
        squares.extend(deviations.iter().scan(0.0, |sum, db| {
            *sum += db * db;
            Some(*sum)
        }));
        let cells = &mut self.cells[lead / 2][first..first + count];
        for (at, (cell, db)) in cells.iter_mut().zip(&*deviations).enumerate() {
            let (from, to) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(count));
            let unevenness = (squares[to] - squares[from]) / (to - from) as f64;
            let even = unevenness + SCATTER_DB * SCATTER_DB;
            let weight = 1.0 / (even * even);
            cell[0] += weight;
            cell[1] += weight * db;
        }
        self.frames[lead / 2] += 1.0;
    }

    /// The mean deviation of each band, in dB; none where neighbours are missing.
    pub fn deviations_db(&self) -> Vec<Option<f64>> {
        let bands = self.cells.first().map_or(0, Vec::len);
        let of_band = |band: usize| {
            let sum = self.cells.iter().zip(&self.frames).fold([0.0; 2], |sum, (cells, frames)| {
                let share = 1.0 / frames.max(ENOUGH);
                [sum[0] + share * cells[band][0], sum[1] + share * cells[band][1]]
            });
            (sum[0] > 0.0).then(|| sum[1] / sum[0])
        };
        (0..bands).map(of_band).collect()
    }
}
