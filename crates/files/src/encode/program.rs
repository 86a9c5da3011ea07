//! Formats that an installed ffmpeg encodes and decodes.

use std::{
    io::{BufReader, BufWriter, ErrorKind, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread::JoinHandle,
};

use acetate_model::{Audio, FileForm, Format, Source, SourceError};
use tempfile::NamedTempFile;

use crate::{
    FileError,
    finished::FinishedFile,
    output::temporary_beside,
    wav::{integer, interleave},
};

pub(super) const PROGRAM: &str = "ffmpeg";
const BUFFER_BYTES: usize = 1 << 18;
const SAMPLE_BYTES: usize = 4;

/// The names of the program's encoder and container.
fn names(format: Format) -> Option<[&'static str; 2]> {
    match format {
        Format::Alac => Some(["alac", "ipod"]),
        Format::Aac => Some(["aac", "ipod"]),
        Format::Mp3 => Some(["libmp3lame", "mp3"]),
        Format::Opus => Some(["libopus", "opus"]),
        Format::Vorbis => Some(["libvorbis", "ogg"]),
        Format::Wav | Format::Aiff | Format::Flac => None,
    }
}

/// Whether a format can be written here; the error says what is missing.
pub fn encoder_of(format: Format) -> Result<(), FileError> {
    let Some([encoder, _]) = names(format) else { return Ok(()) };
    let missing = |what| Err(FileError::NoEncoder { format: format.name(), what });
    let listed = Command::new(PROGRAM).args(["-hide_banner", "-v", "error", "-encoders"]).output();
    match listed {
        Ok(listed) => {
            let text = String::from_utf8_lossy(&listed.stdout);
            let known = text.lines().any(|line| line.split_whitespace().nth(1) == Some(encoder));
            if known {
                Ok(())
            } else {
                missing(format!("the {PROGRAM} that is installed has no `{encoder}`"))
            }
        }
        Err(_) => missing(format!("no program `{PROGRAM}` was found")),
    }
}

/// Hands samples to the program, which writes the file.
#[derive(Debug)]
pub struct ProgramWriter {
    target: PathBuf,
    format: &'static str,
    /// Bits of the integers that are handed over; none for floats.
    bits: Option<u32>,
    file: NamedTempFile,
    child: Child,
    input: Option<BufWriter<ChildStdin>>,
    bytes: Vec<u8>,
}

impl ProgramWriter {
    pub(super) fn create(
        target: &Path,
        form: &FileForm,
        rate_hz: u32,
        channels: usize,
    ) -> Result<Self, FileError> {
        let format = form.format.name();
        let unknown = || FileError::NoEncoder { format, what: "it is written without help".into() };
        let [encoder, container] = names(form.format).ok_or_else(unknown)?;
        let file = temporary_beside(target)?;
        let bits = form.sample_bits();
        let raw = match bits {
            Some(16) => "s16le",
            Some(_) => "s32le",
            None => "f32le",
        };
        let (rate, channels) = (rate_hz.to_string(), channels.to_string());
        let mut command = Command::new(PROGRAM);
        command.args(["-hide_banner", "-nostdin", "-v", "error", "-y"]);
        command.args(["-f", raw, "-ar", &rate, "-ac", &channels, "-i", "pipe:0"]);
        command.args([
            "-map_metadata",
            "-1",
            "-fflags",
            "+bitexact",
            "-flags:a",
            "+bitexact",
            "-threads",
            "1",
        ]);
        command.args(["-c:a", encoder]);
        match (bits, form.bit_rate_kbps()) {
            (Some(16), _) => command.args(["-sample_fmt", "s16p"]),
            (Some(bits), _) => {
                command.args(["-sample_fmt", "s32p", "-bits_per_raw_sample", &bits.to_string()])
            }
            (_, kbps) => command.args(["-b:a", &format!("{}k", kbps.unwrap_or(0))]),
        };
        if container == "ipod" {
            // the length is told in frames, not in milliseconds
            command.args(["-movie_timescale", &rate]);
        }
        command.args(["-f", container]).arg(file.path());
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|e| FileError::NoEncoder {
            format,
            what: if e.kind() == ErrorKind::NotFound {
                format!("no program `{PROGRAM}` was found")
            } else {
                format!("{PROGRAM} could not be started: {e}")
            },
        })?;
        let input = child.stdin.take().map(|input| BufWriter::with_capacity(BUFFER_BYTES, input));
        Ok(Self { target: target.to_owned(), format, bits, file, child, input, bytes: Vec::new() })
    }

    pub(super) fn write(&mut self, block: &Audio) -> Result<(), FileError> {
        match self.bits {
            Some(16) => {
                interleave(block, &mut self.bytes, |s| (integer(s, 32768.0) as i16).to_le_bytes());
            }
            Some(_) => {
                interleave(block, &mut self.bytes, |s| (integer(s, 8388608.0) << 8).to_le_bytes());
            }
            None => interleave(block, &mut self.bytes, f32::to_le_bytes),
        }
        let Some(input) = &mut self.input else { return Ok(()) };
        match input.write_all(&self.bytes) {
            Ok(()) => Ok(()),
            // it has gone away and says why
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.wait(),
            Err(error) => Err(FileError::io(&self.target, "hand it to the encoder")(error)),
        }
    }

    pub(super) fn finish(mut self) -> Result<FinishedFile, FileError> {
        if let Some(mut input) = self.input.take() {
            let flushed = input.flush();
            drop(input);
            self.wait()?;
            flushed.map_err(FileError::io(&self.target, "hand it to the encoder"))?;
        }
        let file = std::mem::replace(&mut self.file, temporary_beside(&self.target)?);
        Ok(FinishedFile::new(file, self.target.clone()))
    }

    /// Waits for the end; what the program complained about is the error.
    fn wait(&mut self) -> Result<(), FileError> {
        drop(self.input.take());
        let mut said = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            // what cannot be read is not told
            let _ = errors.read_to_string(&mut said);
        }
        let failed = |what| FileError::Encoder { path: self.target.clone(), format: self.format, what };
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) if said.trim().is_empty() => Err(failed(format!("{PROGRAM} ended with {status}"))),
            Ok(_) => Err(failed(format!("{PROGRAM} says: {}", said.trim()))),
            Err(error) => Err(failed(error.to_string())),
        }
    }
}

