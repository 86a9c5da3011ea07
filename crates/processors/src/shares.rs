use acetate_dsp::middle;

/// Parts of a window whose energies are taken; as many as there are in what [`acetate_dsp::Windows`] shows.
const PARTS: usize = 8;
/// Weights are worked out at both ends of each part in the middle of the window, and are straight between.
const POINTS: usize = PARTS / 2 + 1;
/// A Hann window over the two parts to each side of a point: cos² of their middles' angles.
const NEAR: f64 = 0.904_508_497_187_473_7;
const FAR: f64 = 0.345_491_502_812_526_3;
/// Below this energy all are silent.
const SILENCE: f64 = 1e-30;

/// Deals out what a non-linear stage takes from a sum to the signals that add up to it, by their shares of the energy.
///
/// The shares of a channel add up to one and lie between nothing and one, whatever the signals: nothing is divided by
/// a small sample. So a loud signal carries what it caused, and a soft one stays clean.
#[derive(Debug, Clone)]
pub struct Shares {
    channels: usize,
    /// For each channel of each linked signal.
    energies: Vec<[f64; POINTS]>,
    /// The way from one point to the next, frame by frame.
    way: Vec<f32>,
    weights: Vec<[f32; POINTS]>,
}

impl Shares {
    /// For so many linked signals of so many channels, and windows of twice a hop.
    pub fn new(linked: usize, channels: usize, hop: usize) -> Self {
        let step = hop / (POINTS - 1);
        let count = linked * channels;
        Self {
            channels,
            way: (0..step).map(|n| n as f32 / step as f32).collect(),
            energies: vec![[0.0; POINTS]; count],
            weights: vec![[0.0; POINTS]; count],
        }
    }

    /// Works out the shares over the middle of the windows of all linked signals, channel by channel.
    pub fn hear(&mut self, linked: &[Vec<f32>]) {
        for (energies, window) in self.energies.iter_mut().zip(linked) {
            *energies = energies_around(window);
        }
        for channel in 0..self.channels {
            let of_channel = || self.energies.iter().skip(channel).step_by(self.channels);
            let mut sums = [0.0; POINTS];
            for energies in of_channel() {
                energies.iter().zip(&mut sums).for_each(|(energy, sum)| *sum += energy);
            }
            let equal = 1.0 / of_channel().count() as f32;
            let weights = self.weights.iter_mut().skip(channel).step_by(self.channels);
            for (weights, energies) in weights.zip(of_channel()) {
                for ((weight, energy), sum) in weights.iter_mut().zip(energies).zip(sums) {
                    *weight = if sum > SILENCE { (energy / sum) as f32 } else { equal };
                }
            }
        }
    }

    /// The middle of each linked window times `linear`, less its share of `taken`.
    pub fn deal(&self, linked: &[Vec<f32>], linear: f32, taken: &[Vec<f32>], ready: &mut [Vec<f32>]) {
        let step = self.way.len();
        let whose = self.weights.iter().zip(taken.iter().cycle());
        for ((window, ready), (weights, taken)) in linked.iter().zip(ready).zip(whose) {
            let parts = ready.chunks_mut(step).zip(middle(window).chunks(step)).zip(taken.chunks(step));
            for (((ready, x), taken), ends) in parts.zip(weights.array_windows::<2>()) {
                let slope = ends[1] - ends[0];
                for (((y, x), taken), way) in ready.iter_mut().zip(x).zip(taken).zip(&self.way) {
                    *y = x * linear - (ends[0] + slope * way) * taken;
                }
            }
        }
    }
}

/// The energy around each point.
fn energies_around(window: &[f32]) -> [f64; POINTS] {
    let mut parts = [0.0; PARTS];
    for (part, x) in parts.iter_mut().zip(window.chunks(window.len() / PARTS)) {
        *part = energy(x);
    }
    std::array::from_fn(|k| FAR * (parts[k] + parts[k + 3]) + NEAR * (parts[k + 1] + parts[k + 2]))
}

fn energy(x: &[f32]) -> f64 {
    let mut lanes = [0f32; 8];
    for x in x.as_chunks::<8>().0 {
        lanes.iter_mut().zip(x).for_each(|(lane, x)| *lane += x * x);
    }
    lanes.map(f64::from).iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOP: usize = 256;

    fn window(sample: impl Fn(usize) -> f32) -> Vec<f32> {
        (0..2 * HOP).map(sample).collect()
    }

    /// What each of several signals gets of a residue of one.
    fn dealt(linked: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let mut shares = Shares::new(linked.len(), 1, HOP);
        shares.hear(linked);
        let mut ready = vec![vec![0.0; HOP]; linked.len()];
        shares.deal(linked, 0.0, &[vec![-1.0; HOP]], &mut ready);
        ready
    }

    #[test]
    fn shares_are_those_of_the_energy() {
        let signals = [3.0, 4.0, 0.0].map(|level| window(|n| if n % 2 == 0 { level } else { -level }));
        for (share, shall) in dealt(&signals).iter().zip([9.0 / 25.0, 16.0 / 25.0, 0.0]) {
            assert!(share.iter().all(|s| (s - shall).abs() < 1e-6));
        }
    }

    #[test]
    fn they_add_up_to_one_and_silence_is_shared_alike() {
        let burst = |from: usize| window(move |n| if (from..from + 50).contains(&n) { 1e-3 } else { 0.0 });
        let loud = [burst(100), burst(200), burst(260), window(|n| n as f32 * 1e-6)];
        for signals in [loud, [(); 4].map(|()| window(|_| 0.0)), [(); 4].map(|()| window(|_| 1e-25))] {
            let dealt = dealt(&signals);
            for n in 0..HOP {
                let sum: f32 = dealt.iter().map(|share| share[n]).sum();
                assert!((sum - 1.0).abs() < 1e-6, "{n}: {sum}");
                assert!(dealt.iter().all(|share| (0.0..=1.0).contains(&share[n])));
            }
        }
        assert!(dealt(&[(); 4].map(|()| window(|_| 0.0))).iter().flatten().all(|&share| share == 0.25));
    }
}
