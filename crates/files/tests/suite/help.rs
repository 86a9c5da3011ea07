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

/// A WAV file of 16 bit, made by hand: frames of the channels, and chunks before the samples.
pub struct Wav<'a> {
    pub rate_hz: u32,
    pub channels: u16,
    pub samples: &'a [i16],
    /// A channel mask makes the header extensible.
    pub speakers: Option<u32>,
    pub chunks: Vec<([u8; 4], Vec<u8>)>,
}

impl<'a> Wav<'a> {
    pub fn new(channels: u16, samples: &'a [i16]) -> Self {
        Self { rate_hz: 44100, channels, samples, speakers: None, chunks: Vec::new() }
    }

    /// With a time reference in frames since midnight.
    pub fn at(self, frames: u64) -> Self {
        self.made_at(frames, "00:00:00")
    }

    /// With a time reference, and the time of day at which it was made.
    pub fn made_at(mut self, frames: u64, time: &str) -> Self {
        let mut bext = vec![0; 330];
        bext.extend(time.as_bytes());
        bext.extend(frames.to_le_bytes());
        bext.resize(602, 0);
        self.chunks.push((*b"bext", bext));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let frame = self.channels.wrapping_mul(2);
        let mut fmt = Vec::new();
        fmt.extend(if self.speakers.is_some() { 0xfffe_u16 } else { 1 }.to_le_bytes());
        fmt.extend(self.channels.to_le_bytes());
        fmt.extend(self.rate_hz.to_le_bytes());
        fmt.extend(self.rate_hz.wrapping_mul(u32::from(frame)).to_le_bytes());
        fmt.extend(frame.to_le_bytes());
        fmt.extend(16_u16.to_le_bytes());
        if let Some(speakers) = self.speakers {
            fmt.extend([22, 0, 16, 0]);
            fmt.extend(speakers.to_le_bytes());
            fmt.extend(*b"\x01\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
        }
        let mut body = b"WAVE".to_vec();
        let data = self.samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        let chunks = [(*b"fmt ", fmt)].into_iter().chain(self.chunks.clone()).chain([(*b"data", data)]);
        for (id, content) in chunks {
            body.extend(id);
            body.extend((content.len() as u32).to_le_bytes());
            body.extend(&content);
            body.resize(body.len().next_multiple_of(2), 0);
        }
        let mut file = b"RIFF".to_vec();
        file.extend((body.len() as u32).to_le_bytes());
        file.extend(body);
        file
    }
}

/// Writes files into a new folder.
pub fn folder_of(files: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    let path = folder.path().to_owned();
    (folder, path)
}

/// The names of a delivery's stems.
pub fn names(delivery: &acetate_files::Delivery) -> Vec<&str> {
    delivery.stems.iter().map(|s| s.name.as_str()).collect()
}
