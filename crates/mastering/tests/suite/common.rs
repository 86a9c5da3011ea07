//! What the end-to-end tests share.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use acetate_mastering::model::{Audio, Brief, Deliverable, Session};
use acetate_mastering::{DELIVERABLES, Options, Silent, analyse, master, scan};
use ebur128::{EbuR128, Mode};
use rayon::prelude::*;

/// The folders of the real songs, or a word that they are not here.
pub fn songs() -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("ACETATE_SONGS") else {
        println!("skipped: ACETATE_SONGS is not set");
        return Vec::new();
    };
    let entries = std::fs::read_dir(root).expect("ACETATE_SONGS names a folder");
    let mut songs: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.join("song.json").is_file()).collect();
    songs.sort();
    songs
}

/// A song as it was analysed, before any check.
pub struct Heard {
    pub name: String,
    pub session: Session,
}

/// The real songs, analysed once for all tests.
pub fn heard_songs() -> &'static [Heard] {
    static HEARD: OnceLock<Vec<Heard>> = OnceLock::new();
    HEARD.get_or_init(|| {
        let heard = |folder: PathBuf| {
            let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
            Heard { name, session: heard(&folder) }
        };
        songs().into_par_iter().map(heard).collect()
    })
}

/// A folder of stems, analysed.
pub fn heard(folder: &Path) -> Session {
    let delivery = scan(&[folder.to_owned()], None).expect("stems are found");
    analyse(&delivery, &Brief::default(), &Options::default(), &Silent).expect("it is read")
}

/// The stems of a real song and its mix, if it has one, by name.
pub fn files_of(song: &Path) -> (Vec<PathBuf>, Option<PathBuf>) {
    let entries = std::fs::read_dir(song).expect("a song");
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "flac"));
    files.sort();
    let (mix, stems): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|p| p.file_stem().is_some_and(|name| name == "mix"));
    (stems, mix.into_iter().next())
}

/// What a file is called.
pub fn name(file: &Path) -> String {
    file.file_stem().expect("a name").to_string_lossy().into_owned()
}

pub fn stereo(mut audio: Audio) -> Audio {
    if audio.channels.len() == 1 {
        audio.channels.push(audio.channels[0].clone());
    }
    audio
}

/// Numbers spread evenly between 0 and 1, the same in every run.
pub fn spread(n: usize) -> f64 {
    (0.5 + 0.618_033_988_749_895 * n as f64).fract()
}

/// What was delivered.
pub fn bytes(out: &Path) -> Vec<Vec<u8>> {
    DELIVERABLES.iter().map(|d| std::fs::read(out.join(d.file)).expect("it was delivered")).collect()
}

/// The stems of a demo song, written into a folder of its own.
pub fn demo_stems(into: &Path) -> PathBuf {
    let stems = acetate_mastering::demo::write(into, &Options::default()).expect("the demo can be written");
    stems[0].parent().expect("they lie in a folder").to_owned()
}

/// Masters a folder of stems.
pub fn master_folder(stems: &Path, brief: &Brief, out: &Path, options: &Options) -> Session {
    let delivery = scan(&[stems.to_owned()], None).expect("stems are found");
    master(&delivery, brief, out, options, &Silent).expect("the song is mastered")
}

/// A written file by the library that reads any file, at its own rate.
pub fn read(path: &Path) -> Audio {
    use acetate_mastering::model::Source;
    let mut file = acetate_files::open(path).expect("a written file opens");
    let mut whole = Audio::silence(file.rate_hz(), file.channels(), 0);
    let mut block = Audio::default();
    while file.read(&mut block, 1 << 16).expect("a written file reads") > 0 {
        for (all, new) in whole.channels.iter_mut().zip(&block.channels) {
            all.extend_from_slice(new);
        }
    }
    whole
}

/// Loudness and 4× true peak by libebur128's port.
pub fn by_ebur128(audio: &Audio) -> (f64, f64) {
    let channels = audio.channels.len() as u32;
    let mut meter = EbuR128::new(channels, audio.rate_hz, Mode::I | Mode::TRUE_PEAK).expect("a meter");
    let planes: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    meter.add_frames_planar_f32(&planes).expect("frames");
    let peak = (0..channels).map(|c| meter.true_peak(c).expect("a peak")).fold(0.0, f64::max);
    (meter.loudness_global().expect("a loudness"), 20.0 * libm::log10(peak))
}

/// True peak at 32 times the rate by a sinc of 512 samples under a Blackman window, where samples come near it.
pub fn by_long_sinc(audio: &Audio) -> f64 {
    const FACTOR: usize = 32;
    const REACH: usize = 256;
    let kernel: Vec<Vec<f64>> = (1..FACTOR)
        .map(|phase| {
            let offset = phase as f64 / FACTOR as f64;
            (0..2 * REACH)
                .map(|tap| {
                    let x = tap as f64 - (REACH as f64 - 1.0) - offset;
                    let w = x / REACH as f64;
                    let window = 0.42
                        + 0.5 * libm::cos(std::f64::consts::PI * w)
                        + 0.08 * libm::cos(2.0 * std::f64::consts::PI * w);
                    let t = std::f64::consts::PI * x;
                    libm::sin(t) / t * window
                })
                .collect()
        })
        .collect();
    let highest = |channel: &Vec<f32>| {
        let top = channel.iter().fold(0.0f32, |m, x| m.max(x.abs()));
        let mut peak = f64::from(top);
        for at in REACH..channel.len().saturating_sub(REACH) {
            if channel[at].abs().max(channel[at + 1].abs()) > 0.9 * top {
                let around = &channel[at + 1 - REACH..=at + REACH];
                for phase in &kernel {
                    let y: f64 = phase.iter().zip(around).map(|(k, x)| k * f64::from(*x)).sum();
                    peak = peak.max(y.abs());
                }
            }
        }
        peak
    };
    20.0 * libm::log10(audio.channels.iter().map(highest).fold(0.0, f64::max))
}

/// The file of that name in an outcome.
pub fn deliverable<'a>(session: &'a Session, file: &str) -> &'a Deliverable {
    let outcome = session.outcome.as_ref().expect("an outcome");
    outcome.deliverables.iter().find(|d| d.file == file).expect("the file was delivered")
}

/// Stereo WAV of 32-bit floats, written by hand: 44-byte header and samples.
pub fn write_wav(path: &Path, audio: &Audio) {
    let frames = audio.frames();
    let channels = audio.channels.len();
    let bytes = (frames * channels * 4) as u32;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    file.extend_from_slice(&3u16.to_le_bytes());
    file.extend_from_slice(&(channels as u16).to_le_bytes());
    file.extend_from_slice(&audio.rate_hz.to_le_bytes());
    file.extend_from_slice(&(audio.rate_hz * channels as u32 * 4).to_le_bytes());
    file.extend_from_slice(&((channels * 4) as u16).to_le_bytes());
    file.extend_from_slice(&32u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    for frame in 0..frames {
        for channel in &audio.channels {
            file.extend_from_slice(&channel[frame].to_le_bytes());
        }
    }
    std::fs::write(path, file).expect("a test file can be written");
}
