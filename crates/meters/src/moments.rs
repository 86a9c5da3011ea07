use acetate_model::Value;

const HOP_MS: u64 = 100;

/// How often something rare happens in each 100 ms.
#[derive(Clone)]
pub struct Moments {
    rate_hz: u64,
    /// Up to the last hop in which something happened.
    counts: Vec<u32>,
}

impl Moments {
    pub fn new(rate_hz: u32) -> Self {
        Self { rate_hz: rate_hz.max(1).into(), counts: Vec::new() }
    }

    /// It happens once, at this frame.
    pub fn count(&mut self, frame: u64) {
        let hop = (frame * 1000 / (self.rate_hz * HOP_MS)) as usize;
        if hop >= self.counts.len() {
            self.counts.resize(hop + 1, 0);
        }
        self.counts[hop] += 1;
    }

    /// What happens in one, in the other, or in both at once; the hops must be alike.
    pub fn or(mut self, other: &Self) -> Self {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, other)| *count = (*other).max(*count));
        self
    }

    /// How often it happened in all.
    pub fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// How often in each hop, up to the last in which it happened; or why there is nothing to tell.
    pub fn read(&self, never: &str) -> Value {
        if self.counts.is_empty() {
            return Value::Undefined(never.to_owned());
        }
        let values = self.counts.iter().map(|&count| Some(count as f32)).collect();
        Value::Timeline { start_ms: 0.0, hop_ms: HOP_MS as f64, values }
    }
}
