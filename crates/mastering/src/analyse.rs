use acetate_advisors::roles;
use acetate_files::{Delivery, DeliveryFile, Reader, StemReader};
use acetate_meters::{ComparisonBank, MeterBank};
use acetate_model::{
    Audio, Brief, Ensemble, Place, Reading, Readings, SESSION_FORMAT, Session, Source, SourceInfo,
    SourceNote, Spec, Stem,
};
use rayon::prelude::*;

use crate::{Compared, Error, Options, Progress, null_test, progress::step, reference};

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
    options.in_pool(|| reference::hear(&mut session, options, progress))?;
    session.passed_over = delivery.passed_over_lines();
    Ok(session)
}

struct Analysis {
    rate_hz: u32,
    /// The stems, then the mix.
    inputs: Vec<Input>,
    stems: usize,
    ears: Ears,
}

/// A file that is being read.
struct Input {
    file: DeliveryFile,
    reader: StemReader,
    frames: u64,
}

/// All that listens.
struct Ears {
    /// One bank for each input.
    banks: Vec<MeterBank>,
    sum: MeterBank,
    comparisons: ComparisonBank,
}

/// One block of every input, and the plain sum of the stems.
struct Blocks {
    inputs: Vec<Audio>,
    sum: Audio,
}

impl Analysis {
    fn open(delivery: &Delivery, options: &Options) -> Result<Self, Error> {
        let files: Vec<&DeliveryFile> = delivery.stems.iter().chain(&delivery.mix).collect();
        let readers: Vec<Reader> =
            files.par_iter().map(|file| Ok(file.file.open()?)).collect::<Result<_, Error>>()?;
        let stems = delivery.stems.len();
        let rate_hz = readers[..stems].iter().map(Source::rate_hz).max().unwrap_or(0);
        let spec = Spec::new(rate_hz, 2, options.block_frames);
        let places: Vec<Place> = delivery.stems.iter().map(|s| Place::stem(&s.name)).collect();
        Ok(Self {
            rate_hz,
            ears: Ears {
                banks: files.iter().map(|_| MeterBank::new(&spec)).collect(),
                sum: MeterBank::new(&spec),
                comparisons: ComparisonBank::new(&spec, &places),
            },
            inputs: files
                .into_iter()
                .zip(readers)
                .map(|(file, reader)| Input::new(file, reader, rate_hz))
                .collect(),
            stems,
        })
    }

    fn run(mut self, brief: &Brief, options: &Options, progress: &dyn Progress) -> Result<Session, Error> {
        let length = self.inputs[..self.stems].iter().filter_map(|s| s.reader.frames()).max();
        progress.begin("listening", length);
        let (mut now, mut next) = (self.empty(), self.empty());
        let mut more = now.fill(&mut self.inputs, self.stems, options.block_frames)?;
        while more {
            let Self { inputs, stems, ears, .. } = &mut self;
            let (filled, ()) =
                rayon::join(|| next.fill(inputs, *stems, options.block_frames), || ears.hear(&now, *stems));
            step(progress, now.sum.frames())?;
            more = filled?;
            std::mem::swap(&mut now, &mut next);
        }
        self.finish(brief, options, progress)
    }

    fn empty(&self) -> Blocks {
        let silence = Audio::silence(self.rate_hz, 2, 0);
        Blocks { inputs: vec![silence.clone(); self.inputs.len()], sum: silence }
    }

