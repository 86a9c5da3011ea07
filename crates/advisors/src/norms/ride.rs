//! When the level of a stem wavers, and what may be done about it.

/// Slow wavers that are looked for, in Hz: faster ones are a tremolo, slower ones the shape of a song. From the outer to
/// the inner limits a waver comes to be believed; most beats of the bar lie above.
pub const WAVER_HZ: [f64; 2] = [0.1, 0.49];
/// See [`WAVER_HZ`].
pub const WAVER_OUTER_HZ: [f64; 2] = [0.08, 0.53];

/// Half seconds in which a stem must sound, from where nothing is believed to where all is: a few turns of the waver.
pub const WAVER_HOPS: [f64; 2] = [30.0, 40.0];

/// The share of all differences of level between moments that sound alike, which one waver must explain to be believed:
/// from the first, nothing, to the second. Finished songs of eight styles lie below 0.25, save for stems of long notes
/// that swell with the bar, up to 0.7.
pub const EXPLAINED: [f64; 2] = [0.3, 0.45];

/// The share of its own movement that another stem has at the same rate, from where it is chance to where that rate is
/// one of the music; and how much more must then be explained.
pub const IN_THE_SONG: [f64; 2] = [0.2, 0.45];
/// See [`IN_THE_SONG`].
pub const IN_THE_SONG_MORE: f64 = 0.4;

/// Bars and phrases rise and fall by about a decibel where the same is played: a smaller waver is let be, in dB.
pub const WAVER_USUAL_DB: f64 = 1.2;

/// What is not explained makes a waver doubtful: by so many times its share it counts as smaller. One that explains no
/// more than half counts for nothing.
pub const DOUBT: f64 = 2.0;

/// From where it is no longer usual a waver is answered by so many times its excess, until it is answered in whole.
pub const WAVER_SLOPE: f64 = 2.2;

/// The share of a waver that is taken back: nearly all, since a fader that wavers is no character of a mix.
pub const RIDE_STRENGTH: f64 = 0.9;

/// The most that a fader is moved from its place, in dB: what an engineer rides.
pub const RIDE_MOST_DB: f64 = 6.0;

/// A move of so many decibels up and down is worth a move of full weight.
pub const RIDE_AUDIBLE_DB: f64 = 1.5;

/// Wavers that are wider are for the mix to mend, in dB.
pub const WAVER_BEYOND_DB: f64 = 12.0;
