//! Other programs, installed from their packages and called as their users call them.

use std::path::{Path, PathBuf};
use std::process::Command;

use acetate_mastering::model::Audio;
use anyhow::{Context, Result, bail, ensure};

use crate::align::in_time;
use crate::song::{Song, read_file_at, write};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// A program beside Acetate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Matchering, with the master of a song as reference.
    Matchering,
    /// Libsonare's preset for streaming, on the mix.
    Libsonare,
    /// Its mix assistant and mixer, then the preset.
    LibsonareStems,
}

/// A package that peers come from: what it is imported as, and where its versions stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Package {
    module: &'static str,
    list: &'static str,
}

const MATCHERING: Package = Package { module: "matchering", list: "peers/matchering.txt" };
const LIBSONARE: Package = Package { module: "libsonare", list: "peers/libsonare.txt" };

impl Peer {
    fn package(self) -> Package {
        match self {
            Self::Matchering => MATCHERING,
            Self::Libsonare | Self::LibsonareStems => LIBSONARE,
        }
    }
}

/// Where the peers are installed, and why some are not.
#[derive(Debug, Clone)]
pub(crate) struct Peers {
    python: PathBuf,
    missing: Vec<(Package, String)>,
}

impl Peers {
    /// Installs them into this folder, unless they are there. What cannot be installed is told by [`Peers::missing`].
    pub fn install(folder: &Path) -> Self {
        let python = folder.join("bin/python");
        let made = if python.is_file() {
            Ok(())
        } else {
            succeed(Command::new("python3").args(["-m", "venv"]).arg(folder))
        };
        let install = |package: Package| {
            let list = Path::new(FOLDER).join(package.list);
            let installed =
                succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(list));
            let there = succeed(Command::new(&python).args(["-c", &format!("import {}", package.module)]));
            // one that is there already is asked for without a network, too
            there.map_err(|none| installed.err().unwrap_or(none))
        };
        let missing = [MATCHERING, LIBSONARE].into_iter().filter_map(|package| {
            let why = made
                .as_ref()
                .map_err(ToString::to_string)
                .and_then(|()| install(package).map_err(|why| why.to_string()));
            Some((package, why.err()?))
        });
        let missing = missing.collect();
        Self { python, missing }
    }

    /// Why a peer is not installed.
    pub fn missing(&self, peer: Peer) -> Option<&str> {
        self.missing.iter().find(|(package, _)| *package == peer.package()).map(|(_, why)| why.as_str())
    }

    /// The song as a peer masters it, at its own rate and in time with the plain sum.
    pub fn master(&self, peer: Peer, song: &Song, reference: Option<&Audio>) -> Result<Audio> {
        if let Some(why) = self.missing(peer) {
            bail!("not installed: {why}");
        }
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let mix = song.sum();
        let mut call = Command::new(&self.python);
        call.arg(Path::new(FOLDER).join("peers/peers.py")).env("OMP_NUM_THREADS", "1");
        match peer {
            Peer::Matchering => {
                let reference = reference.context("it has no reference: there is but one song")?;
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
        succeed(call.arg(at("out.wav"))).context("failed")?;
        Ok(in_time(&read_file_at(&at("out.wav"), song.rate_hz)?, &mix))
    }
}

/// Runs a program; where that fails, the last line that it said is why.
fn succeed(command: &mut Command) -> Result<()> {
    let program = command.get_program().display().to_string();
    let ran = command.output().with_context(|| program.clone())?;
    let said = [&ran.stderr, &ran.stdout].map(|said| String::from_utf8_lossy(said).into_owned());
    let last = said.iter().flat_map(|said| said.lines().rev()).find(|line| !line.trim().is_empty());
    ensure!(ran.status.success(), "{}", last.unwrap_or(&format!("{program}: {}", ran.status)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_cannot_be_installed_says_why_and_ends_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "no folder").unwrap();
        let peers = Peers::install(&file.join("venv"));
        let song = Song { title: "none".into(), rate_hz: 44_100, stems: Vec::new() };
        for peer in [Peer::Matchering, Peer::Libsonare, Peer::LibsonareStems] {
            assert!(peers.missing(peer).is_some_and(|why| !why.is_empty()));
            let said = peers.master(peer, &song, None).expect_err("it is not there").to_string();
            assert!(said.starts_with("not installed: "), "{said}");
        }
    }

    #[test]
    fn one_song_is_no_reference_for_itself() {
        let peers = Peers { python: "python3".into(), missing: Vec::new() };
        let part = crate::song::Part {
            name: "a".into(),
            role: acetate_mastering::model::Role::Unknown,
            audio: Audio::silence(44_100, 2, 100),
        };
        let song = Song { title: "alone".into(), rate_hz: 44_100, stems: vec![part] };
        let said = peers.master(Peer::Matchering, &song, None).expect_err("no reference").to_string();
        assert!(said.contains("no reference"), "{said}");
    }
}
