//! Bad input: a clear message that names the file and the way out, the right exit code, no half-written file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

/// A 16-bit PCM WAV file, made by hand.
fn wav(rate_hz: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let bytes = (samples.len() * 2) as u32;
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + bytes).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    file.extend_from_slice(&1u16.to_le_bytes());
    file.extend_from_slice(&channels.to_le_bytes());
    file.extend_from_slice(&rate_hz.to_le_bytes());
    file.extend_from_slice(&(rate_hz * u32::from(channels) * 2).to_le_bytes());
    file.extend_from_slice(&(channels * 2).to_le_bytes());
    file.extend_from_slice(&16u16.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    file.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
    file
}

/// Pulses of a decaying tone: something that a limiter and a loudness meter can work on.
fn music(rate_hz: u32, seconds: f64, hz: f64) -> Vec<u8> {
    let frames = (f64::from(rate_hz) * seconds) as usize;
    let samples: Vec<i16> = (0..frames)
        .flat_map(|at| {
            let t = at as f64 / f64::from(rate_hz);
            let decay = libm_exp(-6.0 * (t % 0.5));
            let x = 0.4 * decay * sine(hz * t) + 0.05 * sine(3.1 * hz * t);
            let y = 0.4 * decay * sine(hz * t) + 0.05 * sine(3.3 * hz * t);
            [(x * 32767.0) as i16, (y * 32767.0) as i16]
        })
        .collect();
    wav(rate_hz, 2, &samples)
}

#[allow(clippy::disallowed_methods)] // test signals need no fixed bits
fn sine(cycles: f64) -> f64 {
    (std::f64::consts::TAU * cycles).sin()
}

#[allow(clippy::disallowed_methods)]
fn libm_exp(x: f64) -> f64 {
    x.exp()
}

struct Case {
    folder: TempDir,
}

impl Case {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("in").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    fn input(&self) -> PathBuf {
        self.folder.path().join("in")
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn master(&self, inputs: &[&Path]) -> Ran {
        Ran(command().arg("master").args(inputs).arg("-o").arg(self.out()).output().unwrap(), self.out())
    }
}

struct Ran(Output, PathBuf);

impl Ran {
    fn text(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.0.stdout), String::from_utf8_lossy(&self.0.stderr))
    }

    /// The exit code, all of the words, no panic.
    #[track_caller]
    fn says(&self, code: i32, words: &[&str]) -> &Self {
        let text = self.text();
        assert_eq!(self.0.status.code(), Some(code), "{text}");
        assert!(!text.contains("panicked"), "{text}");
        let lower = text.to_lowercase();
        for word in words {
            assert!(lower.contains(&word.to_lowercase()), "`{word}` is missing in:\n{text}");
        }
        self
    }

    /// No file of the program is left.
    #[track_caller]
    fn leaves_nothing(&self) {
        let left: Vec<_> = fs::read_dir(&self.1).map(|d| d.flatten().collect()).unwrap_or_default();
        assert!(left.is_empty(), "{left:?}");
    }

    #[track_caller]
    fn leaves_a_master(&self) {
        for file in [
            "master.wav",
            "master-16bit-44k1.wav",
            "session.json",
            "report.md",
            "manifest.json",
            "checksums.sha256",
        ] {
            assert!(self.1.join(file).is_file(), "{file} is missing: {}", self.text());
        }
        assert_eq!(fs::read_dir(&self.1).unwrap().count(), 6, "nothing else is left");
    }
}

fn command() -> Command {
    let mut command = Command::new(cargo_bin("acetate"));
    command.stdin(Stdio::null());
    command
}

#[test]
fn nothing_to_read() {
    let case = Case::new();
    case.master(&[&case.folder.path().join("nowhere")]).says(2, &["nowhere"]).leaves_nothing();
    fs::create_dir_all(case.input()).unwrap();
    case.master(&[&case.input()]).says(2, &["in", "no audio"]).leaves_nothing();
    case.put("readme.txt", b"hello");
    case.put("cover.png", b"\x89PNG\r\n");
    case.master(&[&case.input()]).says(2, &["no audio", "readme.txt"]).leaves_nothing();
    command().arg("master").output().map(|o| assert_eq!(o.status.code(), Some(2))).unwrap();
}