    fn finish(mut self, brief: &Brief, options: &Options, progress: &dyn Progress) -> Result<Session, Error> {
        let mut mix = self.inputs.split_off(self.stems).pop();
        let longest = self.inputs.iter().map(|s| s.frames).max().unwrap_or(0);
        let mut readings = self.ears.sum.readings(&Place::Master);
        let mut banks = self.ears.banks.iter();
        for (Input { file, .. }, bank) in self.inputs.iter_mut().zip(&mut banks) {
            let place = Place::stem(&file.name);
            let read = Readings(bank.readings(&place));
            file.role = roles::decide(brief, &file.name, std::mem::take(&mut file.role), &place, &read);
            readings.extend(read.0);
        }
        readings.extend(banks.flat_map(|of_mix| of_mix.readings(&Place::Bus(MIX.into()))));
        readings.extend(self.ears.comparisons.readings());
        let mut readings = Readings(readings);
        if let Some(mix) = &mut mix {
            let compared = self.compare(mix, &readings, options, progress)?;
            readings.0.extend(compared);
        }
        let stems =
            self.inputs.into_par_iter().map(|s| s.into_stem(Some(longest))).collect::<Result<_, Error>>()?;
        Ok(Session {
            schema: None,
            format: SESSION_FORMAT,
            made_by: crate::made_by(),
            rate_hz: self.rate_hz,
            brief: brief.clone(),
            stems,
            mix: mix.map(|m| m.into_stem(None)).transpose()?,
            references: Vec::new(),
            passed_over: Vec::new(),
            readings,
            findings: Vec::new(),
            acceptance: None,
            verdict: None,
            plan: Vec::new(),
            outcome: None,
        })
    }
}

impl Analysis {
    /// Reads everything once more, for the null test.
    fn compare(
        &mut self,
        mix: &mut Input,
        heard: &Readings,
        options: &Options,
        progress: &dyn Progress,
    ) -> Result<Vec<Reading>, Error> {
        let stems = self.inputs.iter_mut();
        let mut stems: Vec<Compared> =
            stems.map(|s| (Place::stem(&s.file.name), &mut s.reader as &mut dyn Source)).collect();
        null_test(&mut stems, &mut mix.reader, heard, options, progress)
    }
}

impl Ears {
    /// Hears a block with everything side by side.
    fn hear(&mut self, blocks: &Blocks, stems: usize) {
        let Self { banks, sum, comparisons } = self;
        let ensemble = Ensemble { stems: &blocks.inputs[..stems], sum: &blocks.sum };
        let compare = || comparisons.comparisons().into_par_iter().for_each(|one| one.push(&ensemble));
        let of_inputs =
            || banks.par_iter_mut().zip(&blocks.inputs).for_each(|(bank, block)| hear(bank, block));
        rayon::join(of_inputs, || rayon::join(compare, || hear(sum, &blocks.sum)));
    }
}

pub(crate) fn hear(bank: &mut MeterBank, block: &Audio) {
    if block.frames() > 0 {
        bank.meters().into_par_iter().for_each(|meter| meter.push(block));
    }
}

impl Blocks {
    /// Reads a block of every input side by side and adds the stems up in their order; false at the end.
    fn fill(&mut self, inputs: &mut [Input], stems: usize, frames: usize) -> Result<bool, Error> {
        inputs
            .par_iter_mut()
            .zip(&mut self.inputs)
            .try_for_each(|(input, block)| input.read(block, frames))?;
        let longest = self.inputs[..stems].iter().map(Audio::frames).max().unwrap_or(0);
        acetate_render::add_up(&self.inputs[..stems].iter(), longest, &mut self.sum);
        Ok(longest > 0)
    }
}

impl Input {
    fn new(file: &DeliveryFile, reader: Reader, rate_hz: u32) -> Self {
        Self { file: file.clone(), reader: StemReader::new(reader, rate_hz), frames: 0 }
    }

    fn read(&mut self, block: &mut Audio, frames: usize) -> Result<(), Error> {
        self.frames += self.reader.read(block, frames)? as u64;
        Ok(())
    }

    fn into_stem(self, longest: Option<u64>) -> Result<Stem, Error> {
        let mut source = self.reader.info();
        self.file.file.identify(&mut source)?;
        note_padding(&mut source, longest.unwrap_or(self.frames) - self.frames);
        Ok(Stem::new(&self.file.name, self.file.role, source))
    }
}

fn note_padding(source: &mut SourceInfo, frames: u64) {
    if frames > 0 {
        source.notes.push(SourceNote::Padded { frames });
    }
}
