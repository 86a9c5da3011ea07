//! A short song of four stems, composed by the program: something to master where no audio is at hand.
//!
//! It is mixed like a real delivery, with headroom and three small flaws that mastering is for: rumble under
//! the keys, a bass that is wider than its lowest octave should be, and a top that is a little dull.

mod bass;
mod drums;
mod keys;
mod lead;
mod score;
mod space;
mod synth;
mod track;

use std::path::{Path, PathBuf};

use acetate_files::{OutputFolder, WavBits, WavSpec};
use acetate_model::Audio;

use crate::{Error, Options};
use track::Track;

/// The song's title.
pub const TITLE: &str = "Demo";
/// The rate at which the song is written.
const RATE_HZ: u32 = 44_100;
/// The folder of the stems within the output folder.
const STEMS: &str = "song";

/// Composes the song and writes its stems into `stems` within a folder; the paths of the files are returned.
pub fn write(out: &Path, options: &Options) -> Result<Vec<PathBuf>, Error> {
    options.refuse_to_overwrite(out, &[])?;
    let mut folder = OutputFolder::create(&out.join(STEMS), options.force)?;
    for (name, audio) in compose(RATE_HZ) {
        let spec = WavSpec { rate_hz: RATE_HZ, channels: audio.channels.len(), bits: WavBits::Int24 };
        let mut file = folder.create_wav(&format!("{name}.wav"), spec)?;
        file.write(&audio)?;
        folder.stage_file(file.finish()?);
    }
    Ok(folder.commit()?)
}

/// A player fills its track with what the score holds for it.
type Player = fn(&mut Track);

const PLAYERS: [(&str, Player); 4] =
    [("drums", drums::play), ("bass", bass::play), ("keys", keys::play), ("lead", lead::play)];

/// The song at a rate in frames per second: each stem's name and its stereo audio, all equally long.
///
/// The sum of the stems at unity gain is the mix. The samples depend on the rate alone.
pub fn compose(rate_hz: u32) -> Vec<(String, Audio)> {
    PLAYERS
        .into_iter()
        .map(|(name, play)| {
            let mut track = Track::new(rate_hz, score::seconds());
            play(&mut track);
            track.soften_top(SOFT_TOP_HZ, SOFT_TOP_DB);
            track.fade_out(FADE_SECONDS);
            (name.to_owned(), track.into_audio(MIX_GAIN))
        })
        .collect()
}

/// Brings the sum to the headroom of an ordinary delivery.
const MIX_GAIN: f64 = 0.33;

/// The dull top: a first-order shelf.
const SOFT_TOP_HZ: f64 = 4000.0;
const SOFT_TOP_DB: f64 = -14.0;

const FADE_SECONDS: f64 = 1.5;

#[cfg(test)]
mod tests {
    use acetate_model::power_db;

    use super::*;

    /// The mean power of the sum over a span of bars, in dB.
    fn power_of_bars(stems: &[(String, Audio)], bars: [usize; 2]) -> f64 {
        let frame = |bar| (score::moment(bar, 0.0) * f64::from(stems[0].1.rate_hz)) as usize;
        let (from, to) = (frame(bars[0]), frame(bars[1]));
        let power: f64 = (0..2).flat_map(|c| sum(stems, c)[from..to].to_vec()).map(|s| s * s).sum();
        power_db(power / (2 * (to - from)) as f64).expect("no silence")
    }

    fn sum(stems: &[(String, Audio)], channel: usize) -> Vec<f64> {
        let mut sum = vec![0.0; stems[0].1.frames()];
        for (_, stem) in stems {
            sum.iter_mut().zip(&stem.channels[channel]).for_each(|(s, x)| *s += f64::from(*x));
        }
        sum
    }

    #[test]
    fn it_is_a_delivery_with_headroom_and_a_chorus_that_lifts() {
        let stems = compose(44100);
        let names: Vec<&str> = stems.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["drums", "bass", "keys", "lead"]);
        for (name, stem) in &stems {
            assert_eq!((stem.rate_hz, stem.channels.len()), (44100, 2));
            assert_eq!(stem.frames(), stems[0].1.frames(), "{name} is shorter or longer");
            assert!(stem.channels.iter().flatten().all(|s| s.is_finite()), "{name} is broken");
        }
        let seconds = stems[0].1.frames() as f64 / 44100.0;
        assert!((24.0..=30.0).contains(&seconds), "{seconds} s");
        let peak = (0..2).flat_map(|c| sum(&stems, c)).fold(0.0, |peak: f64, s| peak.max(s.abs()));
        let peak_dbfs = acetate_model::amplitude_db(peak).expect("no silence");
        assert!((-7.0..=-5.0).contains(&peak_dbfs), "{peak_dbfs} dBFS");
        let lift_db = power_of_bars(&stems, [4, 8]) - power_of_bars(&stems, [0, 4]);
        assert!(lift_db > 1.5, "the chorus is {lift_db} dB over the verse");
    }

    #[test]
    fn it_is_the_same_each_time_and_alike_at_every_rate() {
        let stems = compose(22050);
        assert_eq!(stems, compose(22050));
        for rate_hz in [8000, 48000] {
            let other = compose(rate_hz);
            assert!(other.iter().flat_map(|(_, s)| s.channels.iter().flatten()).all(|s| s.is_finite()));
            let difference = power_of_bars(&other, [0, 8]) - power_of_bars(&stems, [0, 8]);
            assert!(difference.abs() < 0.5, "{difference} dB at {rate_hz} Hz");
        }
    }
}
