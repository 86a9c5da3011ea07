use symphonia::core::{
    audio::sample::SampleFormat,
    codecs::audio::{AudioCodecParameters, well_known as codec},
};

use crate::kind::Kind;

/// How the samples are coded, as far as people care.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Coding {
    word: &'static str,
    float: bool,
    /// Bits per sample, where the coding has them.
    pub bits: Option<u32>,
}

impl Coding {
    pub fn of(params: Option<&AudioCodecParameters>) -> Self {
        let Some(params) = params else { return Self::default() };
        let word = match params.codec {
            codec::CODEC_ID_AAC => "AAC",
            codec::CODEC_ID_VORBIS => "Vorbis",
            codec::CODEC_ID_MP3 => "MP3",
            codec::CODEC_ID_ALAC => "ALAC",
            codec::CODEC_ID_FLAC => "FLAC",
            _ => "",
        };
        let lossy = matches!(word, "AAC" | "Vorbis" | "MP3");
        let (pcm_bits, float) = match params.codec {
            codec::CODEC_ID_PCM_F32LE | codec::CODEC_ID_PCM_F32BE => (Some(32), true),
            codec::CODEC_ID_PCM_F64LE | codec::CODEC_ID_PCM_F64BE => (Some(64), true),
            _ => (None, false),
        };
        // The bit depth is the sixth byte of ALAC's "magic cookie".
        let cookie = params.extra_data.as_ref().filter(|_| word == "ALAC").and_then(|d| d.get(5));
        let stated = params.bits_per_coded_sample.or(params.bits_per_sample);
        let by_format = match params.sample_format {
            Some(SampleFormat::S16) => Some(16),
            Some(SampleFormat::S24) => Some(24),
            _ => None,
        };
        let bits = stated.or(pcm_bits).or(cookie.map(|b| u32::from(*b))).or(by_format);
        Self { word, float, bits: bits.filter(|_| !lossy) }
    }

    /// Whether its encoders put silence in front that only the container can tell of.
    pub fn has_priming(self) -> bool {
        matches!(self.word, "AAC" | "MP3")
    }

    /// Container and coding: `MP4 AAC`, `FLAC 24 bit`.
    pub fn words(self, kind: Kind) -> String {
        let mut text = kind.word().to_owned();
        if !self.word.is_empty() && self.word != text {
            text = format!("{text} {}", self.word);
        }
        if let Some(bits) = self.bits {
            text = format!("{text} {bits} bit");
        }
        if self.float { text + " float" } else { text }
    }
}
