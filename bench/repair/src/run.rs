//! One flaw in one song, through one way of mastering.

use std::path::PathBuf;

use acetate_mastering::{
    Options, Silent, analyse, check, master,
    model::{Audio, Brief, Mode, Move, Place, Repair, Session, Verdict, VerdictChoice},
    plan, scan,
};
use anyhow::{Context, Result};

use crate::flaws::{Flaw, mains_hz};
use crate::peers::{Peer, Peers};
use crate::projection::{Fit, Stems};
use crate::scores::{Metric, errors, harm_db, hum_lines, late_ms, low_width_db, rest_db, turned};
use crate::song::{Song, read_file, write};

/// A way of mastering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The sum through the limiter alone: what nothing mends.
    Limited,
    /// Acetate with only the sum to touch.
    Stereo,
    /// Acetate with the stems to touch.
    Stems,
    /// Acetate as it decides.
    Auto,
    /// As it decides, beside the client's mix, with consent to put right what the export did.
    WithMix,
    /// As it decides, with another master of the clean song as reference.
    WithReference,
    /// Another program; Matchering gets the master of another song as reference.
    Peer(Peer),
    /// Matchering with another master of the clean song as reference.
    MatcheringWithReference,
}

impl Way {
    /// All of them, those of Acetate first.
    pub const ALL: [Self; 10] = [
        Self::Limited,
        Self::Stereo,
        Self::Stems,
        Self::Auto,
        Self::WithMix,
        Self::WithReference,
        Self::Peer(Peer::Matchering),
        Self::Peer(Peer::Libsonare),
        Self::Peer(Peer::LibsonareStems),
        Self::MatcheringWithReference,
    ];

    /// Whether it needs the peers.
    pub fn is_foreign(self) -> bool {
        matches!(self, Self::Peer(_) | Self::MatcheringWithReference)
    }

    /// Whether it is given what shows the clean song.
    pub fn is_told(self) -> bool {
        matches!(self, Self::WithMix | Self::WithReference | Self::MatcheringWithReference)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Limited => "sum and limiter",
            Self::Peer(Peer::Matchering) => "Matchering",
            Self::Peer(Peer::Libsonare) => "libsonare",
            Self::Peer(Peer::LibsonareStems) => "libsonare, stems",
            Self::MatcheringWithReference => "Matchering, with a master of it",
            Self::Stereo => "stereo",
            Self::Stems => "stems",
            Self::Auto => "auto",
            Self::WithMix => "auto, with the mix",
            Self::WithReference => "auto, with a master of it",
        }
    }

    fn brief(self) -> Brief {
        let mode = match self {
            Self::Stereo | Self::Limited => Mode::Stereo,
            Self::Stems => Mode::Stems,
            _ => Mode::Auto,
        };
        let repair = if self == Self::WithMix { Repair::ALL.to_vec() } else { Vec::new() };
        let lock = if self == Self::Limited { vec![Place::Master] } else { Vec::new() };
        Brief { mode, repair, lock, ..Brief::default() }
    }
}

/// What came out.
pub(crate) struct Mastered {
    pub audio: Audio,
    pub session: Option<Session>,
}

/// A clean song with all that is compared against it.
pub(crate) struct Clean {
    pub song: Song,
    pub stems: Stems,
    pub mix: Audio,
    /// Another master of it.
    pub reference: Audio,
    /// The master of another song.
    pub other: Audio,
    pub peers: Option<Peers>,
}

/// The master of a clean song that others are held against.
pub(crate) fn reference(song: &Song) -> Result<Audio> {
    Ok(acetate(song, Way::Stereo, None, None)?.audio)
}

impl Clean {
    pub fn new(song: Song, reference: Audio, other: Audio, peers: Option<Peers>) -> Self {
        let stems = Stems::new(&song.stems.iter().map(|s| &s.audio).collect::<Vec<_>>());
        Self { stems, mix: song.sum(), reference, other, peers, song }
    }

    /// Masters a delivery of this song.
    pub fn master(&self, song: &Song, way: Way) -> Result<Mastered> {
        let by = |peer, reference| {
            let peers = self.peers.as_ref().context("the peers are not installed")?;
            Ok(Mastered { audio: peers.master(peer, song, reference)?, session: None })
        };
        match way {
            Way::Peer(peer) => by(peer, &self.other),
            Way::MatcheringWithReference => by(Peer::Matchering, &self.reference),
            Way::WithMix => acetate(song, way, Some(&self.mix), None),
            Way::WithReference => acetate(song, way, None, Some(&self.reference)),
            _ => acetate(song, way, None, None),
        }
    }
}

