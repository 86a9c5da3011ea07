//! Bands of an equaliser at random and their analogue models, written out from the audio EQ cookbook.
#![allow(dead_code, unreachable_pub)]

use acetate_model::Json;
use serde_json::json;

use crate::common::{log_points, noise};

pub const RATES: [u32; 4] = [44_100, 48_000, 88_200, 96_000];

#[derive(Debug, Clone, Copy)]
pub struct Band {
    pub shape: &'static str,
    pub freq_hz: f64,
    pub gain_db: f64,
    pub q: f64,
}

impl Band {
    pub fn json(&self) -> Json {
        json!({ "shape": self.shape, "freq_hz": self.freq_hz, "gain_db": self.gain_db, "q": self.q })
    }

    /// 20 lg |H(jf/f₀)|.
    pub fn shall_db(&self, hz: f64) -> f64 {
        let (a, q) = (libm::pow(10.0, self.gain_db / 40.0), self.q);
        // |c₂s² + c₁s + c₀|² at s = jx
        let x = hz / self.freq_hz;
        let power = |c2: f64, c1: f64, c0: f64| {
            let re = c0 - c2 * x * x;
            re * re + c1 * c1 * x * x
        };
        let root = a.sqrt() / q;
        let ratio = match self.shape {
            "bell" => power(1.0, a / q, 1.0) / power(1.0, 1.0 / (a * q), 1.0),
            "low_shelf" => a * a * power(1.0, root, a) / power(a, root, 1.0),
            "high_shelf" => a * a * power(a, root, 1.0) / power(1.0, root, a),
            // √A shelves of first order: (1 + s√(A²))/(1 + s/√(A²)) over A, both squared
            "tilt" => (1.0 + a * x * x) * (1.0 + a * x * x) / ((a + x * x) * (a + x * x)),
            "notch" => power(1.0, 0.0, 1.0) / power(1.0, 1.0 / q, 1.0),
            "low_cut" => power(1.0, 0.0, 0.0) / power(1.0, 1.0 / q, 1.0),
            "high_cut" => 1.0 / power(1.0, 1.0 / q, 1.0),
            shape => panic!("no model of {shape}"),
        };
        10.0 * libm::log10(ratio)
    }
}

/// One band of each shape, and another bell: not below a frequency, and not sharper than a Q.
pub fn random_bands(seed: u64, lowest_hz: f64, highest_q: f64) -> Vec<Band> {
    let random = |n: u64, from: f64, to: f64| {
        let place = f64::midpoint(noise(seed * 1000 + n), 1.0);
        from * libm::pow(to / from, place)
    };
    let shapes = ["low_shelf", "high_shelf", "tilt", "notch", "low_cut", "high_cut", "bell", "bell"];
    shapes
        .into_iter()
        .zip((0..).step_by(3))
        .map(|(shape, n)| {
            let (from_hz, to_hz) = match shape {
                "low_cut" => (lowest_hz, 300.0),
                "high_cut" => (5000.0, 20_000.0),
                _ => (lowest_hz, 18_000.0),
            };
            Band {
                shape,
                freq_hz: random(n, from_hz, to_hz),
                gain_db: 9.0 * noise(seed * 1000 + n + 1),
                q: random(n + 2, 0.5, highest_q),
            }
        })
        .collect()
}

/// What all bands do together.
pub fn sum_db(bands: &[Band], hz: f64) -> f64 {
    bands.iter().map(|band| band.shall_db(hz)).sum()
}

/// From 20 Hz to the top of hearing, or of the rate.
pub fn audible_hz(rate_hz: u32) -> impl Iterator<Item = f64> {
    log_points(20.0, f64::min(20_000.0, 0.45 * f64::from(rate_hz)), 401)
}
