use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a file of audio is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// WAV; RF64 beyond 4 GiB.
    #[default]
    Wav,
    /// AIFF.
    Aiff,
    /// FLAC.
    Flac,
    /// Apple Lossless, in MP4.
    Alac,
    /// MP3.
    Mp3,
    /// AAC, in MP4.
    Aac,
    /// Opus, in Ogg.
    Opus,
    /// Vorbis, in Ogg.
    Vorbis,
}

/// What is told of a format once.
struct About {
    format: Format,
    name: &'static str,
    extension: &'static str,
    /// Bits of a sample that it can carry; none where it is lossy.
    bits: &'static [u32],
    /// The rates that it takes; none where it takes all.
    rates_hz: &'static [u32],
    /// Bit rates in kbit/s, from and to; none where it is lossless.
    kbps: Option<[u32; 2]>,
}

impl About {
    const fn lossless(
        format: Format,
        name: &'static str,
        extension: &'static str,
        bits: &'static [u32],
    ) -> Self {
        Self { format, name, extension, bits, rates_hz: &[], kbps: None }
    }

    const fn lossy(
        format: Format,
        (name, extension): (&'static str, &'static str),
        rates_hz: &'static [u32],
        kbps: [u32; 2],
    ) -> Self {
        Self { format, name, extension, bits: &[], rates_hz, kbps: Some(kbps) }
    }
}

const ABOUT: [About; 8] = [
    About::lossless(Format::Wav, "WAV", "wav", &[16, 24, 32]),
    About::lossless(Format::Aiff, "AIFF", "aiff", &[16, 24]),
    About::lossless(Format::Flac, "FLAC", "flac", &[16, 24]),
    About::lossless(Format::Alac, "ALAC", "m4a", &[16, 24]),
    About::lossy(Format::Mp3, ("MP3", "mp3"), &[32_000, 44_100, 48_000], [64, 320]),
    About::lossy(Format::Aac, ("AAC", "m4a"), &[32_000, 44_100, 48_000, 88_200, 96_000], [64, 320]),
    About::lossy(Format::Opus, ("Opus", "opus"), &[48_000], [32, 450]),
    About::lossy(Format::Vorbis, ("Vorbis", "ogg"), &[], [64, 500]),
];

impl Format {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        ABOUT.iter().map(|about| about.format)
    }

    fn about(self) -> &'static About {
        ABOUT.iter().find(|about| about.format == self).unwrap_or(&ABOUT[0])
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// How names of its files end.
    pub fn extension(self) -> &'static str {
        self.about().extension
    }

    /// Whether samples do not come back as they went in.
    pub fn is_lossy(self) -> bool {
        self.about().bits.is_empty()
    }

    /// Bits of a sample that it can carry; none where it is lossy.
    pub fn bits(self) -> &'static [u32] {
        self.about().bits
    }

    /// Bit rates in kbit/s, from and to; none where it is lossless.
    pub fn kbps(self) -> Option<[u32; 2]> {
        self.about().kbps
    }

    /// Whether it takes this rate.
    pub fn takes_rate(self, rate_hz: u32) -> bool {
        let rates = self.about().rates_hz;
        rates.is_empty() || rates.contains(&rate_hz)
    }

    /// The rate of a file made from audio of this rate: the same, or the highest of its family that the format takes.
    pub fn rate_hz(self, from_hz: u32) -> u32 {
        if self.takes_rate(from_hz) {
            return from_hz;
        }
        let rates = self.about().rates_hz.iter().copied();
        let family = rates.clone().filter(|rate| from_hz.is_multiple_of(*rate)).max();
        family.or_else(|| rates.max()).unwrap_or(from_hz)
    }
}

/// One file of a delivery: what it is written as, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FileForm {
    /// Its name without the ending, within the folder of its profile.
    pub file: String,
    /// What it is written as.
    pub format: Format,
    /// Bits of each sample, where the format has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// Frames per second; none keeps the session's, or the next that the format takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_hz: Option<u32>,
    /// Bit rate in kbit/s, of a lossy format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kbps: Option<u32>,
}

impl Default for FileForm {
    fn default() -> Self {
        Self { file: "master".into(), format: Format::default(), bits: None, rate_hz: None, kbps: None }
    }
}

/// Bits of a sample where nothing else is asked for.
const USUAL_BITS: u32 = 24;
/// Where nothing else is asked for: more than any lossy format needs to sound like its source.
const USUAL_KBPS: u32 = 256;

impl FileForm {
    /// The name of the file.
    pub fn name(&self) -> String {
        format!("{}.{}", self.file, self.format.extension())
    }

    /// Bits of each sample of the file; none where the format is lossy.
    pub fn sample_bits(&self) -> Option<u32> {
        (!self.format.is_lossy()).then(|| self.bits.unwrap_or(USUAL_BITS))
    }

