use acetate_dsp::{
    Complex64, Full, LongFilter, PairConvolver, Prototype, Windows, middle, most_linear, reach,
};
use acetate_model::{Block, Spec};

/// The bands of left, right, mid and side as long filters of linear phase, or nearly.
pub struct Long {
    windows: Windows,
    convolver: PairConvolver,
    rows: [Row; 2],
}

/// What a channel of a pair is made of.
enum Row {
    /// It stays as it is.
    Same,
    /// Of itself.
    Own(Vec<Complex64>),
    /// Of the first and the second.
    Both([Vec<Complex64>; 2]),
}

impl Long {
    /// At rest. If `guarded`, only as linear as goes without sounding ahead.
    pub fn new(spec: &Spec, [left, right, mid, side]: &[Vec<Prototype>; 4], guarded: bool) -> Self {
        let rate_hz = spec.rate_hz;
        let half = reach(rate_hz, [left, right, mid, side].into_iter().flatten());
        let has_sides = !(mid.is_empty() && side.is_empty());
        let ways: Vec<Vec<Prototype>> = if has_sides {
            [(left, mid), (left, side), (right, mid), (right, side)].map(|(a, b)| [&a[..], b].concat()).into()
        } else {
            vec![left.clone(), right.clone()]
        };
        let mut distinct: Vec<Vec<Prototype>> = Vec::new();
        let which: Vec<usize> = ways
            .into_iter()
            .map(|way| {
                distinct.iter().position(|known| *known == way).unwrap_or_else(|| {
                    distinct.push(way);
                    distinct.len() - 1
                })
            })
            .collect();
        let filters: Vec<_> = distinct.iter().map(|way| LongFilter::new(rate_hz, half, way)).collect();
        let phase = if guarded { most_linear(rate_hz, &filters) } else { 0.0 };
        let responses: Vec<Vec<Complex64>> = filters.iter().map(|filter| filter.response(phase)).collect();
        let of = |way: usize| &responses[which[way]];
        let rows = if has_sides {
            let half_sum = |from: usize, sign: f64| -> Vec<Complex64> {
                of(2 * from).iter().zip(of(2 * from + 1)).map(|(m, s)| (m + s * sign) * 0.5).collect()
            };
            [
                Row::Both([half_sum(0, 1.0), half_sum(1, -1.0)]),
                Row::Both([half_sum(0, -1.0), half_sum(1, 1.0)]),
            ]
        } else {
            let row = |part: &[Prototype], way| match part {
                [] => Row::Same,
                _ => Row::Own(of(way).clone()),
            };
            [row(left, 0), row(right, 1)]
        };
        Self {
            windows: Windows::new(half, spec.channels * (1 + spec.linked)),
            convolver: PairConvolver::new(half),
            rows,
        }
    }

    /// By how many frames the output is late.
    pub fn latency(&self) -> usize {
        self.windows.latency()
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.windows.reset();
    }

    /// Works in place on the next block. What is not stereo has the same filter for all channels, so these may as well
    /// be taken in pairs.
    pub fn process(&mut self, block: &mut Block) {
        let mut done = 0;
        while done < block.frames() {
            done += self.windows.exchange(block, done);
            let Some(Full { heard, ready }) = self.windows.full() else { continue };
            for (heard, ready) in heard.chunks(2).zip(ready.chunks_mut(2)) {
                if heard.iter().flatten().all(|&x| x == 0.0) {
                    for ready in ready {
                        ready.fill(0.0);
                    }
                    continue;
                }
                for (lane, window) in heard.iter().enumerate() {
                    self.convolver.hear(lane, window);
                }
                for (lane, (row, ready)) in self.rows.iter().zip(ready).enumerate() {
                    let filtered = match row {
                        Row::Own(response) => self.convolver.filtered(lane, response),
                        Row::Both(responses) => self.convolver.sum(responses),
                        Row::Same => {
                            ready.copy_from_slice(middle(&heard[lane]));
                            continue;
                        }
                    };
                    ready.iter_mut().zip(filtered).for_each(|(ready, &y)| *ready = y as f32);
                }
            }
        }
    }
}
