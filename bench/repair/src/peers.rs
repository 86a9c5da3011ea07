//! Other programs, installed from their packages and called as their users call them.

use std::path::{Path, PathBuf};
use std::process::Command;

use acetate_mastering::model::Audio;
use anyhow::{Result, ensure};

use crate::song::{Song, read_file_at, write};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// A program beside Acetate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Matchering, with the master of another song as reference.
    Matchering,
    /// Libsonare's preset for streaming, on the mix.
    Libsonare,
    /// Its mix assistant and mixer, then the preset.
    LibsonareStems,
}

/// Where the peers are installed.
#[derive(Debug, Clone)]
pub(crate) struct Peers {
    python: PathBuf,
}

impl Peers {
    /// Installs them into this folder, unless they are there.
    pub fn install(folder: &Path) -> Result<Self> {
        let python = folder.join("bin/python");
        if !python.is_file() {
            succeed(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        }
        let list = Path::new(FOLDER).join("peers/requirements.txt");
        succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(list))?;
        Ok(Self { python })
    }

    /// The song as a peer masters it, at its own rate and in time with the plain sum.
    pub fn master(&self, peer: Peer, song: &Song, reference: &Audio) -> Result<Audio> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let mix = song.sum();
        let mut call = Command::new(&self.python);
        call.arg(Path::new(FOLDER).join("peers/peers.py")).env("OMP_NUM_THREADS", "1");
        match peer {
            Peer::Matchering => {
                write(&at("mix.wav"), &mix)?;
                write(&at("reference.wav"), reference)?;
                call.arg("matchering").arg(at("mix.wav")).arg(at("reference.wav"));
            }
            Peer::Libsonare => {
                write(&at("mix.wav"), &mix)?;
                call.arg("libsonare").arg(at("mix.wav"));
            }
            Peer::LibsonareStems => {
                std::fs::create_dir(at("stems"))?;
                song.write(&at("stems"))?;
                call.arg("libsonare_stems").arg(at("stems"));
            }
        }
        succeed(call.arg(at("out.wav")))?;
        Ok(in_time(&read_file_at(&at("out.wav"), song.rate_hz)?, &mix))
    }
}

fn succeed(command: &mut Command) -> Result<()> {
    let ran = command.output()?;
    ensure!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
    Ok(())
}

/// How far a peer may be late, in frames, and how many frames are compared to tell.
const LATEST: usize = 2048;
const COMPARED: usize = 1 << 17;

/// A file moved to where it correlates best with the sum, and as long as that.
fn in_time(out: &Audio, sum: &Audio) -> Audio {
    let middle = sum.frames().saturating_sub(COMPARED + 2 * LATEST) / 2 + LATEST;
    let agrees = |late: isize| -> f64 {
        let pairs = (middle..middle + COMPARED).step_by(5);
        let sample = |audio: &Audio, n: isize| {
            let at = usize::try_from(n).ok();
            at.and_then(|n| audio.channels[0].get(n)).map_or(0.0, |x| f64::from(*x))
        };
        pairs.map(|n| sample(sum, n as isize) * sample(out, n as isize + late)).sum()
    };
    let lags = -(LATEST as isize)..=LATEST as isize;
    let late = lags.max_by(|a, b| agrees(*a).total_cmp(&agrees(*b))).unwrap_or(0);
    let channels = out.channels.iter().map(|channel| {
        let at = |n: usize| usize::try_from(n as isize + late).ok().and_then(|n| channel.get(n)).copied();
        (0..sum.frames()).map(|n| at(n).unwrap_or(0.0)).collect()
    });
    Audio { rate_hz: out.rate_hz, channels: channels.collect() }
}
