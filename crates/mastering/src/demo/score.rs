//! What is played: A minor, four bars of verse, five of chorus, a last chord.

/// Beats per minute.
const TEMPO: f64 = 96.0;
const BEATS_PER_BAR: usize = 4;
/// How long the last chord rings after its bar.
const TAIL_SECONDS: f64 = 1.5;

/// Seconds in a beat.
pub(super) const BEAT: f64 = 60.0 / TEMPO;

/// One bar: its bass note, its chord as MIDI keys, and what the drums do.
pub(super) struct Bar {
    pub root: u8,
    pub chord: [u8; 4],
    pub groove: &'static Groove,
}

/// Sixteen steps of a bar for each drum: `X` loud, `x` ordinary, `o` soft, `.` none.
pub(super) struct Groove {
    pub kick: &'static str,
    pub snare: &'static str,
    pub hat: &'static str,
    pub open_hat: &'static str,
    pub crash: &'static str,
    /// Steps of the bass: `x` the root, `o` the root an octave up.
    pub bass: &'static str,
    /// Steps of the chords.
    pub keys: &'static str,
}

const VERSE: Groove = Groove {
    kick: "X.....x.x.......",
    snare: "....x.......x...",
    hat: "x.o.x.o.x.o.x.o.",
    open_hat: "................",
    crash: "................",
    bass: "x.....x.x.....o.",
    keys: "x.........x.....",
};
const FILL: Groove = Groove { snare: "....x.......xoxX", hat: "x.o.x.o.x.o.....", ..VERSE };
const CHORUS: Groove = Groove {
    kick: "X..x..x.X..x..x.",
    snare: "....X..o....X..o",
    hat: "xoxoxoxoxoxoxo..",
    open_hat: "..............x.",
    crash: "................",
    bass: "x.x.x.o.x.x.x.o.",
    keys: "x..x..x...x.x...",
};
const LIFT: Groove = Groove { crash: "X...............", ..CHORUS };
const END: Groove = Groove {
    kick: "X...............",
    snare: "................",
    hat: "................",
    open_hat: "................",
    crash: "X...............",
    bass: "x...............",
    keys: "X...............",
};

const AM: (u8, [u8; 4]) = (33, [57, 60, 64, 67]);
const F: (u8, [u8; 4]) = (29, [53, 57, 60, 64]);
const C: (u8, [u8; 4]) = (36, [52, 55, 60, 62]);
const G: (u8, [u8; 4]) = (31, [55, 59, 62, 69]);
const EM: (u8, [u8; 4]) = (28, [52, 59, 62, 67]);

const fn bar((root, chord): (u8, [u8; 4]), groove: &'static Groove) -> Bar {
    Bar { root, chord, groove }
}

/// The bars in order.
pub(super) const BARS: [Bar; 10] = [
    bar(AM, &VERSE),
    bar(F, &VERSE),
    bar(C, &VERSE),
    bar(G, &FILL),
    bar(F, &LIFT),
    bar(G, &CHORUS),
    bar(EM, &CHORUS),
    bar(AM, &CHORUS),
    bar(G, &LIFT),
    bar(C, &END),
];

/// From this bar on it is the chorus.
pub(super) const CHORUS_FROM: usize = 4;

/// The melody: (bar, beat within it, beats long, MIDI key).
pub(super) const MELODY: [(usize, f64, f64, u8); 36] = [
    (0, 0.0, 1.0, 76),
    (0, 1.0, 0.5, 74),
    (0, 1.5, 1.5, 72),
    (0, 3.0, 1.0, 69),
    (1, 0.0, 1.5, 72),
    (1, 1.5, 0.5, 69),
    (1, 2.0, 1.5, 69),
    (1, 3.5, 0.5, 72),
    (2, 0.0, 1.5, 76),
    (2, 1.5, 0.5, 74),
    (2, 2.0, 1.0, 72),
    (2, 3.0, 1.0, 67),
    (3, 0.0, 2.5, 74),
    (3, 2.5, 0.5, 71),
    (3, 3.0, 0.5, 74),
    (3, 3.5, 0.5, 76),
    (4, 0.0, 1.5, 81),
    (4, 1.5, 0.5, 79),
    (4, 2.0, 1.0, 76),
    (4, 3.0, 1.0, 72),
    (5, 0.0, 1.0, 74),
    (5, 1.0, 1.0, 79),
    (5, 2.0, 1.5, 83),
    (5, 3.5, 0.5, 81),
    (6, 0.0, 1.5, 79),
    (6, 1.5, 0.5, 76),
    (6, 2.0, 1.0, 71),
    (6, 3.0, 1.0, 74),
    (7, 0.0, 2.0, 76),
    (7, 2.0, 0.5, 72),
    (7, 2.5, 0.5, 74),
    (7, 3.0, 1.0, 76),
    (8, 0.0, 1.5, 74),
    (8, 1.5, 0.5, 76),
    (8, 2.0, 2.0, 71),
    (9, 0.0, 3.0, 72),
];

/// The song's length.
pub(super) fn seconds() -> f64 {
    (BARS.len() * BEATS_PER_BAR) as f64 * BEAT + TAIL_SECONDS
}

/// When a beat of a bar is, in seconds.
pub(super) fn moment(bar: usize, beat: f64) -> f64 {
    ((bar * BEATS_PER_BAR) as f64 + beat) * BEAT
}

/// The hits of a row of steps: the step's letter, when it is, and how strong.
pub(super) fn hits(row: fn(&Groove) -> &'static str) -> impl Iterator<Item = (usize, char, f64, f64)> {
    BARS.iter().enumerate().flat_map(move |(bar, of)| {
        row(of.groove).chars().enumerate().filter_map(move |(step, letter)| {
            let strength = match letter {
                'X' => 1.0,
                'x' => 0.8,
                'o' => 0.4,
                _ => return None,
            };
            Some((bar, letter, moment(bar, step as f64 / 4.0), strength))
        })
    })
}

/// The frequency of a MIDI key, A4 at 440 Hz.
pub(super) fn hz(key: u8) -> f64 {
    440.0 * libm::exp2((f64::from(key) - 69.0) / 12.0)
}
