use wide::f64x2;

use crate::On;

/// The part of a stereo signal that is worked on while the other stays as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    on: On,
    /// What left and right contribute.
    take: [f32; 2],
    /// What a change of the part changes in left and right.
    give: [f32; 2],
}

impl Part {
    /// None where all channels are worked on.
    pub fn new(on: On, channels: usize) -> Option<Self> {
        let (take, give) = match on {
            _ if channels != 2 => return None,
            On::Stereo => return None,
            On::Left => ([1.0, 0.0], [1.0, 0.0]),
            On::Right => ([0.0, 1.0], [0.0, 1.0]),
            On::Mid => ([0.5, 0.5], [1.0, 1.0]),
            On::Side => ([0.5, -0.5], [1.0, -1.0]),
        };
        Some(Self { on, take, give })
    }

    /// Takes it out of left and right.
    pub fn take(&self, channels: &[Vec<f32>], part: &mut [f32]) {
        let [left, right] = self.take;
        for ((part, l), r) in part.iter_mut().zip(&channels[0]).zip(&channels[1]) {
            *part = left * l + right * r;
        }
    }

    /// By how much a change of the part changes the left channel of what is in the centre.
    pub fn of_centre(&self) -> f64 {
        f64::from((self.take[0] + self.take[1]) * self.give[0])
    }

    /// What a change of the part changes in a channel.
    pub fn give(&self, channel: usize) -> f32 {
        self.give[channel]
    }

    /// Whether a pair of channels must be turned into mid and side to have it in a lane.
    fn is_mixed(&self) -> bool {
        matches!(self.on, On::Mid | On::Side)
    }

    /// The lane in which it is after [`Self::turn`].
    pub fn lane(&self) -> usize {
        usize::from(matches!(self.on, On::Right | On::Side))
    }

    /// Left and right to what has the part in one lane and the rest in the other.
    pub fn turn(&self, frames: &mut [f64x2]) {
        if self.is_mixed() {
            swap_sum_and_difference(frames, 0.5);
        }
    }

    /// And back.
    pub fn turn_back(&self, frames: &mut [f64x2]) {
        if self.is_mixed() {
            swap_sum_and_difference(frames, 1.0);
        }
    }
}

fn swap_sum_and_difference(frames: &mut [f64x2], scale: f64) {
    for frame in frames {
        let [a, b] = frame.to_array();
        *frame = f64x2::new([(a + b) * scale, (a - b) * scale]);
    }
}