/// Stems through Acetate, beside the client's mix or with a reference.
fn acetate(song: &Song, way: Way, mix: Option<&Audio>, reference: Option<&Audio>) -> Result<Mastered> {
    let folder = tempfile::tempdir()?;
    let (delivered, out) = (folder.path().join("stems"), folder.path().join("out"));
    std::fs::create_dir(&delivered)?;
    let paths = song.write(&delivered)?;
    let brief = brief(song, way, reference.map(|audio| (folder.path().join("reference.wav"), audio)))?;
    let mix_file = folder.path().join("mix.wav");
    if let Some(mix) = mix {
        write(&mix_file, mix)?;
    }
    let delivery = scan(&paths, mix.map(|_| mix_file.as_path()))?;
    let session = master(&delivery, &brief, &out, &Options { threads: 1, ..Options::default() }, &Silent)?;
    let file = out.join("master.wav");
    // a delivery that is refused is not mended
    let audio = if file.is_file() { read_file(&file)? } else { song.sum() };
    Ok(Mastered { audio, session: Some(session) })
}

/// What is asked for; roles are told.
fn brief(song: &Song, way: Way, reference: Option<(PathBuf, &Audio)>) -> Result<Brief> {
    let mut brief = way.brief();
    for stem in &song.stems {
        brief.roles.insert(stem.name.clone(), stem.role);
    }
    if let Some((path, audio)) = reference {
        write(&path, audio)?;
        brief.reference.push(path.display().to_string());
    }
    Ok(brief)
}

/// The verdict on a delivery, without rendering it.
pub(crate) fn verdict(song: &Song) -> Result<Option<Verdict>> {
    let folder = tempfile::tempdir()?;
    let delivery = scan(&song.write(folder.path())?, None)?;
    let options = Options { threads: 1, ..Options::default() };
    let mut session = analyse(&delivery, &brief(song, Way::Auto, None)?, &options, &Silent)?;
    check(&mut session);
    plan(&mut session)?;
    Ok(session.verdict)
}

/// One case and its scores.
pub(crate) struct Scored {
    pub flaw: &'static str,
    pub song: String,
    pub stem: String,
    pub level: f64,
    pub way: Way,
    /// What the plain sum shows of the flaw, and what this way leaves of it, in the unit of the metric.
    pub shown: f64,
    pub left: f64,
    /// RMS of what happened to the other stems, in dB.
    pub collateral_db: f64,
    pub choice: Option<VerdictChoice>,
    pub moves: Vec<String>,
}

impl Scored {
    /// 1 where nothing is left, 0 where all is, negative where it got worse.
    pub fn repaired(&self) -> f64 {
        (1.0 - self.left.abs() / self.shown.abs().max(1e-6)).clamp(-1.0, 1.0)
    }
}

/// A song without a flaw through one way.
pub(crate) struct Unflawed {
    pub song: String,
    pub way: Way,
    pub harm_db: f64,
    /// Stems that a move of over 1 dB was made on, of all.
    pub touched: [usize; 2],
    pub choice: Option<VerdictChoice>,
    pub moves: Vec<String>,
}

/// A clean song through one way: its fit, its audio, and what harm was done.
pub(crate) struct Baseline {
    pub way: Way,
    pub fit: Fit,
    pub audio: Audio,
    pub unflawed: Unflawed,
}

impl Baseline {
    pub fn of(clean: &Clean, way: Way) -> Result<Self> {
        let mastered = clean.master(&clean.song, way).with_context(|| clean.song.title.clone())?;
        let fit = clean.stems.fit(&mastered.audio);
        let plain = clean.stems.fit(&clean.mix);
        let touched = errors(&clean.stems, &fit, &plain);
        let over = touched.iter().filter(|e| e.level.abs() > 1.0).count();
        let unflawed = Unflawed {
            song: clean.song.title.clone(),
            way,
            harm_db: harm_db(&clean.stems, &fit),
            touched: [over, touched.len()],
            choice: choice(&mastered),
            moves: moves(&mastered),
        };
        Ok(Self { way, fit, audio: mastered.audio, unflawed })
    }
}

