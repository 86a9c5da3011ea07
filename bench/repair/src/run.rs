//! One flaw in one song, through one way of mastering.

use std::path::PathBuf;

use acetate_mastering::{
    Options, Silent, analyse, check, master,
    model::{Audio, Brief, Session, Verdict, VerdictChoice},
    plan, scan,
};
use anyhow::{Context, Result};

use crate::align::levelled;
use crate::flaws::{Flaw, mains_hz};
use crate::masking::most_lost;
use crate::peers::Peers;
use crate::projection::{Fit, Stems};
use crate::scores::{Metric, errors, harm_db, hum_lines, late_ms, low_width_db, rest_db, turned};
use crate::song::{Song, read_file, write};
use crate::touched;
use crate::way::Way;

/// What came out, at the loudness at which all are compared.
pub(crate) struct Mastered {
    pub audio: Audio,
    pub session: Option<Session>,
}

/// A clean song with all that is compared against it.
pub(crate) struct Clean {
    pub song: Song,
    pub stems: Stems,
    pub mix: Audio,
    /// The mix as loud as all that is compared, and its fit.
    plain: (Audio, Fit),
    /// Another master of it.
    reference: Audio,
    /// The master of another song, where there is one.
    other: Option<Audio>,
    peers: Option<Peers>,
}

/// The master of a clean song that others are held against.
pub(crate) fn reference(song: &Song) -> Result<Audio> {
    Ok(acetate(song, Way::Stereo, None, None)?.audio)
}

impl Clean {
    pub fn new(song: Song, reference: Audio, other: Option<Audio>, peers: Option<Peers>) -> Self {
        let stems = Stems::new(&song.stems.iter().map(|s| &s.audio).collect::<Vec<_>>());
        let mix = song.sum();
        let plain = levelled(mix.clone());
        let plain = (stems.fit(&plain), plain);
        Self { stems, mix, plain: (plain.1, plain.0), reference, other, peers, song }
    }

    /// Masters a delivery of this song.
    pub fn master(&self, song: &Song, way: Way) -> Result<Mastered> {
        let mastered = match (way.peer(), way) {
            (Some(peer), _) => {
                let peers = self.peers.as_ref().context("not installed: no folder is named for the peers")?;
                let reference = if way.is_told() { Some(&self.reference) } else { self.other.as_ref() };
                Mastered { audio: peers.master(peer, song, reference)?, session: None }
            }
            (_, Way::WithMix) => acetate(song, way, Some(&self.mix), None)?,
            (_, Way::WithReference) => acetate(song, way, None, Some(&self.reference))?,
            _ => acetate(song, way, None, None)?,
        };
        Ok(Mastered { audio: levelled(mastered.audio), ..mastered })
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

/// What a case is: two ways are compared where they were asked about the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub flaw: &'static str,
    pub song: String,
    /// From mild to strong, by number.
    pub strength: usize,
    /// The stem, and for one of several flaws at a time which it is.
    pub of: String,
}

/// One case and its scores.
pub(crate) struct Scored {
    pub key: Key,
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
    /// By how much less the stem that lost most is heard among the others, as a change of its masked-to-unmasked ratio.
    pub masked: f64,
    /// Stems with a corrective move of over 1 dB: in the plan, where there is one; in the sound; and all.
    pub planned: Option<usize>,
    pub heard: usize,
    pub stems: usize,
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
        let mastered = clean.master(&clean.song, way)?;
        let fit = clean.stems.fit(&mastered.audio);
        let names = || clean.song.stems.iter().map(|stem| stem.name.as_str());
        let unflawed = Unflawed {
            song: clean.song.title.clone(),
            way,
            harm_db: harm_db(&clean.stems, &fit),
            masked: most_lost(&clean.stems, &fit, &clean.plain.1),
            planned: mastered.session.as_ref().map(|s| touched::by_plan(s, &clean.stems, names())),
            heard: touched::by_sound(&clean.stems, &fit, &clean.plain.1),
            stems: clean.stems.count(),
            choice: choice(&mastered),
            moves: moves(&mastered),
        };
        Ok(Self { way, fit, audio: mastered.audio, unflawed })
    }
}

fn choice(mastered: &Mastered) -> Option<VerdictChoice> {
    mastered.session.as_ref()?.verdict.as_ref().map(|v| v.choice)
}

fn moves(mastered: &Mastered) -> Vec<String> {
    mastered.session.as_ref().map_or_else(Vec::new, |s| s.plan.iter().map(|m| m.id.clone()).collect())
}

/// A flaw as it is put into a stem.
#[derive(Clone, Copy)]
pub(crate) struct Put {
    pub flaw: &'static Flaw,
    pub stem: usize,
    pub level: f64,
    /// The number of the level among those that are tried.
    pub strength: usize,
    /// Makes some flaws turn the other way.
    pub case: usize,
}

/// Flaws in stems of one song, through one way: what is shown and left of each.
pub(crate) fn score(clean: &Clean, base: &Baseline, put: &[Put]) -> Result<Vec<Scored>> {
    let mut song = clean.song.clone();
    for p in put {
        (p.flaw.inject)(&mut song.stems[p.stem], p.level, p.case);
    }
    let out = clean.master(&song, base.way)?;
    let fit = clean.stems.fit(&out.audio);
    let plain = levelled(song.sum());
    let of_plain = clean.stems.fit(&plain);
    let (mix, of_mix) = &clean.plain;
    let others = errors(&clean.stems, &fit, &base.fit);
    let untouched = others.iter().enumerate().filter(|(n, _)| put.iter().all(|p| p.stem != *n));
    let squares: Vec<f64> = untouched.map(|(_, e)| e.total * e.total).collect();
    let collateral_db = (squares.iter().sum::<f64>() / (squares.len() as f64).max(1.0)).sqrt();
    let of = |p: &Put| Scored {
        key: Key {
            flaw: p.flaw.id,
            song: song.title.clone(),
            strength: p.strength,
            of: song.stems[p.stem].name.clone(),
        },
        level: p.level,
        way: base.way,
        shown: left(clean, p, (&plain, &of_plain), (mix, of_mix)),
        left: left(clean, p, (&out.audio, &fit), (&base.audio, &base.fit)),
        collateral_db,
        choice: choice(&out),
        moves: moves(&out),
    };
    Ok(put.iter().map(of).collect())
}

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
