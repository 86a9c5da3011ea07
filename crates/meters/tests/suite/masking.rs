//! How far stems are heard among others, against closed forms of the stated law.

use acetate_meters::ComparisonBank;
use acetate_model::{Audio, Ensemble, Place, Quantity, Readings, Spec, Value, amplitude};

use crate::signals::{Noise, RATE_HZ, assert_near, frames, stereo};

const NAMES: [&str; 3] = ["voice", "chords", "kick"];

fn places() -> Vec<Place> {
    NAMES.iter().map(|name| Place::stem(name)).collect()
}

/// Noise around a frequency, from a resonator of second order, at a level.
fn noise(seed: u64, hz: f64, level_db: f64, seconds: f64) -> Audio {
    let mut source = Noise(seed);
    let radius = 1.0 - 0.2 * hz / f64::from(RATE_HZ);
    let turn = 2.0 * radius * libm::cos(std::f64::consts::TAU * hz / f64::from(RATE_HZ));
    let (mut one, mut two) = (0.0, 0.0);
    let mut samples: Vec<f64> = (0..frames(seconds))
        .map(|_| {
            let x = source.next() + turn * one - radius * radius * two;
            (two, one) = (one, x);
            x
        })
        .collect();
    let rms = (samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64).sqrt();
    let gain = 0.05 * amplitude(level_db) / rms;
    for sample in &mut samples {
        *sample *= gain;
    }
    stereo(samples.len(), |n| [samples[n], samples[n]])
}

fn read(stems: &[Audio]) -> Readings {
    let mut bank = ComparisonBank::new(&Spec::new(RATE_HZ, 2, 4096), &places()[..stems.len()]);
    let sum = Audio::silence(RATE_HZ, 2, stems[0].frames());
    bank.push(&Ensemble { stems, sum: &sum });
    Readings(bank.readings())
}

fn voice(readings: &Readings, quantity: Quantity) -> f64 {
    match readings.between(&places()[0], &Place::Master, quantity) {
        Some(Value::Scalar(value)) => *value,
        other => panic!("{quantity}: {other:?}"),
    }
}

/// Steady sounds in the same bands at a ratio `x` of powers add `((1 + x)^0.23 - 1) / x^0.23` of their loudness. Bands of
/// noise fluctuate, which leaves some more.
#[test]
fn a_voice_in_noise_of_its_own_bands_is_heard_as_the_law_says() {
    for level_db in [-12.0, -6.0, 0.0, 4.0, 10.0] {
        let stems = [noise(1, 1000.0, level_db, 20.0), noise(2, 1000.0, 0.0, 20.0)];
        let power = libm::exp10(level_db / 10.0);
        let law = (libm::pow(1.0 + power, 0.23) - 1.0) / libm::pow(power, 0.23);
        let heard = voice(&read(&stems), Quantity::Unmasked);
        assert!((-0.005..0.1).contains(&(heard - law)), "{level_db} dB: {heard} for {law}");
    }
}

#[test]
fn what_lies_apart_is_heard_whole_and_nothing_covers_it() {
    let readings = read(&[noise(1, 2500.0, 0.0, 10.0), noise(2, 150.0, 0.0, 10.0)]);
    assert!(voice(&readings, Quantity::Unmasked) > 0.7, "{}", voice(&readings, Quantity::Unmasked));
    assert!(voice(&readings, Quantity::Audible) > 0.9);
}

/// The voice among chords that share its bands and a kick that does not, as in the behaviour the measure was chosen by: 6
/// dB less voice or 4 dB more move it by a third of itself or so, and a cut of the chords frees it.
#[test]
fn levels_and_cuts_move_it_as_they_should() {
    let song = |voice_db: f64, chords_db: f64| {
        [noise(1, 1200.0, voice_db, 20.0), noise(2, 900.0, chords_db, 20.0), noise(3, 60.0, 3.0, 20.0)]
    };
    let heard = |voice_db: f64, chords_db: f64| voice(&read(&song(voice_db, chords_db)), Quantity::Unmasked);
    let [as_sent, softer, louder, cut] =
        [heard(0.0, 0.0), heard(-6.0, 0.0), heard(4.0, 0.0), heard(0.0, -5.0)];
    println!("as sent {as_sent:.3}, softer {softer:.3}, louder {louder:.3}, chords cut {cut:.3}");
    assert!((0.4..0.85).contains(&(softer / as_sent)), "{as_sent} {softer}");
    assert!((1.1..1.6).contains(&(louder / as_sent)), "{as_sent} {louder}");
    assert!(cut > as_sent + 0.02, "{as_sent} {cut}");
}

#[test]
fn the_pair_names_the_bands_and_the_one_that_covers() {
    let readings =
        read(&[noise(1, 1000.0, -10.0, 20.0), noise(2, 1000.0, 0.0, 20.0), noise(3, 100.0, 0.0, 20.0)]);
    let by = |n: usize| readings.between(&places()[0], &places()[n], Quantity::MaskedBy);
    let Some(Value::Spectrum { hz, db }) = by(1) else { panic!("{:?}", by(1)) };
    let near = hz.iter().zip(db).filter(|(hz, _)| (800.0..1250.0).contains(*hz));
    for (hz, share) in near {
        assert!(share.unwrap() > 0.7, "{hz}: {share:?}");
    }
    assert_eq!(readings.between(&places()[1], &places()[0], Quantity::MaskedBy), None);
    assert_near(voice(&readings, Quantity::Audible), 0.2, 0.2, "audible");
}
