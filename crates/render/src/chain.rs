use acetate_model::{Audio, Block, Move, Place, Processor, Reduction, Spec, Standing, Worked};

use crate::{RenderError, align::Align};

/// The processors of one place, in order.
pub struct Chain {
    links: Vec<Link>,
}

struct Link {
    id: String,
    processor: Box<dyn Processor>,
    key: Option<Key>,
    worked: Vec<Sum>,
    frames: u64,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    db_frames: f64,
    max_db: f32,
}

impl Chain {
    /// No move at all.
    pub(crate) fn empty() -> Self {
        Self { links: Vec::new() }
    }

    /// Builds the active moves of a place. `keys` are the places whose audio comes with each block as keys, and what
    /// comes in is `late` frames behind them.
    pub fn build<'a>(
        moves: impl IntoIterator<Item = &'a Move>,
        at: &Place,
        spec: &Spec,
        keys: &[Place],
        late: usize,
    ) -> Result<Self, RenderError> {
        let mut chain = Self { links: Vec::new() };
        for m in moves.into_iter().filter(|m| m.at == *at && m.standing == Standing::Active) {
            let link = Link::build(m, spec, keys, late + chain.latency())?;
            chain.links.push(link);
        }
        Ok(chain)
    }

    /// By how many frames the whole chain is late.
    pub fn latency(&self) -> usize {
        self.links.iter().map(|l| l.processor.latency()).sum()
    }

    /// By how many frames what is behind each move is late.
    pub(crate) fn latencies(&self) -> impl Iterator<Item = usize> + '_ {
        self.links.iter().scan(0, |late, link| {
            *late += link.processor.latency();
            Some(*late)
        })
    }

    /// Works in place; `keys` are as long as the block.
    pub fn process(&mut self, block: &mut Block, keys: &[Audio]) {
        self.process_heard(block, keys, |_, _| {});
    }

    /// The same, with what is behind each move handed over.
    pub(crate) fn process_heard(
        &mut self,
        block: &mut Block,
        keys: &[Audio],
        mut hear: impl FnMut(usize, &Audio),
    ) {
        for (at, link) in self.links.iter_mut().enumerate() {
            link.process(block, keys);
            hear(at, &block.main);
        }
    }

    /// What the moves that turn down did, so far.
    pub fn worked(&self) -> impl Iterator<Item = Worked> + '_ {
        self.links.iter().filter(|l| !l.worked.is_empty()).map(|link| Worked {
            id: link.id.clone(),
            reductions: link
                .worked
                .iter()
                .map(|sum| Reduction {
                    mean_db: (sum.db_frames / link.frames.max(1) as f64) as f32,
                    max_db: sum.max_db,
                })
                .collect(),
        })
    }
}

/// Another signal that steers a processor, made as late as what the processor hears.
struct Key {
    at: usize,
    audio: Audio,
    align: Align,
}

impl Key {
    fn build(m: &Move, spec: &Spec, keys: &[Place], late: usize) -> Result<Option<Self>, RenderError> {
        let Some(place) = &m.process.key else { return Ok(None) };
        let at = keys.iter().position(|key| key == place).ok_or_else(|| RenderError::UnknownKey {
            id: m.id.clone(),
            key: place.to_string(),
            keys: keys.iter().map(Place::to_string).collect::<Vec<_>>().join(", "),
        })?;
        // what comes beside the stems brings their plain sum with it
        let channels = spec.channels * if matches!(place, Place::Bus(_)) { 2 } else { 1 };
        Ok(Some(Self {
            at,
            audio: Audio::silence(spec.rate_hz, channels, spec.max_frames),
            align: Align::new(late, channels, spec.max_frames),
        }))
    }
}

impl Link {
    fn build(m: &Move, spec: &Spec, keys: &[Place], late: usize) -> Result<Self, RenderError> {
        let entry = acetate_processors::find(&m.process.kind).ok_or_else(|| {
            RenderError::UnknownProcessor { id: m.id.clone(), kind: m.process.kind.clone() }
        })?;
        let refused = |error| RenderError::Setting { id: m.id.clone(), error: Box::new(error) };
        let settings = acetate_processors::settings_of(&m.process).map_err(refused)?;
        let processor = (entry.build)(&settings, spec).map_err(refused)?;
        let key = Key::build(m, spec, keys, late)?;
        Ok(Self { id: m.id.clone(), processor, key, worked: Vec::new(), frames: 0 })
    }

    fn process(&mut self, block: &mut Block, keys: &[Audio]) {
        let frames = block.frames();
        if let Some(key) = &mut self.key {
            key.audio.copy_from(&keys[key.at]);
            key.align.process(&mut key.audio);
            block.key = Some(std::mem::take(&mut key.audio));
            self.processor.process(block);
            key.audio = block.key.take().unwrap_or_default();
        } else {
            self.processor.process(block);
        }
        let reductions = self.processor.reductions();
        self.worked.resize(reductions.len(), Sum::default());
        for (sum, now) in self.worked.iter_mut().zip(reductions) {
            sum.db_frames += f64::from(now.mean_db) * frames as f64;
            sum.max_db = sum.max_db.max(now.max_db);
        }
        self.frames += frames as u64;
    }
}
