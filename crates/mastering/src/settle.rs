//! The closed loop: the last stage of the plan is rendered until it keeps its promises.

use std::path::Path;

use acetate_files::{Scratch, ScratchReader};
use acetate_meters::MeterBank;
use acetate_model::{
    By, Db, Json, Kind, Move, Params, Place, Process, Quantity, Readings, Settings, Source, Spec, Standing,
    Worked,
};
use acetate_processors::{GainSettings, LimiterSettings, is_limiter, limiter_of};
use acetate_render::{Graph, Lane};

use crate::{
    Error, Options, Progress,
    forecast::{Envelope, Foretold},
    progress::step,
};

/// How often the last stage is rendered at most.
const PASSES: u32 = 5;
/// A miss of the loudness that is not worth another rendering.
const LANDED_LU: f64 = 0.02;
/// How far under its budget the mean reduction may stay.
const REDUCED_DB: f64 = 0.1;
/// A miss that the promise of a loudness allows.
const PROMISED_LU: f64 = 0.05;
/// Drives are rounded to this part of a decibel, so that a session holds short numbers.
const DRIVE_STEPS: f64 = 1000.0;
/// How often the forecast is asked for the drive.
const FORECASTS: usize = 24;

/// What the last stage works on, at the rate of its files.
pub(crate) struct Stage<'a> {
    pub(crate) bus: &'a dyn Fn() -> Box<dyn Source>,
    pub(crate) moves: &'a [Move],
    pub(crate) envelope: &'a Envelope,
    /// Where to begin, if an earlier rendering has found it.
    pub(crate) drive_db: Option<f64>,
    /// How far the limiter stays under the promised ceiling, for what is added behind it.
    pub(crate) margin_db: f64,
    /// Where there is no limiter: the true peak that the song is brought to.
    pub(crate) open_dbtp: Option<f64>,
    /// Where long audio is kept.
    pub(crate) folder: &'a Path,
}

/// The last stage, rendered.
pub(crate) struct Settled {
    pub(crate) audio: ScratchReader,
    /// The moves of the last stage, as they were rendered.
    pub(crate) moves: Vec<Move>,
    pub(crate) worked: Vec<Worked>,
    pub(crate) passes: u32,
    pub(crate) drive_db: Option<f64>,
    pub(crate) gave_way: Option<String>,
}

impl Stage<'_> {
    /// Renders until the loudness is as promised, or as near as the other promises allow.
    pub(crate) fn settle(&self, options: &Options, progress: &dyn Progress) -> Result<Settled, Error> {
        let Some((at, limiter)) = self.limiter() else {
            return self.open(options, progress);
        };
        let wish = Wish::of(&self.moves[at]);
        let mut goal = Goal::find(&wish, &limiter, self.envelope);
        let mut drive = self.drive_db.unwrap_or(goal.drive_db);
        for pass in 1.. {
            let moves = self.with_drive(at, &limiter, drive);
            let rendered = self.render(&moves, options, progress)?;
            goal.give_way_to(&wish, rendered.reduction_db);
            let next = goal.next_drive(drive, &rendered, |drive| self.envelope.behind(&limiter, drive));
            if next == drive || pass == PASSES {
                let gave_way = goal.gave_way(rendered.heard_lufs);
                return Ok(rendered.settled(moves, pass, Some(drive), gave_way));
            }
            drive = next;
        }
        unreachable!("the last pass returns")
    }

    /// Without a limiter: as it is, or with its highest peak where it is wanted.
    fn open(&self, options: &Options, progress: &dyn Progress) -> Result<Settled, Error> {
        let rendered = self.render(self.moves, options, progress)?;
        let Some((wanted, peak)) = self.open_dbtp.zip(rendered.peak_dbtp) else {
            return Ok(rendered.settled(self.moves.to_vec(), 1, None, None));
        };
        let level = GainSettings { gain_db: Db(wanted - self.margin_db - peak) };
        let moves: Vec<Move> = self.moves.iter().cloned().chain([own_move("master/level", &level)]).collect();
        let rendered = self.render(&moves, options, progress)?;
        Ok(rendered.settled(moves, 2, None, None))
    }

    fn limiter(&self) -> Option<(usize, LimiterSettings)> {
        let is_last =
            |m: &Move| is_limiter(&m.process.kind) && m.standing == Standing::Active && m.at == Place::Master;
        let at = self.moves.iter().rposition(is_last)?;
        let process = &self.moves[at].process;
        Some((at, limiter_of(&process.kind, &process.settings)?))
    }

    fn with_drive(&self, at: usize, limiter: &LimiterSettings, drive_db: f64) -> Vec<Move> {
        let mut moves = self.moves.to_vec();
        let ceiling_dbtp = limiter.ceiling_dbtp.0 - self.margin_db;
        let settings = &mut moves[at].process.settings;
        settings.insert("drive_db".into(), Json::from(drive_db));
        settings.insert("ceiling_dbtp".into(), Json::from(ceiling_dbtp));
        moves
    }

    fn render(&self, moves: &[Move], options: &Options, progress: &dyn Progress) -> Result<Rendered, Error> {
        let source = (self.bus)();
        let spec = Spec::new(source.rate_hz(), source.channels(), options.block_frames);
        progress.begin("limiting", source.frames());
        let mut audio = Scratch::new(spec.rate_hz, spec.channels, options.memory_bytes, self.folder);
        let meters = if self.open_dbtp.is_some() { &["loudness", "peak"][..] } else { &["loudness"] };
        let mut meters = MeterBank::only(&spec, meters);
        let lanes = vec![Lane { name: "bus".into(), source }];
        let mut graph = Graph::build(moves, lanes, options.shape())?;
        graph.run(|block| {
            audio.push(&block.main)?;
            meters.push(&block.main);
            step(progress, block.frames())
        })?;
        let heard = Readings(meters.readings(&Place::Master));
        let heard_lufs = heard.scalar(&Place::Master, Quantity::Integrated);
        let peak_dbtp = heard.scalar(&Place::Master, Quantity::TruePeak);
        let worked = graph.worked();
        let limiter = worked.last().and_then(|w| w.reductions.last());
        let reduction_db = limiter.map_or(0.0, |r| f64::from(r.mean_db));
        Ok(Rendered { audio: audio.into_reader(), heard_lufs, peak_dbtp, reduction_db, worked })
    }
}

