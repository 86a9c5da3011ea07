//! One flaw in one song, through one way of mastering.

use acetate_mastering::{
    Options, Silent, master,
    model::{Audio, Brief, Mode, Repair, Session, VerdictChoice},
    scan,
};
use anyhow::{Context, Result};

use crate::flaws::{Flaw, mains_hz};
use crate::projection::{Fit, Stems};
use crate::scores::{Metric, errors, harm_db, hum_lines, late_ms, low_width_db, rest_db, turned};
use crate::song::{Song, read_file, write};

/// A way of mastering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The sum, brought to a level: what nothing mends.
    Plain,
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
}

impl Way {
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "sum",
            Self::Stereo => "stereo",
            Self::Stems => "stems",
            Self::Auto => "auto",
            Self::WithMix => "auto, with the mix",
            Self::WithReference => "auto, with a master of it",
        }
    }

    fn brief(self) -> Brief {
        let mode = match self {
            Self::Stereo | Self::Plain => Mode::Stereo,
            Self::Stems => Mode::Stems,
            _ => Mode::Auto,
        };
        let repair = if self == Self::WithMix { Repair::ALL.to_vec() } else { Vec::new() };
        Brief { mode, repair, ..Brief::default() }
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
    pub reference: Audio,
}

impl Clean {
    pub fn new(song: Song) -> Result<Self> {
        let stems = Stems::new(&song.stems.iter().map(|s| &s.audio).collect::<Vec<_>>());
        let mix = song.sum();
        let mut clean = Self { stems, reference: mix.clone(), mix, song };
        clean.reference = clean.master(&clean.song, Way::Stereo)?.audio;
        Ok(clean)
    }

    /// Masters a delivery of this song.
    pub fn master(&self, song: &Song, way: Way) -> Result<Mastered> {
        if way == Way::Plain {
            return Ok(Mastered { audio: song.sum(), session: None });
        }
        let folder = tempfile::tempdir()?;
        let (delivered, out) = (folder.path().join("stems"), folder.path().join("out"));
        std::fs::create_dir(&delivered)?;
        let paths = song.write(&delivered)?;
        let mut brief = way.brief();
        for stem in &song.stems {
            brief.roles.insert(stem.name.clone(), stem.role);
        }
        let mix = folder.path().join("mix.wav");
        if way == Way::WithMix {
            write(&mix, &self.mix)?;
        }
        if way == Way::WithReference {
            let path = folder.path().join("reference.wav");
            write(&path, &self.reference)?;
            brief.reference.push(path.display().to_string());
        }
        let delivery = scan(&paths, (way == Way::WithMix).then_some(mix.as_path()))?;
        let session =
            master(&delivery, &brief, &out, &Options { threads: 1, ..Options::default() }, &Silent)?;
        let file = out.join("master.wav");
        // a delivery that is refused is not mended
        let audio = if file.is_file() { read_file(&file)? } else { song.sum() };
        Ok(Mastered { audio, session: Some(session) })
    }
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

fn moves(mastered: &Mastered) -> Vec<String> {
    mastered.session.as_ref().map_or_else(Vec::new, |s| s.plan.iter().map(|m| m.id.clone()).collect())
}

/// A flaw in one stem, through one way.
pub(crate) fn score(
    clean: &Clean,
    base: &Baseline,
    flaw: &Flaw,
    (stem, level, case): (usize, f64, usize),
) -> Result<Scored> {
    let mut song = clean.song.clone();
    (flaw.inject)(&mut song.stems[stem], level, case);
    let out = clean.master(&song, base.way).with_context(|| format!("{} {}", flaw.id, song.title))?;
    let fit = clean.stems.fit(&out.audio);
    let plain = song.sum();
    let (of_plain, of_mix) = (clean.stems.fit(&plain), clean.stems.fit(&clean.mix));
    let shown = left(clean, flaw, (stem, case), (&plain, &of_plain), (&clean.mix, &of_mix));
    let left = left(clean, flaw, (stem, case), (&out.audio, &fit), (&base.audio, &base.fit));
    let others = errors(&clean.stems, &fit, &base.fit);
    let squares: Vec<f64> =
        others.iter().enumerate().filter(|(n, _)| *n != stem).map(|(_, e)| e.total * e.total).collect();
    Ok(Scored {
        flaw: flaw.id,
        song: song.title.clone(),
        stem: song.stems[stem].name.clone(),
        level,
        way: base.way,
        shown,
        left,
        collateral_db: (squares.iter().sum::<f64>() / (squares.len() as f64).max(1.0)).sqrt(),
        choice: choice(&out),
        moves: moves(&out),
    })
}

/// How much of a flaw is in a file, re the clean one.
fn left(
    clean: &Clean,
    flaw: &Flaw,
    (stem, case): (usize, usize),
    (audio, fit): (&Audio, &Fit),
    (before, base): (&Audio, &Fit),
) -> f64 {
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
