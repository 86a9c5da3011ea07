use acetate_advisors::roles;
use acetate_files::{Delivery, DeliveryFile, StemReader};
use acetate_meters::MeterBank;
use acetate_model::{
    Audio, Brief, Place, Readings, SESSION_FORMAT, Session, Source, SourceInfo, SourceNote, Spec, Stem,
};
use rayon::prelude::*;

use crate::{Error, Options, Progress, progress::step};

/// The name under which the client's mix stands among the readings.
pub const MIX: &str = "mix";

/// Reads the whole delivery once and measures every stem, their sum, and the client's mix.
pub fn analyse(
    delivery: &Delivery,
    brief: &Brief,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Session, Error> {
    let names: Vec<&str> = delivery.stems.iter().map(|s| s.name.as_str()).collect();
    if let Some(unknown) = brief.roles.keys().find(|name| !names.contains(&name.as_str())) {
        let expected = format!("a stem's name under `roles`: {}", names.join(", "));
        return Err(Error::BadSetting { given: unknown.clone(), expected });
    }
    let mut session = options.in_pool(|| Analysis::open(delivery, options)?.run(brief, options, progress))?;
    session.passed_over =
        delivery.passed_over.iter().map(|p| format!("{}: {}", p.path.display(), p.reason)).collect();
    Ok(session)
}

struct Analysis {
    rate_hz: u32,
    stems: Vec<Listener>,
    mix: Option<Listener>,
    sum: MeterBank,
}

/// A file with its meters.
struct Listener {
    file: DeliveryFile,
    reader: StemReader,
    bank: MeterBank,
    block: Audio,
    frames: u64,
}

impl Analysis {
    fn open(delivery: &Delivery, options: &Options) -> Result<Self, Error> {
        let files: Vec<&DeliveryFile> = delivery.stems.iter().chain(&delivery.mix).collect();
        let rates: Vec<u32> = files
            .par_iter()
            .map(|file| Ok(acetate_files::open(&file.path)?.rate_hz()))
            .collect::<Result<_, Error>>()?;
        let rate_hz = rates[..delivery.stems.len()].iter().copied().max().unwrap_or(0);
        let spec = Spec::new(rate_hz, 2, options.block_frames);
        let listen = |file: &DeliveryFile| Listener::open(file, &spec);
        Ok(Self {
            rate_hz,
            stems: delivery.stems.iter().map(listen).collect::<Result<_, _>>()?,
            mix: delivery.mix.as_ref().map(listen).transpose()?,
            sum: MeterBank::new(&spec),
        })
    }

    fn run(mut self, brief: &Brief, options: &Options, progress: &dyn Progress) -> Result<Session, Error> {
        let length = self.stems.iter().filter_map(|s| s.reader.frames()).max();
        progress.begin("listening", length);
        let (mut now, mut next) = (Audio::silence(self.rate_hz, 2, 0), Audio::silence(self.rate_hz, 2, 0));
        let mut more = fill(&mut self.stems, &mut self.mix, options.block_frames, &mut now)?;
        while more {
            let Self { stems, mix, sum, .. } = &mut self;
            let (filled, ()) =
                rayon::join(|| fill(stems, mix, options.block_frames, &mut next), || hear(sum, &now));
            step(progress, now.frames())?;
            more = filled?;
            std::mem::swap(&mut now, &mut next);
        }
        self.finish(brief)
    }

    fn finish(mut self, brief: &Brief) -> Result<Session, Error> {
        let longest = self.stems.iter().map(|s| s.frames).max().unwrap_or(0);
        let mut readings = self.sum.readings(&Place::Master);
        for Listener { file, bank, .. } in &mut self.stems {
            let place = Place::stem(&file.name);
            let read = Readings(bank.readings(&place));
            file.role = roles::decide(brief, &file.name, std::mem::take(&mut file.role), &place, &read);
            readings.extend(read.0);
        }
        if let Some(mix) = &self.mix {
            readings.extend(mix.bank.readings(&Place::Bus(MIX.into())));
        }
        let stems =
            self.stems.into_par_iter().map(|s| s.into_stem(Some(longest))).collect::<Result<_, Error>>()?;
        Ok(Session {
            schema: None,
            format: SESSION_FORMAT,
            made_by: crate::made_by(),
            rate_hz: self.rate_hz,
            brief: brief.clone(),
            stems,
            mix: self.mix.map(|m| m.into_stem(None)).transpose()?,
            passed_over: Vec::new(),
            readings: Readings(readings),
            findings: Vec::new(),
            verdict: None,
            plan: Vec::new(),
            outcome: None,
        })
    }
}

/// Has every meter of a bank hear a block, side by side.
pub(crate) fn hear(bank: &mut MeterBank, block: &Audio) {
    bank.meters().into_par_iter().for_each(|meter| meter.push(block));
}

/// Reads a block of everything side by side and adds the stems up in their order; false at the end.
fn fill(
    stems: &mut [Listener],
    mix: &mut Option<Listener>,
    frames: usize,
    sum: &mut Audio,
) -> Result<bool, Error> {
    let all: Vec<&mut Listener> = stems.iter_mut().chain(mix).collect();
    all.into_par_iter().try_for_each(|listener| listener.hear(frames))?;
    let longest = stems.iter().map(|s| s.block.frames()).max().unwrap_or(0);
    acetate_render::add_up(&stems.iter().map(|s| &s.block), longest, sum);
    Ok(longest > 0)
}

impl Listener {
    fn open(file: &DeliveryFile, spec: &Spec) -> Result<Self, Error> {
        Ok(Self {
            reader: StemReader::new(acetate_files::open(&file.path)?, spec.rate_hz),
            bank: MeterBank::new(spec),
            block: Audio::silence(spec.rate_hz, 2, 0),
            frames: 0,
            file: file.clone(),
        })
    }

    fn hear(&mut self, frames: usize) -> Result<(), Error> {
        let read = self.reader.read(&mut self.block, frames)?;
        self.frames += read as u64;
        if read > 0 {
            hear(&mut self.bank, &self.block);
        }
        Ok(())
    }

    fn into_stem(self, longest: Option<u64>) -> Result<Stem, Error> {
        let mut source = self.reader.info();
        source.sha256 = acetate_files::sha256_file(&self.file.path)?;
        source.path = acetate_files::absolute(&self.file.path).display().to_string();
        note_padding(&mut source, longest.unwrap_or(self.frames) - self.frames);
        Ok(Stem::new(&self.file.name, self.file.role, source))
    }
}

fn note_padding(source: &mut SourceInfo, frames: u64) {
    if frames > 0 {
        source.notes.push(SourceNote::Padded { frames });
    }
}