#[test]
fn files_that_are_not_what_they_say() {
    for (name, bytes) in [
        ("text.wav", b"this is not audio at all, sorry".to_vec()),
        ("empty.wav", Vec::new()),
        ("zero.wav", wav(44_100, 2, &[])),
        ("noise.flac", vec![0x5a; 4096]),
    ] {
        let case = Case::new();
        let path = case.put(name, &bytes);
        case.master(&[&path]).says(2, &[name]).leaves_nothing();
    }
}

#[test]
fn a_truncated_file_is_mastered_with_a_finding() {
    let case = Case::new();
    let mut bytes = music(44_100, 4.0, 110.0);
    bytes.truncate(bytes.len() * 2 / 3);
    let path = case.put("bass.wav", &bytes);
    case.master(&[&path]).says(0, &["bass", "cut"]).leaves_a_master();
}

#[test]
fn too_short_and_silent_songs_are_rejected() {
    let case = Case::new();
    let one = case.put("one.wav", &wav(44_100, 2, &[1000, -1000]));
    case.master(&[&one]).says(1, &["one", "short"]).leaves_nothing();
    let silent = case.put("silent.wav", &wav(44_100, 2, &vec![0; 441_000]));
    case.master(&[&silent]).says(1, &["silent"]).leaves_nothing();
}

#[test]
fn one_silent_stem_among_others_is_only_noted() {
    let case = Case::new();
    case.put("drums.wav", &music(44_100, 4.0, 80.0));
    case.put("vocals.wav", &wav(44_100, 2, &vec![0; 4 * 2 * 44_100]));
    case.master(&[&case.input()]).says(0, &["vocals", "silent"]).leaves_a_master();
}

#[test]
fn broken_samples_never_reach_the_master() {
    let case = Case::new();
    let mut bytes = Vec::new();
    let frames = 44_100 * 3;
    for at in 0..frames {
        let x = 0.3 * sine(220.0 * f64::from(at) / 44_100.0) as f32;
        let x = match at {
            5000 => f32::NAN,
            6000 => f32::INFINITY,
            _ => x,
        };
        bytes.extend_from_slice(&x.to_le_bytes());
        bytes.extend_from_slice(&x.to_le_bytes());
    }
    let mut file = wav(44_100, 2, &[]);
    file[20..22].copy_from_slice(&3u16.to_le_bytes());
    file[28..32].copy_from_slice(&(44_100u32 * 8).to_le_bytes());
    file[32..34].copy_from_slice(&8u16.to_le_bytes());
    file[34..36].copy_from_slice(&32u16.to_le_bytes());
    file[40..44].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
    file[4..8].copy_from_slice(&(36 + bytes.len() as u32).to_le_bytes());
    file.extend_from_slice(&bytes);
    let path = case.put("keys.wav", &file);
    case.master(&[&path]).says(0, &["keys", "not a number"]).leaves_a_master();
    let master = fs::read(case.out().join("master.wav")).unwrap();
    let samples = master.windows(4).position(|w| w == b"data").unwrap() + 8;
    let loud = master[samples..].chunks_exact(3).filter(|b| matches!(b[2], 0x7f | 0x80)).count();
    assert_eq!(loud, 0, "no burst of full scale");
}

#[test]
fn low_and_high_rates_and_lengths_that_differ() {
    let case = Case::new();
    case.put("bass.wav", &music(8_000, 3.0, 60.0));
    case.put("drums.wav", &music(192_000, 2.0, 90.0));
    case.put("keys.wav", &music(44_100, 2.5, 440.0));
    let ran = case.master(&[&case.input()]);
    ran.says(0, &["8000", "192000"]).leaves_a_master();
    let text = fs::read_to_string(case.out().join("session.json")).unwrap();
    let session: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(session["rate_hz"], 192_000);
    assert_eq!(session["outcome"]["deliverables"][0]["frames"], 3 * 192_000);
}

