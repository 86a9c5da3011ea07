//! Songs that the master shall sound like.

use std::path::{Path, PathBuf};

use acetate_files::{StemFile, StemReader};
use acetate_meters::MeterBank;
use acetate_model::{
    Audio, Intent, Lufs, Place, Quantity, Reading, Role, RoleBy, RoleGuess, Session, Source, Spec, Stem,
};

use crate::{Error, Options, Progress, analyse, progress::step};

/// A shorter reference says too little about how a song sounds.
const SHORTEST_S: f64 = 10.0;

/// Reads the brief's references into the session. Where the brief names no loudness, theirs is asked for.
pub(crate) fn hear(session: &mut Session, options: &Options, progress: &dyn Progress) -> Result<(), Error> {
    let paths = session.brief.reference.clone();
    for (number, path) in paths.iter().enumerate() {
        let path = Path::new(path);
        let (stem, readings) = hear_one(path, number, session.rate_hz, options, progress)?;
        let own = session.stems.iter().chain(&session.mix).find(|s| s.source.sha256 == stem.source.sha256);
        if let Some(own) = own {
            return Err(unfit(
                path,
                format!("the file of `{}`, which is to be mastered", own.name),
                "give another song, or another master of this one",
            ));
        }
        session.references.push(stem);
        session.readings.0.extend(readings);
    }
    let brief = &mut session.brief;
    if brief.loudness_lufs.is_none() && brief.intent == Intent::default() {
        let heard = (0..paths.len())
            .filter_map(|n| session.readings.scalar(&Place::reference(n), Quantity::Integrated));
        let heard: Vec<f64> = heard.collect();
        if !heard.is_empty() {
            let mean = heard.iter().sum::<f64>() / heard.len() as f64;
            brief.loudness_lufs = Some(Lufs(libm::round(mean * 10.0) / 10.0));
        }
    }
    Ok(())
}

fn hear_one(
    path: &Path,
    number: usize,
    rate_hz: u32,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(Stem, Vec<Reading>), Error> {
    let file = StemFile::whole(path);
    let mut reader = StemReader::new(file.open()?, rate_hz);
    let spec = Spec::new(rate_hz, 2, options.block_frames);
    let (mut bank, mut block) = (MeterBank::new(&spec), Audio::silence(rate_hz, 2, 0));
    progress.begin("listening to the reference", reader.frames());
    let mut frames = 0;
    loop {
        let read = reader.read(&mut block, options.block_frames)?;
        if read == 0 {
            break;
        }
        frames += read;
        analyse::hear(&mut bank, &block);
        step(progress, read)?;
    }
    let seconds = frames as f64 / f64::from(rate_hz);
    let place = Place::reference(number);
    let readings = bank.readings(&place);
    let is_loud = readings
        .iter()
        .any(|r| r.quantity == Quantity::Integrated && matches!(r.value, acetate_model::Value::Scalar(_)));
    if seconds < SHORTEST_S {
        let found = format!("{seconds:.1} s of sound");
        return Err(unfit(path, found, "give at least ten seconds, better the whole song"));
    }
    if !is_loud {
        return Err(unfit(path, "silence".into(), "check that it is the right file"));
    }
    let mut source = reader.info();
    file.identify(&mut source)?;
    let guess = RoleGuess {
        role: Role::Mix,
        by: RoleBy::Brief,
        confidence: 1.0,
        because: "given as reference".into(),
    };
    let name = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    Ok((Stem::new(&name, guess, source), readings))
}

fn unfit(path: &Path, found: String, hint: &'static str) -> Error {
    Error::Reference { path: PathBuf::from(path), found, hint }
}
