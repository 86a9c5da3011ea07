use acetate_model::{Block, Move, Place, Processor, Reduction, Spec, Standing, Worked};

use crate::RenderError;

/// The processors of one place, in order.
pub struct Chain {
    links: Vec<Link>,
}

struct Link {
    id: String,
    processor: Box<dyn Processor>,
    worked: Vec<Sum>,
    frames: u64,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    db_frames: f64,
    max_db: f32,
}

impl Chain {
    /// Builds the active moves of a place.
    pub fn build<'a>(
        moves: impl IntoIterator<Item = &'a Move>,
        at: &Place,
        spec: &Spec,
    ) -> Result<Self, RenderError> {
        let links = moves
            .into_iter()
            .filter(|m| m.at == *at && m.standing == Standing::Active)
            .map(|m| Link::build(m, spec))
            .collect::<Result<_, _>>()?;
        Ok(Self { links })
    }

    /// By how many frames the whole chain is late.
    pub fn latency(&self) -> usize {
        self.links.iter().map(|l| l.processor.latency()).sum()
    }

    /// Works in place.
    pub fn process(&mut self, block: &mut Block) {
        for link in &mut self.links {
            link.process(block);
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

impl Link {
    fn build(m: &Move, spec: &Spec) -> Result<Self, RenderError> {
        let entry = acetate_processors::find(&m.process.kind).ok_or_else(|| {
            RenderError::UnknownProcessor { id: m.id.clone(), kind: m.process.kind.clone() }
        })?;
        let processor = (entry.build)(&m.process.settings, spec)
            .map_err(|error| RenderError::Setting { id: m.id.clone(), error: Box::new(error) })?;
        Ok(Self { id: m.id.clone(), processor, worked: Vec::new(), frames: 0 })
    }

    fn process(&mut self, block: &mut Block) {
        let frames = block.frames();
        self.processor.process(block);
        let reductions = self.processor.reductions();
        self.worked.resize(reductions.len(), Sum::default());
        for (sum, now) in self.worked.iter_mut().zip(reductions) {
            sum.db_frames += f64::from(now.mean_db) * frames as f64;
            sum.max_db = sum.max_db.max(now.max_db);
        }
        self.frames += frames as u64;
    }
}
