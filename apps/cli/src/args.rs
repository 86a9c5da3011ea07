use std::path::{Path, PathBuf};

use acetate_mastering::model::{Amount, Brief, Dbtp, Intent, Json, Lufs, Mode, Place, Repair, Strength};
use acetate_mastering::{Error, Options, parse_setting, read_brief};
use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};

use crate::delivering::Delivering;

/// Masters a song from its stems.
///
/// Give it a folder or ZIP of stems, some files, or one stereo mix. It checks what came in, decides on a few small
/// moves with measured reasons, renders them, verifies the finished files and reports.
#[derive(Parser)]
#[command(name = "acetate", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const EXAMPLES: &str = "Examples:
  acetate demo -o out/                       compose a short song and master it
  acetate master song/ -o out/               a folder of stems: drums.wav bass.wav vocals.wav …
  acetate master vocal.flac music.flac -o out/ --intent loud
  acetate master mix.wav -o out/             one stereo file: traditional mastering

Exit codes: 0 done and every promise held; 1 done but a promise failed, or the delivery was rejected;
2 wrong usage or unreadable input.";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Master a song: check, decide, render, verify, report
    #[command(
        after_help = "Example:\n  acetate master song/ -o out/ --intent balanced --set master/limiter.ceiling_dbtp=-1.2"
    )]
    Master {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        wish: Wish,
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        how: How,
    },
    /// Compose a short four-stem song and master it
    #[command(
        after_help = "Example:\n  acetate demo -o out/        # stems in out/song/, the master and the report in out/"
    )]
    Demo {
        #[command(flatten)]
        wish: Wish,
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        how: How,
    },
    /// Say what was found in a delivery
    #[command(
        after_help = "Example:\n  acetate check song/ --mix song/mix.wav\n  acetate check song.zip --letter    # what to write to the client"
    )]
    Check {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        about: About,
        /// Print a message to the client instead: what must be sent again, what was put right
        #[arg(long, conflicts_with_all = ["json", "quiet"])]
        letter: bool,
        #[command(flatten)]
        how: How,
    },
    /// Print the guide to send before: how stems should be exported
    #[command(after_help = "Example:\n  acetate stems-guide > how-to-send-stems.md")]
    StemsGuide,
    /// Measure every stem and their sum
    #[command(after_help = "Example:\n  acetate analyse song/ --json")]
    Analyse {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        how: How,
    },
    /// Write a session with the moves that would be made, to be edited and rendered
    ///
    /// Given a session instead of stems, it plans again from what was measured: moves of a person and muted moves are
    /// kept, and the flags stand above the brief in the session.
    #[command(
        after_help = "Examples:\n  acetate plan song/ -o session.json && acetate render session.json -o out/\n  acetate plan session.json --mute master/width --scale master/tone=0.5    # plan again, without listening again\n  acetate plan song/ --alternatives 3    # session.json, session.gentle.json and session.bold.json"
    )]
    Plan {
        #[command(flatten)]
        input: Input,
        #[command(flatten)]
        wish: Wish,
        /// The session to write
        #[arg(short, long, value_name = "FILE", default_value = "session.json")]
        output: PathBuf,
        /// How many proposals to write: with 2 a gentle one beside the plan, with 3 a bold one as well
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole::<1, 3>, conflicts_with = "strength")]
        alternatives: usize,
        /// Replace a session that is there
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        how: How,
    },
    /// Render a session as it stands
    #[command(after_help = "Example:\n  acetate render session.json -o out/")]
    Render {
        /// The session
        session: PathBuf,
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        how: How,
    },
    /// Hand over a mastered song: stems, versions and formats, from its session
    #[command(
        after_help = "Examples:\n  acetate deliver out/ -o handover/ --deliver streaming,cd,stems\n  acetate deliver out/ -o handover/ --versions instrumental,a-cappella,vocals+1:limited\n  acetate deliver out/ -o handover/ --deliver dj --artist Zoë --isrc US-RC1-76-07839 --cover cover.jpg"
    )]
    Deliver {
        /// The session, or the folder that it lies in
        #[arg(value_name = "SESSION_OR_FOLDER")]
        session: PathBuf,
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        delivering: Delivering,
        #[command(flatten)]
        how: How,
    },
    /// Measure delivered files again and compare them with what was promised
    #[command(after_help = "Example:\n  acetate verify out/")]
    Verify {
        /// The folder of a master
        folder: PathBuf,
        #[command(flatten)]
        how: How,
    },
    /// Write the report of a master anew from its session, and print it
    #[command(after_help = "Example:\n  acetate report out/")]
    Report {
        /// The folder of a master
        folder: PathBuf,
    },
    /// Say what a move of a session does, why, what it rests on, and how to change it
    #[command(
        after_help = "Examples:\n  acetate why master/tone              # of session.json here\n  acetate why master/limiter out/      # of a finished master"
    )]
    Why {
        /// The move's id
        #[arg(value_name = "MOVE")]
        id: String,
        /// The session, or the folder that it lies in
        #[arg(value_name = "SESSION_OR_FOLDER", default_value = ".")]
        session: PathBuf,
        /// Print one JSON object and nothing else
        #[arg(long)]
        json: bool,
    },
    /// Say what a processor, meter, check, advisor or quantity does
    #[command(after_help = "Example:\n  acetate explain limiter")]
    Explain {
        /// Its name, as `acetate list` prints it
        name: String,
    },
    /// List what there is
    #[command(after_help = "Example:\n  acetate list processors")]
    List {
        /// What to list
        #[arg(value_parser = PossibleValuesParser::new(crate::explain::KINDS))]
        what: String,
    },
    /// Print the JSON schema of a session or brief
    #[command(after_help = "Example:\n  acetate schema > session.schema.json")]
    Schema {
        /// Of what
        #[arg(value_parser = ["session", "brief"], default_value = "session")]
        of: String,
    },
    /// Print completions for a shell
    #[command(after_help = "Example:\n  acetate completions zsh > ~/.zfunc/_acetate")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  acetate man | man -l -")]
    Man,
}