/// One rendering of the last stage.
struct Rendered {
    audio: ScratchReader,
    heard_lufs: Option<f64>,
    peak_dbtp: Option<f64>,
    reduction_db: f64,
    worked: Vec<Worked>,
}

impl Rendered {
    fn settled(
        self,
        moves: Vec<Move>,
        passes: u32,
        drive_db: Option<f64>,
        gave_way: Option<String>,
    ) -> Settled {
        Settled { audio: self.audio, moves, worked: self.worked, passes, drive_db, gave_way }
    }
}

/// What the limiter's move promises.
struct Wish {
    loudness_lufs: Option<f64>,
    most_reduction_db: Option<f64>,
    least_plr_lu: Option<f64>,
}

impl Wish {
    fn of(limiter: &Move) -> Self {
        let within = |quantity| limiter.promises.iter().find(|p| p.quantity == quantity).map(|p| p.within);
        Self {
            loudness_lufs: within(Quantity::Integrated).map(|[low, high]| f64::midpoint(low, high)),
            most_reduction_db: within(Quantity::GainReduction).map(|[_, high]| high),
            least_plr_lu: within(Quantity::PeakToLoudness).map(|[low, _]| low),
        }
    }
}

/// What the loop aims at, after the promises were weighed against each other.
struct Goal {
    drive_db: f64,
    aim: Aim,
    wished_lufs: Option<f64>,
    /// Why the loudness stops short of the wish.
    short: Option<String>,
}

#[derive(Clone, Copy)]
enum Aim {
    /// The drive stays as it is.
    Nothing,
    Loudness(f64),
    /// Just under this mean reduction.
    Reduction(f64),
}

