use acetate_model::{Block, Spec};

/// Makes every channel of every signal late by the same number of frames.
#[derive(Debug, Clone)]
pub struct Late {
    // what was heard last, a ring for each channel
    rings: Vec<Vec<f32>>,
    at: usize,
    frames: usize,
}

impl Late {
    /// At rest.
    pub fn new(spec: &Spec, frames: usize) -> Self {
        Self { rings: vec![vec![0.0; frames]; spec.channels * (1 + spec.linked)], at: 0, frames }
    }

    /// Forgets everything heard.
    pub fn reset(&mut self) {
        self.rings.iter_mut().for_each(|ring| ring.fill(0.0));
        self.at = 0;
    }

    /// By how many frames.
    pub fn latency(&self) -> usize {
        self.frames
    }

    /// Exchanges the frames of a block from `from` up to `to` for those of before.
    pub fn exchange(&mut self, block: &mut Block, from: usize, to: usize) {
        if self.frames == 0 {
            return;
        }
        let channels = block.signals().flat_map(|signal| &mut signal.channels);
        for (channel, ring) in channels.zip(&mut self.rings) {
            let (mut rest, mut at) = (&mut channel[from..to], self.at);
            while !rest.is_empty() {
                let (now, later) = rest.split_at_mut(rest.len().min(self.frames - at));
                ring[at..at + now.len()].swap_with_slice(now);
                at = (at + now.len()) % self.frames;
                rest = later;
            }
        }
        self.at = (self.at + to - from) % self.frames;
    }
}
