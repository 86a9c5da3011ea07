/// Dither noise that is the same whenever the seed is: triangular, from −1 to 1, variance 1/6, white.
///
/// The generator is `SplitMix64` (Steele, Lea and Flood 2014): one 64-bit number a sample, whose halves are the two
/// uniform numbers that are subtracted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriangularNoise {
    state: u64,
}

impl TriangularNoise {
    /// Noise that is independent for each seed and each stream of it.
    pub fn new(seed: u32, stream: u32) -> Self {
        // two rounds set neighbouring seeds and streams far apart in the generator's cycle
        let start = mix(u64::from(seed) << 32 | u64::from(stream));
        Self { state: mix(start ^ GOLDEN) }
    }

    /// The next sample.
    pub fn next_sample(&mut self) -> f64 {
        const SCALE: f64 = 1.0 / (1u64 << 32) as f64;
        let bits = self.next_bits();
        let (high, low) = ((bits >> 32) as u32, bits as u32);
        (f64::from(high) - f64::from(low)) * SCALE
    }

    /// The next uniform number of the same stream, from 0 to below 1.
    pub fn next_uniform(&mut self) -> f64 {
        const BITS: u32 = 53;
        const SCALE: f64 = 1.0 / (1u64 << BITS) as f64;
        (self.next_bits() >> (64 - BITS)) as f64 * SCALE
    }

    fn next_bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }
}

/// 2^64 over the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLES: usize = 1_000_000;

    fn samples(seed: u32, stream: u32) -> Vec<f64> {
        let mut noise = TriangularNoise::new(seed, stream);
        (0..SAMPLES).map(|_| noise.next_sample()).collect()
    }

    fn mean_product(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len() as f64
    }

    #[test]
    fn splitmix_gives_its_published_numbers() {
        // the first outputs of the reference implementation for the state 0
        let mut state = 0u64;
        for expected in [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F] {
            state = state.wrapping_add(GOLDEN);
            assert_eq!(mix(state), expected);
        }
    }

    #[test]
    fn the_distribution_is_triangular() {
        let x = samples(1, 0);
        let mean = x.iter().sum::<f64>() / SAMPLES as f64;
        let inner = x.iter().filter(|v| v.abs() < 0.5).count() as f64 / SAMPLES as f64;
        assert!(x.iter().all(|v| v.abs() < 1.0));
        assert!(mean.abs() < 0.002, "{mean}");
        assert!((mean_product(&x, &x) * 6.0 - 1.0).abs() < 0.01);
        assert!((inner - 0.75).abs() < 0.002, "{inner}");
    }

    #[test]
    fn uniform_numbers_are_uniform() {
        let mut noise = TriangularNoise::new(3, 1);
        let x: Vec<f64> = (0..SAMPLES).map(|_| noise.next_uniform()).collect();
        assert!(x.iter().all(|v| (0.0..1.0).contains(v)));
        let mean = x.iter().sum::<f64>() / SAMPLES as f64;
        assert!((mean - 0.5).abs() < 0.001, "{mean}");
        assert!((mean_product(&x, &x) * 3.0 - 1.0).abs() < 0.01);
    }

    #[test]
    fn samples_and_streams_are_independent() {
        let x = samples(7, 0);
        for other in [samples(7, 1), samples(8, 0), samples(0, 7)] {
            assert!((mean_product(&x, &other) * 6.0).abs() < 0.005);
        }
        for lag in 1..20 {
            assert!((mean_product(&x[lag..], &x) * 6.0).abs() < 0.005, "{lag}");
        }
    }
}