    /// Bit rate in kbit/s; none where the format is lossless.
    pub fn bit_rate_kbps(&self) -> Option<u32> {
        self.format.kbps().map(|[low, high]| self.kbps.unwrap_or(USUAL_KBPS).clamp(low, high))
    }

    /// Frames per second of the file, made in a session of this rate.
    pub fn file_rate_hz(&self, session_hz: u32) -> u32 {
        self.rate_hz.unwrap_or_else(|| self.format.rate_hz(session_hz))
    }

    /// What it is, for people: `FLAC 24 bit`, `MP3 320 kbit/s`.
    pub fn words(&self) -> String {
        let name = self.format.name();
        match (self.sample_bits(), self.bit_rate_kbps()) {
            (Some(32), _) => format!("{name} 32 bit float"),
            (Some(bits), _) => format!("{name} {bits} bit"),
            (_, Some(kbps)) => format!("{name} {kbps} kbit/s"),
            _ => name.to_owned(),
        }
    }

    /// What contradicts itself, if anything: the key, what was expected and what was found.
    pub fn wrong(&self) -> Option<(&'static str, String)> {
        let name = self.format.name();
        let plain = |c: char| c.is_alphanumeric() || " -_.+()".contains(c);
        if self.file.is_empty() || self.file.starts_with('.') || !self.file.chars().all(plain) {
            return Some(("file", format!("expected a plain name like `master`, found `{}`", self.file)));
        }
        if let Some(bits) = self.bits.filter(|bits| !self.format.bits().contains(bits)) {
            let has: Vec<String> = self.format.bits().iter().map(u32::to_string).collect();
            let expected = match has.len() {
                0 => format!("none, since {name} is lossy and has a bit rate instead, like `kbps = 256`"),
                _ => format!("{} for {name}", has.join(", ")),
            };
            return Some(("bits", format!("expected {expected}, found {bits}")));
        }
        match (self.kbps, self.format.kbps()) {
            (Some(kbps), None) => {
                return Some((
                    "kbps",
                    format!("expected none, since {name} is lossless and has `bits`, found {kbps}"),
                ));
            }
            (Some(kbps), Some([low, high])) if !(low..=high).contains(&kbps) => {
                return Some(("kbps", format!("expected {low} to {high} for {name}, found {kbps}")));
            }
            _ => {}
        }
        let rate_hz =
            self.rate_hz.filter(|rate| !self.format.takes_rate(*rate) || !RATES_HZ.contains(rate))?;
        let takes = self.format.about().rates_hz;
        let takes = if takes.is_empty() { &RATES_HZ[..] } else { takes };
        let takes: Vec<String> = takes.iter().map(u32::to_string).collect();
        Some(("rate_hz", format!("expected one of {} for {name}, found {rate_hz}", takes.join(", "))))
    }
}

/// Rates that are delivered.
const RATES_HZ: [u32; 7] = [32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_told() {
        for format in Format::all() {
            assert_eq!(format.about().format, format);
            assert_eq!(format.is_lossy(), format.kbps().is_some());
        }
    }

    #[test]
    fn a_rate_that_a_format_does_not_take_becomes_the_next_of_its_family() {
        let rates = |format: Format| [44_100, 48_000, 88_200, 96_000, 192_000].map(|hz| format.rate_hz(hz));
        assert_eq!(rates(Format::Mp3), [44_100, 48_000, 44_100, 48_000, 48_000]);
        assert_eq!(rates(Format::Opus), [48_000; 5]);
        assert_eq!(rates(Format::Wav), [44_100, 48_000, 88_200, 96_000, 192_000]);
    }

    #[test]
    fn contradictions_are_told_by_key_and_example() {
        let form =
            |format, bits, rate_hz, kbps| FileForm { format, bits, rate_hz, kbps, ..FileForm::default() };
        let wrong = |form: FileForm| form.wrong().map(|(key, _)| key);
        assert_eq!(wrong(form(Format::Mp3, Some(16), None, None)), Some("bits"));
        assert_eq!(wrong(form(Format::Flac, Some(32), None, None)), Some("bits"));
        assert_eq!(wrong(form(Format::Wav, None, None, Some(320))), Some("kbps"));
        assert_eq!(wrong(form(Format::Mp3, None, None, Some(500))), Some("kbps"));
        assert_eq!(wrong(form(Format::Opus, None, Some(44_100), None)), Some("rate_hz"));
        assert_eq!(wrong(form(Format::Wav, None, Some(12_345), None)), Some("rate_hz"));
        assert_eq!(wrong(form(Format::Wav, Some(16), Some(44_100), None)), None);
        assert_eq!(wrong(FileForm { file: "../master".into(), ..FileForm::default() }), Some("file"));
    }
}
