//! What the tests share.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use acetate_files::{FileError, Reader, open};
use acetate_model::{Audio, Source};

/// The folder of real songs; says so where there is none.
pub fn songs() -> Option<PathBuf> {
    let folder = env::var_os("ACETATE_SONGS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: ACETATE_SONGS is not set");
    }
    folder
}

/// Whether another program is here; says so where not.
pub fn have(program: &str) -> bool {
    let found =
        Command::new(program).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// Runs another program, which must succeed.
pub fn run(program: &str, arguments: &[&dyn AsRef<std::ffi::OsStr>]) {
    let output = Command::new(program).args(arguments).output().expect("the program starts");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The raw bytes that ffmpeg makes of a file in `format` (`s24le`, `f64le` …).
pub fn ffmpeg_raw(path: &Path, format: &str) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-f", format, "-"])
        .output()
        .expect("ffmpeg starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The whole of a source.
pub fn read_all(source: &mut impl Source, block: usize) -> Audio {
    let mut whole = Audio::default();
    let mut part = Audio::default();
    loop {
        let read = source.read(&mut part, block).expect("readable");
        assert_eq!(read, part.frames(), "a block is as long as was said");
        whole.rate_hz = part.rate_hz;
        whole.channels.resize_with(part.channels.len(), Vec::new);
        for (to, from) in whole.channels.iter_mut().zip(&part.channels) {
            to.extend_from_slice(from);
        }
        if read < block {
            return whole;
        }
    }
}

/// A file, opened and read.
pub fn load(path: &Path) -> Result<(Reader, Audio), FileError> {
    let mut reader = open(path)?;
    let audio = read_all(&mut reader, 1000);
    Ok((reader, audio))
}

/// A stereo test tone with both channels different and every sample on the grid of `bits`.
pub fn tone(rate_hz: u32, frames: usize, bits: u32) -> Audio {
    let full = f64::from(1_u32 << (bits - 1));
    let wave = |hz: f64| {
        (0..frames)
            .map(|n| {
                let s = 0.7 * libm::sin(std::f64::consts::TAU * hz * n as f64 / f64::from(rate_hz));
                ((s * full).round() / full) as f32
            })
            .collect()
    };
    Audio { rate_hz, channels: vec![wave(440.0), wave(1234.5)] }
}
