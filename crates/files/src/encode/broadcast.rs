//! The `bext` chunk of a Broadcast Wave, version 2 (EBU Tech 3285).

use acetate_model::Levels;

use super::About;

/// Where the description, the originator and its reference, the date, the version and the levels begin.
const ORIGINATOR: usize = 256;
const REFERENCE: usize = 288;
const DATE: usize = 320;
const VERSION: usize = 346;
pub(super) const LEVELS: usize = 412;
const BYTES: usize = 602;
/// A level that is not told.
const UNKNOWN: i16 = 0x7fff;
/// `RIFF`, `JUNK` or `ds64`, and the head of the chunk stand before it.
pub(super) const BEGINS: u64 = 12 + 8 + 28 + 8;

/// The body of the chunk; its levels are not known yet.
pub(super) fn chunk(about: &About) -> Vec<u8> {
    let mut body = vec![0; BYTES];
    let artist = about.tags.artist.as_deref();
    let told: Vec<&str> = artist.into_iter().chain(about.title.as_deref()).collect();
    put(&mut body[..ORIGINATOR], &told.join(" - "));
    put(&mut body[ORIGINATOR..REFERENCE], &about.made_by);
    put(&mut body[REFERENCE..DATE], &about.tags.isrc_code().unwrap_or_default());
    // only a whole day fits
    if let Some(date) = about.tags.date.as_deref().filter(|date| date.len() == 10) {
        put(&mut body[DATE..DATE + 10], date);
    }
    body[VERSION..VERSION + 2].copy_from_slice(&2_u16.to_le_bytes());
    for level in body[LEVELS..LEVELS + 10].chunks_mut(2) {
        level.copy_from_slice(&UNKNOWN.to_le_bytes());
    }
    body
}

/// ASCII, as the standard asks for; cut where it does not fit.
fn put(field: &mut [u8], text: &str) {
    let ascii = text.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c as u8 } else { b'?' });
    field.iter_mut().zip(ascii).for_each(|(to, from)| *to = from);
}

/// The five levels in hundredths: loudness, loudness range, true peak, highest momentary, highest short-term.
pub(super) fn levels(levels: &Levels) -> Vec<u8> {
    let told = [
        levels.integrated_lufs,
        levels.loudness_range_lu,
        levels.true_peak_dbtp,
        levels.max_momentary_lufs,
        levels.max_short_term_lufs,
    ];
    let hundredths = told.map(|level| level.map_or(UNKNOWN, |level| (level * 100.0).round() as i16));
    hundredths.into_iter().flat_map(i16::to_le_bytes).collect()
}