fn choice(mastered: &Mastered) -> Option<VerdictChoice> {
    mastered.session.as_ref()?.verdict.as_ref().map(|v| v.choice)
}

/// The moves, those that were taken back in brackets.
fn moves(mastered: &Mastered) -> Vec<String> {
    let name = |m: &Move| if m.standing.is_withdrawn() { format!("({})", m.id) } else { m.id.clone() };
    mastered.session.as_ref().map_or_else(Vec::new, |s| s.plan.iter().map(name).collect())
}

/// A flaw as it is put into a stem.
#[derive(Clone, Copy)]
pub(crate) struct Put {
    pub flaw: &'static Flaw,
    pub stem: usize,
    pub level: f64,
    /// Makes some flaws turn the other way.
    pub case: usize,
}

/// Flaws in stems of one song, through one way: what is shown and left of each.
pub(crate) fn score(clean: &Clean, base: &Baseline, put: &[Put]) -> Result<Vec<Scored>> {
    let mut song = clean.song.clone();
    for p in put {
        (p.flaw.inject)(&mut song.stems[p.stem], p.level, p.case);
    }
    let named = || put.iter().map(|p| p.flaw.id).collect::<Vec<_>>().join(" and ");
    let out = clean.master(&song, base.way).with_context(|| format!("{} {}", named(), song.title))?;
    let fit = clean.stems.fit(&out.audio);
    let plain = song.sum();
    let (of_plain, of_mix) = (clean.stems.fit(&plain), clean.stems.fit(&clean.mix));
    let others = errors(&clean.stems, &fit, &base.fit);
    let untouched = others.iter().enumerate().filter(|(n, _)| put.iter().all(|p| p.stem != *n));
    let squares: Vec<f64> = untouched.map(|(_, e)| e.total * e.total).collect();
    let collateral_db = (squares.iter().sum::<f64>() / (squares.len() as f64).max(1.0)).sqrt();
    let of = |p: &Put| Scored {
        flaw: p.flaw.id,
        song: song.title.clone(),
        stem: song.stems[p.stem].name.clone(),
        level: p.level,
        way: base.way,
        shown: left(clean, p, (&plain, &of_plain), (&clean.mix, &of_mix)),
        left: left(clean, p, (&out.audio, &fit), (&base.audio, &base.fit)),
        collateral_db,
        choice: choice(&out),
        moves: moves(&out),
    };
    let shows = |scored: &Scored, p: &Put| p.flaw.metric != Metric::Shape || scored.shown >= LEAST_SHOWN_DB;
    Ok(put
        .iter()
        .map(|p| (of(p), p))
        .filter(|(scored, p)| shows(scored, p))
        .map(|(scored, _)| scored)
        .collect())
}

/// A flaw that shows less than this in the plain sum is none that anyone hears: there was next to nothing to raise where it
/// was put. A quarter of the least change of level that is heard at all.
const LEAST_SHOWN_DB: f64 = 0.25;

/// How much of a flaw is in a file, re the clean one.
fn left(clean: &Clean, put: &Put, (audio, fit): (&Audio, &Fit), (before, base): (&Audio, &Fit)) -> f64 {
    let Put { flaw, stem, case, .. } = *put;
    let of = || errors(&clean.stems, fit, base).swap_remove(stem);
    match flaw.metric {
        Metric::Level => of().level,
        Metric::Shape => of().shape,
        Metric::Artefact => (rest_db(fit) - rest_db(base)).max(0.0),
        Metric::Ride => of().ride,
        Metric::Polarity => turned(&clean.stems, stem, fit, base),
        Metric::Delay => {
            let mut others = clean.song.clone();
            others.stems.remove(stem);
            let gain = clean.song.sum();
            let scale = (crate::flaws::power(before) / crate::flaws::power(&gain)).sqrt();
            late_ms(&clean.song.stems[stem].audio, audio, before, &others.sum(), scale)
        }
        Metric::LowWidth => (low_width_db(audio) - low_width_db(before)).max(0.0),
        Metric::Hum => {
            // both at the level that the clean song has
            let gain = (crate::flaws::power(before) / crate::flaws::power(&clean.mix)).sqrt();
            hum_lines(audio, before, mains_hz(case)) / gain
        }
    }
}
