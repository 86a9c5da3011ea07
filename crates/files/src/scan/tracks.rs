//! One file that holds several stems: channel pairs of a WAV file, tracks of an MP4.

use super::{
    candidate::{Candidate, Header},
    pairs::{Side, sides},
    passed::PassedOver,
};
use crate::{
    FileError, MAX_CHANNELS,
    kind::{Kind, sniff},
    mp4::{StemTracks, read_stem_tracks},
    wav::{WavHeader, read_header},
};

/// `SPEAKER_FRONT_CENTER` and `SPEAKER_LOW_FREQUENCY`: what is mixed for loudspeakers has both from 5.1 on. Smaller
/// layouts prove nothing, since programs give them to any file of three to five channels.
const SURROUND_SPEAKERS: u32 = 0x4 | 0x8;
const SURROUND_CHANNELS: usize = 6;
/// The names of files with stems for DJ software end like this.
const STEM_FILES: [&str; 2] = [".stem.mp4", ".stem.m4a"];

/// Looks into each file's header, and takes apart those that hold several stems.
pub(super) fn split(
    found: Vec<Candidate>,
    passed_over: &mut Vec<PassedOver>,
) -> Result<Vec<Candidate>, FileError> {
    let several = found.len() > 1;
    let mut candidates = Vec::new();
    for mut candidate in found {
        match look(&candidate) {
            Inside::Wav(header) if header.channels > MAX_CHANNELS => {
                candidate.header = Some(facts(&header));
                candidates.extend(channels(&candidate, &header)?);
            }
            Inside::Wav(header) => {
                candidate.header = Some(facts(&header));
                candidates.push(candidate);
            }
            Inside::Stems(_) if several => passed_over.push(PassedOver {
                path: candidate.file.shown(),
                reason: "a file of stems beside others; name it alone to use those in it".into(),
            }),
            Inside::Stems(stems) => candidates.extend(tracks(&candidate, &stems)),
            Inside::One => candidates.push(candidate),
        }
    }
    Ok(candidates)
}

enum Inside {
    Wav(Box<WavHeader>),
    Stems(StemTracks),
    /// One stem, or nothing that can be made out: opening it will tell.
    One,
}

fn look(candidate: &Candidate) -> Inside {
    let path = candidate.file.shown();
    let Ok(mut bytes) = candidate.file.input.bytes() else { return Inside::One };
    match sniff(&path, &mut bytes) {
        Ok((Kind::Wav | Kind::Wave64 | Kind::Au, start)) => {
            let header = read_header(&path, &mut std::io::BufReader::new(bytes), start);
            header.map_or(Inside::One, |header| Inside::Wav(Box::new(header)))
        }
        Ok((Kind::Mp4, _)) => {
            let found = read_stem_tracks(bytes);
            let name = path.to_string_lossy().to_lowercase();
            let named = found.names.is_some() || STEM_FILES.iter().any(|end| name.ends_with(end));
            if named && found.tracks > 1 { Inside::Stems(found) } else { Inside::One }
        }
        _ => Inside::One,
    }
}

fn facts(header: &WavHeader) -> Header {
    let WavHeader { rate_hz, channels, frames, time_reference, .. } = *header;
    Header { rate_hz, channels, frames, time_reference }
}

/// The first track is the mix, those behind it are its stems.
fn tracks(candidate: &Candidate, stems: &StemTracks) -> Vec<Candidate> {
    let names = stems.names.as_deref().unwrap_or_default();
    let track = |number: usize| {
        let mut track = candidate.clone();
        track.file.part.track = Some(number);
        track.is_mix = number == 1;
        if number > 1 {
            let name = names.get(number - 2).filter(|name| !name.is_empty());
            track.label = name.cloned().unwrap_or_else(|| format!("{} {}", candidate.label, number - 1));
        }
        track
    };
    (1..=stems.tracks).map(track).collect()
}

/// Channels 1 and 2, 3 and 4 and so on; an odd one at the end is mono, and so are those with names that say so.
fn channels(candidate: &Candidate, header: &WavHeader) -> Result<Vec<Candidate>, FileError> {
    let count = header.channels;
    let layout = header.speakers.count_ones() as usize == count;
    let speakers = header.speakers & SURROUND_SPEAKERS == SURROUND_SPEAKERS;
    if layout && speakers && count >= SURROUND_CHANNELS && count.is_multiple_of(2) {
        return Err(FileError::Surround { path: candidate.file.shown(), channels: count });
    }
    let named = |number: usize| header.track_names.iter().find(|(n, _)| *n == number).map(|(_, name)| name);
    let mut stems = Vec::new();
    for first in (1..=count).step_by(2) {
        let second = Some(first + 1).filter(|n| *n <= count);
        match (named(first), second.map(named), second) {
            (Some(left), Some(Some(right)), Some(second)) => {
                if let Some(name) = common_name(left, right) {
                    stems.push(part(candidate, &name, &[first, second]));
                } else {
                    stems.push(part(candidate, left, &[first]));
                    stems.push(part(candidate, right, &[second]));
                }
            }
            (left, right, Some(second)) => {
                let name = left.or(right.flatten()).cloned();
                let name = name.unwrap_or_else(|| format!("{} {first}-{second}", candidate.label));
                stems.push(part(candidate, &name, &[first, second]));
            }
            (left, ..) => {
                let name = left.cloned().unwrap_or_else(|| format!("{} {first}", candidate.label));
                stems.push(part(candidate, &name, &[first]));
            }
        }
    }
    Ok(stems)
}

fn part(candidate: &Candidate, name: &str, channels: &[usize]) -> Candidate {
    let mut part = candidate.clone();
    name.clone_into(&mut part.label);
    part.file.part.channels = channels.to_vec();
    part
}

/// The name of a stereo stem whose channels are called `Drums L` and `Drums R`, `Drums 1` and `Drums 2`, or alike.
fn common_name(left: &str, right: &str) -> Option<String> {
    if left == right {
        return Some(left.to_owned());
    }
    if let (Some((a, Side::Left)), Some((b, Side::Right))) = (sides(left), sides(right)) {
        return (a.to_lowercase() == b.to_lowercase()).then(|| a.to_owned());
    }
    let numbered = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end().to_owned();
    let (a, b) = (numbered(left), numbered(right));
    (a == b && !a.is_empty()).then_some(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_of_one_name_are_one_stem() {
        let common = |left, right| common_name(left, right);
        assert_eq!(common("Drums L", "Drums R").as_deref(), Some("Drums"));
        assert_eq!(common("Keys", "Keys").as_deref(), Some("Keys"));
        assert_eq!(common("Bus 1", "Bus 2").as_deref(), Some("Bus"));
        assert_eq!(common("Kick", "Snare"), None);
        assert_eq!(common("1", "2"), None);
    }
}