#[test]
fn surround_is_refused_with_a_way_out() {
    let case = Case::new();
    let plain = wav(48_000, 8, &vec![100; 8 * 48_000]);
    // the same with an extensible header that names eight loudspeakers
    let mut file = plain[..36].to_vec();
    file[16] = 40;
    file[20..22].copy_from_slice(&0xfffe_u16.to_le_bytes());
    file.extend_from_slice(b"\x16\0\x10\0\x3f\x06\0\0\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    file.extend_from_slice(&plain[36..]);
    let path = case.put("surround.wav", &file);
    case.master(&[&path]).says(2, &["surround.wav", "8", "stereo"]).leaves_nothing();
}

#[test]
fn two_hundred_stems() {
    let case = Case::new();
    let samples: Vec<i16> = (0..44_100).map(|at| (150.0 * sine(f64::from(at) * 0.005)) as i16).collect();
    for stem in 0..200 {
        case.put(&format!("stem {stem}.wav"), &wav(44_100, 2, &samples));
    }
    case.master(&[&case.input()]).says(0, &["group"]).leaves_a_master();
}

#[test]
fn names_with_spaces_quotes_dashes_and_emoji() {
    let case = Case::new();
    case.put("lead vox 🎤.wav", &music(44_100, 3.0, 300.0));
    case.put("-dash.wav", &music(44_100, 3.0, 150.0));
    case.put("quote'\"$(x).wav", &music(44_100, 3.0, 75.0));
    case.master(&[&case.input()]).says(0, &[]).leaves_a_master();
    let report = fs::read_to_string(case.out().join("report.md")).unwrap();
    for name in ["lead vox 🎤", "-dash", "quote'\"$(x)"] {
        assert!(report.contains(name), "{name}: {report}");
    }
}

#[test]
fn a_master_is_never_overwritten_unasked() {
    let case = Case::new();
    let path = case.put("song.wav", &music(44_100, 2.0, 200.0));
    case.master(&[&path]).says(0, &[]).leaves_a_master();
    let before = fs::read(case.out().join("master.wav")).unwrap();
    case.master(&[&path]).says(2, &["master.wav", "--force"]);
    assert_eq!(fs::read(case.out().join("master.wav")).unwrap(), before);
    let forced =
        command().arg("master").arg(&path).arg("--force").arg("-o").arg(case.out()).output().unwrap();
    assert_eq!(forced.status.code(), Some(0));
    assert_eq!(fs::read(case.out().join("master.wav")).unwrap(), before, "the same bytes again");
}

#[test]
fn an_output_that_cannot_be_written() {
    let case = Case::new();
    let path = case.put("song.wav", &music(44_100, 2.0, 200.0));
    let in_the_way = case.folder.path().join("out");
    fs::write(&in_the_way, b"a file").unwrap();
    case.master(&[&path]).says(2, &["out"]);
    assert_eq!(fs::read(&in_the_way).unwrap(), b"a file");
    fs::remove_file(&in_the_way).unwrap();
    let ran = command().arg("master").arg(&path).args(["-o", "/proc/acetate"]).output().unwrap();
    Ran(ran, case.out()).says(2, &["/proc/acetate"]);
}

/// A file system of one mebibyte; `None` where this user may not mount.
fn tiny_disk(at: &Path) -> Option<TinyDisk> {
    fs::create_dir_all(at).ok()?;
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(at).output().ok()?;
    mounted.status.success().then(|| TinyDisk(at.to_owned()))
}

struct TinyDisk(PathBuf);

impl Drop for TinyDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let case = Case::new();
    let path = case.put("song.wav", &music(44_100, 8.0, 200.0));
    let Some(_disk) = tiny_disk(&case.out()) else {
        println!("skipped: this user may not mount a small disk");
        return;
    };
    case.master(&[&path]).says(2, &["out", "space"]).leaves_nothing();
}

#[test]
#[cfg(unix)]
fn ctrl_c_stops_cleanly() {
    let case = Case::new();
    let path = case.put("song.wav", &music(44_100, 120.0, 200.0));
    for wait_ms in [50, 400, 1200] {
        let child = command()
            .args(["master", "--quiet"])
            .arg(&path)
            .arg("-o")
            .arg(case.out())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let ran = Ran(child.wait_with_output().unwrap(), case.out());
        if ran.0.status.code() == Some(0) {
            ran.leaves_a_master();
            fs::remove_dir_all(case.out()).unwrap();
        } else if ran.0.status.code().is_some() {
            ran.says(130, &["stopped"]).leaves_nothing();
        } else {
            // the signal came before the handler was there
            ran.leaves_nothing();
        }
    }
}