impl Goal {
    fn find(wish: &Wish, limiter: &LimiterSettings, envelope: &Envelope) -> Self {
        let as_is = Self {
            drive_db: limiter.drive_db.0,
            aim: Aim::Nothing,
            wished_lufs: wish.loudness_lufs,
            short: None,
        };
        let Some(wished) = wish.loudness_lufs else { return as_is };
        let Some(untouched) = envelope.behind(limiter, 0.0).integrated_lufs else {
            let short = Some(
                "the song is too short or too quiet to have a loudness; its level was left alone".into(),
            );
            return Self { drive_db: 0.0, short, ..as_is };
        };
        let open = wish.least_plr_lu.map_or(f64::INFINITY, |plr| limiter.ceiling_dbtp.0 - plr);
        let lufs = wished.min(open);
        let short = wish.least_plr_lu.filter(|_| lufs < wished);
        let short = short.map(|plr| format!("a peak to loudness ratio of {plr:.1} LU was to be kept"));
        let mut goal = Self { drive_db: 0.0, aim: Aim::Loudness(lufs), short, ..as_is };
        if (lufs - untouched).abs() > LANDED_LU {
            let foretold = |drive| envelope.behind(limiter, drive);
            goal.drive_db =
                rounded(root(lufs - untouched, |d| foretold(d).integrated_lufs.map(|f| f - lufs)));
            goal.give_way_to(wish, foretold(goal.drive_db).mean_reduction_db);
            if let Aim::Reduction(most) = goal.aim {
                goal.drive_db = rounded(root(goal.drive_db, |d| Some(foretold(d).mean_reduction_db - most)));
            }
        }
        goal
    }

    /// Where more is turned down than was promised, that promise is aimed at instead of the loudness.
    fn give_way_to(&mut self, wish: &Wish, reduction_db: f64) {
        let Some(most) = wish.most_reduction_db.filter(|most| reduction_db > *most) else { return };
        if let Aim::Loudness(_) = self.aim {
            self.aim = Aim::Reduction(most - REDUCED_DB / 2.0);
            self.short = Some(format!(
                "more would have had the limiter turn down by over {most:.1} dB on average; to go there all the \
                 same, set its drive_db by hand"
            ));
        }
    }

    /// The drive that closes what is missing, if the forecast is off by the same at both drives.
    fn next_drive(&self, drive_db: f64, heard: &Rendered, foretold: impl Fn(f64) -> Foretold) -> f64 {
        let here = foretold(drive_db);
        match (self.aim, heard.heard_lufs, here.integrated_lufs) {
            (Aim::Loudness(lufs), Some(heard), Some(here)) if (lufs - heard).abs() > LANDED_LU => {
                let miss = lufs - heard;
                rounded(root(drive_db + miss, |d| {
                    foretold(d).integrated_lufs.map(|there| there - here - miss)
                }))
            }
            (Aim::Reduction(most), ..) if (most - heard.reduction_db).abs() > REDUCED_DB / 2.0 => {
                let off = heard.reduction_db / here.mean_reduction_db.max(REDUCED_DB);
                rounded(root(drive_db, |d| Some(off * foretold(d).mean_reduction_db - most)))
            }
            _ => drive_db,
        }
    }

    fn gave_way(&self, heard: Option<f64>) -> Option<String> {
        let (short, wished) = (self.short.as_ref()?, self.wished_lufs?);
        Some(match heard {
            Some(heard) if (heard - wished).abs() <= PROMISED_LU => return None,
            Some(heard) => {
                format!("The loudness stopped at {heard:.1} LUFS instead of {wished:.1}: {short}.")
            }
            None => format!("The loudness of {wished:.1} LUFS was not aimed at: {short}."),
        })
    }
}

/// Where a rising function of the drive crosses zero, between the limits of the drive.
fn root(guess: f64, rising: impl Fn(f64) -> Option<f64>) -> f64 {
    let (mut low, mut high) = drive_range();
    let mut at = guess.clamp(low, high);
    for _ in 0..FORECASTS {
        let Some(over) = rising(at) else { break };
        if over.abs() < LANDED_LU / 10.0 {
            break;
        }
        if over > 0.0 {
            high = at;
        } else {
            low = at;
        }
        // one decibel of drive gives at most one of loudness: a step of that size is safe, else halve
        let step = at - over;
        at = if step > low && step < high { step } else { f64::midpoint(low, high) };
    }
    at
}

fn rounded(drive_db: f64) -> f64 {
    (drive_db * DRIVE_STEPS).round() / DRIVE_STEPS
}

fn drive_range() -> (f64, f64) {
    match LimiterSettings::PARAMS.iter().find(|p| p.name == "drive_db").map(|p| p.kind) {
        Some(Kind::Number { min, max, .. }) => (min, max),
        _ => (0.0, 0.0),
    }
}

/// A move of the program itself, outside the plan.
pub(crate) fn own_move<S: Settings>(id: &str, settings: &S) -> Move {
    Move {
        id: id.to_owned(),
        at: Place::Master,
        process: Process::new(S::ID, settings.to_map()),
        because: String::new(),
        evidence: Vec::new(),
        promises: Vec::new(),
        by: By::Advisor("delivery".into()),
        standing: Standing::Active,
    }
}
