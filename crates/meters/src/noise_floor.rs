use acetate_model::{Audio, Meter, MeterEntry, Quantity, Value};

use crate::floor::Floor;
use crate::pauses::Pauses;
use crate::programme::lufs;

pub const ENTRY: MeterEntry = MeterEntry {
    id: "noise_floor",
    version: 1,
    about: "The steady noise that is left where a signal pauses: hiss of a microphone, an amplifier, a tape. \
            Of frames of 40 ms that are even in themselves and whose spectrum has no tones, the level at which most of \
            them lie, where hardly anything is softer but digital silence; K-weighted (BS.1770-5). \
            A tail that dies away passes through all levels, and a soft pad has tones. Not defined where nothing pauses.",
    quantities: &[Quantity::NoiseFloor, Quantity::NoiseFloorAt],
    build: |spec| Box::new(NoiseFloor { pauses: Pauses::new(spec.rate_hz) }),
};

const HOP_MS: f64 = 1000.0;
const NO_PAUSE: &str = "no pause in which a steady noise is heard";

struct NoiseFloor {
    pauses: Pauses,
}

impl Meter for NoiseFloor {
    fn push(&mut self, block: &Audio) {
        self.pauses.push(block);
    }

    fn read(&self) -> Vec<(Quantity, Value)> {
        let Pauses { levels_db, powers, noises, .. } = &self.pauses;
        let Some(floor) = Floor::of(levels_db, powers, noises) else {
            return ENTRY.quantities.iter().map(|&q| (q, Value::Undefined(NO_PAUSE.to_owned()))).collect();
        };
        let hop = |frame: usize| (frame as f64 * self.pauses.frame_ms() / HOP_MS) as usize;
        let level = lufs(floor.power);
        let mut values = vec![None; floor.frames.last().map_or(0, |&frame| hop(frame) + 1)];
        for &frame in &floor.frames {
            values[hop(frame)] = level.map(|db| db as f32);
        }
        vec![
            (Quantity::NoiseFloor, Value::scalar_or(level, NO_PAUSE)),
            (Quantity::NoiseFloorAt, Value::Timeline { start_ms: 0.0, hop_ms: HOP_MS, values }),
        ]
    }
}
