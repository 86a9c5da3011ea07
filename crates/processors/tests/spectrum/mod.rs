//! Power spectra for tests, by a transform of their own.
#![allow(dead_code, unreachable_pub)]

use std::f64::consts::PI;

/// `re` and `im` to their discrete Fourier transform, in place; a power of two long (Cooley and Tukey, radix 2).
pub fn transform(re: &mut [f64], im: &mut [f64]) {
    let points = re.len();
    let bits = points.trailing_zeros();
    for n in 0..points {
        let m = n.reverse_bits() >> (usize::BITS - bits);
        if n < m {
            re.swap(n, m);
            im.swap(n, m);
        }
    }
    let turns: Vec<(f64, f64)> =
        (0..points / 2).map(|k| libm::sincos(-2.0 * PI * k as f64 / points as f64)).collect();
    let mut half = 1;
    while half < points {
        let step = points / (2 * half);
        for from in (0..points).step_by(2 * half) {
            for k in 0..half {
                let (sin, cos) = turns[k * step];
                let (a, b) = (from + k, from + k + half);
                let (x, y) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                (re[b], im[b]) = (re[a] - x, im[a] - y);
                (re[a], im[a]) = (re[a] + x, im[a] + y);
            }
        }
        half *= 2;
    }
}

/// Hann-windowed power of two signals at once, from 0 to half the rate; their mean square is the mean of each.
pub fn powers([x, y]: [&[f64]; 2]) -> [Vec<f64>; 2] {
    let points = x.len();
    // the mean of the squared window is 1
    let hann = |n: usize| (1.0 - libm::cos(2.0 * PI * n as f64 / points as f64)) * (2.0f64 / 3.0).sqrt();
    let (mut re, mut im) = (vec![0.0; points], vec![0.0; points]);
    for n in 0..points {
        let window = hann(n);
        (re[n], im[n]) = (window * x[n], window * y[n]);
    }
    transform(&mut re, &mut im);
    let of = |k: usize| {
        let mirrored = (points - k) % points;
        let even = [f64::midpoint(re[k], re[mirrored]), (im[k] - im[mirrored]) / 2.0];
        let odd = [(re[k] - re[mirrored]) / 2.0, f64::midpoint(im[k], im[mirrored])];
        [even, odd].map(|[re, im]| (re * re + im * im) / points as f64)
    };
    let both: Vec<[f64; 2]> = (0..=points / 2).map(of).collect();
    [0, 1].map(|at| both.iter().map(|both| both[at]).collect())
}