impl Verb {
    /// Whether the result is asked for as JSON.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Master { how, .. }
            | Self::Demo { how, .. }
            | Self::Check { how, .. }
            | Self::Analyse { how, .. }
            | Self::Plan { how, .. }
            | Self::Render { how, .. }
            | Self::Deliver { how, .. }
            | Self::Verify { how, .. } => how.json,
            Self::Why { json, .. } => *json,
            _ => false,
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct Input {
    /// A folder or ZIP archive of stems, the files, or one file that holds several stems
    #[arg(required = true, value_name = "STEMS")]
    pub(crate) stems: Vec<PathBuf>,
    /// The client's stereo mix, for comparison; a file named `mix` in the folder is taken as such
    #[arg(long, value_name = "FILE")]
    pub(crate) mix: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Output {
    /// The folder to write to
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
    /// Replace a master that is there
    #[arg(long)]
    pub(crate) force: bool,
}

/// What is known of a delivery besides its files.
#[derive(clap::Args)]
pub(crate) struct About {
    /// What may be mended by consent: stems moved to their place, turned over, the mix bus done again
    #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(Repair::ALL.map(Repair::name)))]
    repair: Vec<String>,
    /// The song's title
    #[arg(long)]
    title: Option<String>,
    /// A brief in TOML; flags stand above it
    #[arg(long, value_name = "FILE")]
    brief: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Wish {
    #[command(flatten)]
    about: About,
    /// How loud, by purpose: −16, −14, −12, −10, −8.5 LUFS [default: streaming]
    #[arg(long, value_parser = PossibleValuesParser::new(Intent::ALL.map(Intent::name)))]
    intent: Option<String>,
    /// How loud, as a number
    #[arg(long, value_name = "LUFS", allow_negative_numbers = true, value_parser = between::<-40, 0>)]
    loudness: Option<f64>,
    /// The highest true peak [default: -1]
    #[arg(long, value_name = "DBTP", allow_negative_numbers = true, value_parser = between::<-20, 0>)]
    ceiling: Option<f64>,
    /// Whether stems are touched before the sum [default: auto]
    #[arg(long, value_parser = ["auto", "stereo", "stems"])]
    mode: Option<String>,
    /// How far the moves go: half, as planned, half as much again [default: planned]
    #[arg(long, value_parser = PossibleValuesParser::new(Strength::ALL.map(Strength::name)))]
    strength: Option<String>,
    /// A mastered song to sound like; repeatable. Its loudness is asked for unless one is given
    #[arg(long, value_name = "FILE")]
    reference: Vec<String>,
    /// A setting by hand, like master/limiter.ceiling_dbtp=-1.2; repeatable
    #[arg(long, value_name = "MOVE.SETTING=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// How much of a move is done, from 0 to 2, like master/tone=0.5; repeatable
    #[arg(long, value_name = "MOVE=AMOUNT", value_parser = scale)]
    scale: Vec<(String, f64)>,
    /// A move that shall not be made, like master/tone; repeatable
    #[arg(long, value_name = "MOVE")]
    mute: Vec<String>,
    /// A place at which no advisor makes a move, like stem/vocals; of master, only the limiter stays; repeatable
    #[arg(long, value_name = "PLACE")]
    lock: Vec<Place>,
    #[command(flatten)]
    delivering: Delivering,
}

fn between<const LOW: i32, const HIGH: i32>(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (f64::from(LOW)..=f64::from(HIGH)).contains(&value) => Ok(value),
        _ => Err(format!("expected a number from {LOW} to {HIGH}")),
    }
}

fn scale(text: &str) -> Result<(String, f64), String> {
    let [low, high] = Amount::RANGE;
    let bad = |found: &str| {
        format!(
            "expected MOVE=AMOUNT with an amount from {low} to {high}, like master/tone=0.5, found `{found}`"
        )
    };
    let (id, amount) = text.rsplit_once('=').ok_or_else(|| bad(text))?;
    match amount.trim().parse::<f64>() {
        Ok(amount) if (low..=high).contains(&amount) => Ok((id.trim().to_owned(), amount)),
        _ => Err(bad(amount)),
    }
}

impl About {
    /// The brief that the file and the flags make together.
    pub(crate) fn brief(&self) -> Result<Brief, Error> {
        self.over(Brief::default())
    }

    /// The same where there is a brief already; a file stands in its place.
    fn over(&self, before: Brief) -> Result<Brief, Error> {
        let mut brief = self.brief.as_deref().map(read_brief).transpose()?.unwrap_or(before);
        let asked = |repair: &Repair| self.repair.iter().any(|name| name == repair.name());
        add(&mut brief.repair, &Repair::ALL.into_iter().filter(asked).collect::<Vec<_>>());
        brief.title = self.title.clone().or(brief.title);
        Ok(brief)
    }
}

impl Wish {
    /// The brief that the file and the flags make together.
    pub(crate) fn brief(&self) -> Result<Brief, Error> {
        self.over(Brief::default())
    }

    /// The file that the brief came from.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.about.brief.as_deref()
    }

    /// The same where there is a brief already.
    pub(crate) fn over(&self, before: Brief) -> Result<Brief, Error> {
        let mut brief = self.about.over(before)?;
        if let Some(name) = &self.intent {
            brief.intent = Intent::ALL.into_iter().find(|i| i.name() == name).unwrap_or_default();
            brief.loudness_lufs = None;
        }
        brief.loudness_lufs = self.loudness.map(Lufs).or(brief.loudness_lufs);
        brief.ceiling_dbtp = self.ceiling.map_or(brief.ceiling_dbtp, Dbtp);
        brief.mode = match self.mode.as_deref() {
            Some("stereo") => Mode::Stereo,
            Some("stems") => Mode::Stems,
            Some(_) => Mode::Auto,
            None => brief.mode,
        };
        let strength = Strength::ALL.into_iter().find(|s| self.strength.as_deref() == Some(s.name()));
        brief.strength = strength.unwrap_or(brief.strength);
        let settings: Vec<(String, Json)> =
            self.set.iter().map(|s| parse_setting(s)).collect::<Result<_, _>>()?;
        brief.set.extend(settings);
        add(&mut brief.reference, &self.reference);
        brief.scale.extend(self.scale.iter().cloned());
        add(&mut brief.mute, &self.mute);
        add(&mut brief.lock, &self.lock);
        self.delivering.over(brief)
    }
}

/// Adds what is not there yet.
pub(crate) fn add<T: PartialEq + Clone>(list: &mut Vec<T>, more: &[T]) {
    for new in more {
        if !list.contains(new) {
            list.push(new.clone());
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct How {
    /// Threads; 0 takes as many as there are processors
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<0, 256>)]
    threads: usize,
    /// Frames in each block; changes no sample
    #[arg(long, value_name = "FRAMES", default_value_t = Options::default().block_frames, hide = true,
          value_parser = whole::<1, 1_048_576>)]
    block: usize,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing but errors
    #[arg(long)]
    pub(crate) quiet: bool,
}

impl How {
    pub(crate) fn options(&self, force: bool) -> Options {
        Options { threads: self.threads, block_frames: self.block, force, ..Options::default() }
    }
}

fn whole<const LOW: usize, const HIGH: usize>(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(value) if (LOW..=HIGH).contains(&value) => Ok(value),
        _ => Err(format!("expected a whole number from {LOW} to {HIGH}")),
    }
}
