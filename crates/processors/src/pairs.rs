use acetate_dsp::FIR_TILE;
use acetate_model::{Block, Spec};
use wide::f64x2;

/// Frames that a pair of channels is worked on at a time, in double precision.
pub type Frames = [f64x2];

/// A recursion for each pair of channels of each signal.
#[derive(Debug, Clone)]
pub struct Pairs<T> {
    // first those of the main signal, then those of each linked one
    states: Vec<T>,
    per_signal: usize,
}

impl<T: Clone> Pairs<T> {
    /// The same state, at rest, for every pair.
    pub fn new(spec: &Spec, at_rest: &T) -> Self {
        let per_signal = spec.channels.div_ceil(2);
        Self { states: vec![at_rest.clone(); per_signal * (1 + spec.linked)], per_signal }
    }

    /// All states.
    pub fn states(&mut self) -> impl Iterator<Item = &mut T> {
        self.states.iter_mut()
    }

    /// Hands every pair of channels, in short tiles of both side by side, to `work`, and takes what becomes of it.
    /// An odd last channel stands in both lanes.
    pub fn process(&mut self, block: &mut Block, work: impl Fn(&mut T, &mut Frames)) {
        self.process_part(block, 0, block.frames(), work);
    }

    /// The same on the frames of a block from `from` up to `to`.
    pub fn process_part(
        &mut self,
        block: &mut Block,
        from: usize,
        to: usize,
        work: impl Fn(&mut T, &mut Frames),
    ) {
        let mut tile = [f64x2::ZERO; FIR_TILE];
        for (signal, states) in block.signals().zip(self.states.chunks_mut(self.per_signal.max(1))) {
            for (pair, state) in signal.channels.chunks_mut(2).zip(states) {
                let (left, right) = pair.split_at_mut(1);
                let (left, right) = (&mut left[0][from..to], right.first_mut());
                match right {
                    Some(right) => {
                        let right = &mut right[from..to];
                        for (l, r) in left.chunks_mut(FIR_TILE).zip(right.chunks_mut(FIR_TILE)) {
                            let frames = &mut tile[..l.len()];
                            load(frames, l, r);
                            work(state, frames);
                            for ((frame, l), r) in frames.iter().zip(l).zip(r) {
                                [*l, *r] = frame.to_array().map(|x| x as f32);
                            }
                        }
                    }
                    None => {
                        for l in left.chunks_mut(FIR_TILE) {
                            let frames = &mut tile[..l.len()];
                            load(frames, l, l);
                            work(state, frames);
                            frames.iter().zip(l).for_each(|(frame, l)| *l = frame.to_array()[0] as f32);
                        }
                    }
                }
            }
        }
    }
}

/// Two channels side by side in double precision.
pub fn load(frames: &mut Frames, left: &[f32], right: &[f32]) {
    for ((frame, &l), &r) in frames.iter_mut().zip(left).zip(right) {
        *frame = f64x2::new([f64::from(l), f64::from(r)]);
    }
}