impl Drop for ProgramWriter {
    fn drop(&mut self) {
        // one that has ended already cannot be killed, and need not be
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An audio file as the program decodes it: `[channel][frame]`, in floats that are not cut at full scale.
#[derive(Debug)]
pub struct Decoded {
    path: PathBuf,
    rate_hz: u32,
    channels: usize,
    child: Child,
    output: BufReader<ChildStdout>,
    errors: Option<JoinHandle<String>>,
    bytes: Vec<u8>,
}

impl Decoded {
    /// Begins to decode; the rate and channels are those that the file is known to have.
    pub fn open(path: &Path, rate_hz: u32, channels: usize) -> Result<Self, FileError> {
        let mut command = Command::new(PROGRAM);
        command.args(["-hide_banner", "-nostdin", "-v", "error", "-i"]).arg(path);
        let (rate, count) = (rate_hz.to_string(), channels.to_string());
        command.args(["-map", "0:a:0", "-ar", &rate, "-ac", &count, "-f", "f32le", "pipe:1"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let missing = |e: std::io::Error| FileError::NoDecoder { path: path.to_owned(), what: e.to_string() };
        let mut child = child.map_err(missing)?;
        let output = child.stdout.take().ok_or_else(|| missing(ErrorKind::BrokenPipe.into()))?;
        let errors = child.stderr.take().map(|mut errors| {
            std::thread::spawn(move || {
                let mut said = String::new();
                let _ = errors.read_to_string(&mut said);
                said
            })
        });
        let output = BufReader::with_capacity(BUFFER_BYTES, output);
        Ok(Self { path: path.to_owned(), rate_hz, channels, child, output, errors, bytes: Vec::new() })
    }

    /// The end was reached: whether the program had something to complain about.
    fn end(&mut self) -> Result<(), FileError> {
        let Some(errors) = self.errors.take() else { return Ok(()) };
        let said = errors.join().unwrap_or_default();
        match self.child.wait() {
            Ok(status) if status.success() => Ok(()),
            _ => Err(FileError::NoDecoder { path: self.path.clone(), what: said.trim().to_owned() }),
        }
    }
}

impl Source for Decoded {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn frames(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, into: &mut Audio, frames: usize) -> Result<usize, SourceError> {
        let frame_bytes = SAMPLE_BYTES * self.channels;
        self.bytes.clear();
        let wanted = (frames * frame_bytes) as u64;
        let taken = self.output.by_ref().take(wanted).read_to_end(&mut self.bytes);
        taken.map_err(FileError::io(&self.path, "decode it"))?;
        let read = self.bytes.len() / frame_bytes;
        if read < frames {
            self.end()?;
        }
        into.rate_hz = self.rate_hz;
        into.channels.resize_with(self.channels, Vec::new);
        let (samples, _) = self.bytes.as_chunks::<SAMPLE_BYTES>();
        for (c, channel) in into.channels.iter_mut().enumerate() {
            channel.clear();
            let of_channel = samples.iter().skip(c).step_by(self.channels);
            channel.extend(of_channel.take(read).map(|s| f32::from_le_bytes(*s)));
        }
        Ok(read)
    }

    fn rewind(&mut self) -> Result<(), SourceError> {
        *self = Self::open(&self.path, self.rate_hz, self.channels)?;
        Ok(())
    }
}

impl Drop for Decoded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