/// Moments of a run, spread by a fixed pattern (the golden ratio's multiples fill an interval evenly).
fn moments(count: u32, whole_ms: u64) -> impl Iterator<Item = u64> {
    (1..=count)
        .map(move |n| (f64::from(n) * 0.618_033_988_749_895).fract() * whole_ms as f64)
        .map(|ms| ms as u64)
}

#[test]
#[cfg(unix)]
fn a_run_that_is_killed_leaves_whole_files_or_none() {
    let case = Case::new();
    for (name, hz) in [("drums.wav", 90.0), ("keys.wav", 300.0)] {
        case.put(name, &music(44_100, 4.0, hz));
    }
    let run = || {
        let mut command = command();
        command.args(["master", "--quiet", "--deliver", "cd,stems-24bit"]);
        command.args(["--versions", "without/drums"]);
        command.arg(case.input()).arg("-o").arg(case.out());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let began = std::time::Instant::now();
    assert!(run().wait().unwrap().success());
    let whole_ms = began.elapsed().as_millis() as u64;
    fs::remove_dir_all(case.out()).unwrap();
    let mut finished = 0;
    for wait_ms in moments(50, whole_ms + whole_ms / 10) {
        let mut child = run();
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        let _ = child.kill();
        child.wait().unwrap();
        let left = visible(&case.out());
        let sums = case.out().join("checksums.sha256");
        if sums.exists() {
            finished += 1;
            let verified = command().arg("verify").arg(case.out()).output().unwrap();
            assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
        }
        for file in left {
            // a file that is there can be read to its end, whatever else is missing
            if file.extension().is_some_and(|e| e == "wav") {
                let bytes = fs::read(&file).unwrap();
                let told = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
                assert_eq!(told as usize + 8, bytes.len(), "{}", file.display());
            }
        }
        let _ = fs::remove_dir_all(case.out());
    }
    println!("{finished} of 50 runs were done when they were killed");
}

/// Every file below a folder but hidden ones, which are temporary.
fn visible(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|d| d.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let hidden = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with('.');
    let paths = entries.into_iter().map(|e| e.path()).filter(|path| !hidden(path));
    paths.flat_map(|path| if path.is_dir() { visible(&path) } else { vec![path] }).collect()
}

#[test]
fn wishes_of_a_wrong_form_are_refused_with_an_example() {
    let case = Case::new();
    let song = case.put("song.wav", &music(44_100, 4.0, 200.0));
    let refused = |more: &[&str], words: &[&str]| {
        let ran = command().arg("master").arg(&song).arg("-o").arg(case.out()).args(more).output().unwrap();
        Ran(ran, case.out()).says(2, words).leaves_nothing();
    };
    refused(&["--isrc", "12"], &["tags.isrc", "US-RC1-76-07839"]);
    refused(&["--upc", "036000291453"], &["tags.upc", "036000291452"]);
    refused(&["--date", "tomorrow"], &["tags.date", "2026-11-25"]);
    refused(&["--cover", song.to_str().unwrap()], &["song.wav", "JPEG or PNG"]);
    refused(&["--deliver", "cassette"], &["cassette", "streaming"]);
    refused(&["--versions", "karaoke"], &["instrumental", "without/STEM"]);
    refused(&["--versions", "instrumental"], &["roles."]);
    refused(&["--deliver", "stems"], &["at least two stems"]);
    let own = case.put("mine.toml", b"ceiling_dbtp = -1.0\n[[files]]\nformat = \"mp3\"\nbits = 16\n");
    refused(&["--deliver", own.to_str().unwrap()], &["mine.toml", "line 4", "kbps = 256"]);
    let own = case.put("odd.toml", b"[[files]]\nformat = \"realaudio\"\n");
    refused(&["--deliver", own.to_str().unwrap()], &["odd.toml", "line 2", "flac"]);
}

#[test]
fn a_format_without_its_encoder_is_refused_before_any_work() {
    let case = Case::new();
    let song = case.put("song.wav", &music(44_100, 4.0, 200.0));
    let mut master = command();
    master
        .env("PATH", "/nowhere")
        .arg("master")
        .arg(&song)
        .arg("-o")
        .arg(case.out())
        .args(["--deliver", "dj"]);
    Ran(master.output().unwrap(), case.out())
        .says(2, &["alac", "ffmpeg", "WAV, AIFF or FLAC"])
        .leaves_nothing();
}
