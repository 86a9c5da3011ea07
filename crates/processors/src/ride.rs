use acetate_model::{Block, Db, Ms, Params, Processor, Settings, Spec, amplitude, eased};

/// How often the curve is looked up; in between the gain is a straight line.
const TILE_FRAMES: usize = 64;

/// Moves a fader over time, as written down: from each point to the next the gain goes as half a cosine, so it starts and
/// lands softly. Takes back the slow waver of a level, or rides a passage up or down, without hearing anything: the same
/// curve every time. Times count from the first frame of the song. Points at 0 dB change no bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct RideSettings {
    /// The points, in any order; before the first and after the last the gain stays where it is.
    #[param(max = 8192)]
    pub points: Vec<RidePoint>,
}

/// A point that the fader goes through.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct RidePoint {
    /// When; negative before the song begins.
    #[param(default = 0.0, range = -60_000.0..=86_400_000.0)]
    pub at_ms: Ms,
    /// How much louder, or softer where negative.
    #[param(default = 0.0, range = -6.0..=6.0, amount)]
    pub gain_db: Db,
}

impl Settings for RideSettings {
    const ID: &'static str = "ride";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "points": [
        { "at_ms": 0, "gain_db": 0 }, { "at_ms": 200, "gain_db": 2 }, { "at_ms": 700, "gain_db": -1.5 }
    ] }"#;
    type Processor = Ride;

    fn build(&self, spec: &Spec) -> Ride {
        let frames = |ms: f64| ms * spec.rate() / 1000.0;
        let mut points: Vec<(f64, f64)> =
            self.points.iter().map(|p| (frames(p.at_ms.0), p.gain_db.0)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let works = points.iter().any(|(_, gain_db)| *gain_db != 0.0);
        if !works {
            points.clear();
        }
        Ride { points, tile: 0, at: 0 }
    }
}

/// A gain over time.
pub struct Ride {
    // (frame, dB), rising
    points: Vec<(f64, f64)>,
    // the tile that is being passed, and how much of it was
    tile: u64,
    at: usize,
}

impl Ride {
    /// The factor at the edge of a tile.
    fn factor(&self, tile: u64) -> f64 {
        amplitude(eased(&self.points, (tile * TILE_FRAMES as u64) as f64))
    }
}

impl Processor for Ride {
    fn process(&mut self, block: &mut Block) {
        if self.points.is_empty() {
            return;
        }
        let (frames, mut from) = (block.frames(), 0);
        while from < frames {
            let to = frames.min(from + TILE_FRAMES - self.at);
            let (first, last) = (self.factor(self.tile), self.factor(self.tile + 1));
            let step = (last - first) / TILE_FRAMES as f64;
            for channel in block.signals().flat_map(|signal| &mut signal.channels) {
                for (n, x) in channel[from..to].iter_mut().enumerate() {
                    *x = (f64::from(*x) * (first + step * (self.at + n) as f64)) as f32;
                }
            }
            self.at += to - from;
            if self.at == TILE_FRAMES {
                (self.tile, self.at) = (self.tile + 1, 0);
            }
            from = to;
        }
    }

    fn reset(&mut self) {
        (self.tile, self.at) = (0, 0);
    }

    fn latency(&self) -> usize {
        0
    }
}
