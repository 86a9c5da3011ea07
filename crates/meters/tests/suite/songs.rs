//! Real songs and the EBU's own files, read from the folder that `ACETATE_SONGS` names.

use std::path::{Path, PathBuf};

use acetate_dsp::{KWeighting, ThirdOctaves, TruePeak4, power_between};
use acetate_meters::range_lu;
use acetate_model::{Audio, Place, Quantity, Source, power_db};
use ebur128::{EbuR128, Mode};
use realfft::RealFftPlanner;

use crate::signals::{assert_near, read, scalar};

fn songs() -> Option<PathBuf> {
    let folder = std::env::var_os("ACETATE_SONGS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: ACETATE_SONGS is not set");
    }
    folder
}

fn load(path: &Path) -> Audio {
    let mut reader = acetate_files::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut audio = Audio { rate_hz: reader.rate_hz(), channels: vec![Vec::new(); reader.channels()] };
    let mut block = Audio::default();
    while reader.read(&mut block, 65_536).unwrap_or_else(|e| panic!("{}: {e}", path.display())) > 0 {
        for (whole, part) in audio.channels.iter_mut().zip(&block.channels) {
            whole.extend_from_slice(part);
        }
    }
    audio
}

fn flac_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "flac"));
    files.sort();
    files
}

/// The folders that hold a song, in order.
fn song_folders(songs: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(songs).unwrap_or_else(|e| panic!("{}: {e}", songs.display()));
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.retain(|path| path.join("song.json").is_file());
    folders.sort();
    folders
}

fn stems(song: &Path) -> Vec<(String, Audio)> {
    let name = |path: &Path| format!("{}", path.display());
    flac_files(song).iter().filter(|p| !p.ends_with("mix.flac")).map(|p| (name(p), load(p))).collect()
}

fn sum(stems: &[(String, Audio)]) -> Audio {
    let frames = stems.iter().map(|(_, audio)| audio.frames()).max().unwrap_or(0);
    let mut sum = Audio::silence(stems[0].1.rate_hz, 2, frames);
    for (_, stem) in stems {
        for (c, to) in sum.channels.iter_mut().enumerate() {
            let from = &stem.channels[c.min(stem.channels.len() - 1)];
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
    }
    sum
}

/// What libebur128 says, in its Rust form. Not `Mode::all()`, whose histogram rounds to 0.1 LU.
fn referee(audio: &Audio) -> EbuR128 {
    let mode = Mode::I | Mode::LRA | Mode::S | Mode::M | Mode::TRUE_PEAK;
    let mut referee = EbuR128::new(audio.channels.len() as u32, audio.rate_hz, mode).unwrap();
    let planar: Vec<&[f32]> = audio.channels.iter().map(Vec::as_slice).collect();
    referee.add_frames_planar_f32(&planar).unwrap();
    referee
}

fn true_peak_4(audio: &Audio) -> f64 {
    let mut meter = TruePeak4::new(audio.channels.len());
    meter.push(audio);
    meter.peak()
}

/// The loudness range from one window a second, as libebur128 takes them; the meter takes ten.
fn range_by_seconds(audio: &Audio) -> Option<f64> {
    let mut energies = Vec::new();
    KWeighting::new(audio.rate_hz, audio.channels.len()).push(audio, |energy| energies.push(energy));
    let windows = energies.windows(300).step_by(100);
    let powers: Vec<f64> =
        windows.map(|w| w.iter().sum::<f64>() / (3.0 * f64::from(audio.rate_hz))).collect();
    range_lu(&powers)
}

fn assert_agrees(name: &str, audio: &Audio) {
    let (ours, theirs) = (read(audio), referee(audio));
    let scalar = |quantity| ours.scalar(&Place::Master, quantity);
    let Some(integrated) = scalar(Quantity::Integrated) else {
        assert_eq!(theirs.loudness_global().unwrap(), f64::NEG_INFINITY, "{name}");
        return;
    };
    assert_near(integrated, theirs.loudness_global().unwrap(), 0.05, format!("{name}: I"));
    let range = range_by_seconds(audio).unwrap();
    assert_near(range, theirs.loudness_range().unwrap(), 0.2, format!("{name}: LRA"));
    let peaks = (0..audio.channels.len() as u32).map(|c| theirs.true_peak(c).unwrap());
    let theirs_dbtp = 20.0 * libm::log10(peaks.fold(0.0, f64::max));
    let ours_dbtp = 20.0 * libm::log10(true_peak_4(audio));
    assert_near(ours_dbtp, theirs_dbtp, 0.05, format!("{name}: true peak at 4 times"));
    let finer = scalar(Quantity::TruePeak).unwrap() - ours_dbtp;
    assert!((-0.02..0.5).contains(&finer), "{name}: 16 times reads {finer} dB above 4 times");
}

#[test]
fn loudness_range_and_true_peak_agree_with_libebur128() {
    let Some(songs) = songs() else { return };
    let folders = song_folders(&songs);
    assert!(folders.len() >= 2, "{}: expected songs, found {folders:?}", songs.display());
    let (first, second) = folders.split_at(folders.len() / 2);
    let check = |folders: &[PathBuf]| {
        for song in folders {
            let stems = stems(song);
            for (name, stem) in &stems {
                assert_agrees(name, stem);
            }
            assert_agrees(&format!("{} summed", song.display()), &sum(&stems));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| check(first));
        check(second);
    });
}

/// EBU Tech 3341 v4, table 1, cases 15 to 23, from the test set's own files.
#[test]
fn the_ebus_true_peak_files() {
    let Some(songs) = songs() else { return };
    let files = flac_files(&songs.join("conformance/ebu-true-peak"));
    assert_eq!(files.len(), 9);
    for (path, dbtp) in files.iter().zip([-6.0, -6.0, -6.0, -6.0, 3.0, 0.0, 0.0, 0.0, 0.0]) {
        let off = scalar(&load(path), Quantity::TruePeak) - dbtp;
        assert!((-0.4..=0.2).contains(&off), "{}: {off} dB off", path.display());
    }
}

/// One transform over a whole song: no window, no frames, no gate. By Parseval's theorem its bins hold the exact power
/// of each band.
#[test]
fn the_spectrum_of_a_song_is_that_of_one_transform_over_all_of_it() {
    let Some(songs) = songs() else { return };
    let audio = sum(&stems(&song_folders(&songs)[2]));
    let length = audio.frames() & !1;
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let mut powers = vec![0.0; length / 2 + 1];
    for channel in &audio.channels {
        let mut input: Vec<f64> = channel[..length].iter().map(|&x| x.into()).collect();
        let mut output = fft.make_output_vec();
        fft.process(&mut input, &mut output).unwrap();
        for (power, bin) in powers.iter_mut().zip(output) {
            *power += 2.0 * bin.norm_sqr() / (length as f64 * length as f64) / audio.channels.len() as f64;
        }
    }
    let spectrum = read(&audio).spectrum(&Place::Master, Quantity::Spectrum).unwrap();
    assert!(spectrum.len() >= 30);
    for (hz, level) in spectrum {
        let [from, to] = ThirdOctaves::edges_hz(hz);
        let bin_hz = f64::from(audio.rate_hz) / length as f64;
        let exact = power_db(power_between(&powers, bin_hz, from, to)).unwrap();
        println!("{hz:8.0} Hz {level:7.2} {exact:7.2}");
        assert_near(level, exact, 0.5, format!("{hz:.0} Hz"));
    }
}
