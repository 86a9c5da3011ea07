use acetate_model::Audio;

/// How a sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    pub float: bool,
    pub big_endian: bool,
    /// 1 to 4 for integers, 4 or 8 for floats.
    pub bytes: usize,
}

/// A bare `[u8; N]` to a full scale of ±1.0: n-bit integers by 2^-(n-1), 8 bit around 128 (RIFF/WAVE, PCM).
macro_rules! number {
    ($name:ident, $type:ty, $bytes:literal, |$value:ident| $scaled:expr) => {
        fn $name<const BIG: bool>(bytes: [u8; $bytes]) -> f32 {
            let $value = if BIG { <$type>::from_be_bytes(bytes) } else { <$type>::from_le_bytes(bytes) };
            $scaled
        }
    };
}

number!(u8_sample, u8, 1, |v| (f32::from(v) - 128.0) / 128.0);
number!(i16_sample, i16, 2, |v| f32::from(v) / 32768.0);
number!(i32_sample, i32, 4, |v| (f64::from(v) / 2147483648.0) as f32);
number!(f32_sample, f32, 4, |v| v);
number!(f64_sample, f64, 8, |v| v as f32);

fn i24_sample<const BIG: bool>([a, b, c]: [u8; 3]) -> f32 {
    let value = if BIG { i32::from_be_bytes([a, b, c, 0]) } else { i32::from_le_bytes([0, a, b, c]) };
    (value >> 8) as f32 / 8388608.0
}

impl Format {
    /// Appends channels `wanted` of interleaved `bytes`, whole frames of `channels`, to those of `into`.
    pub fn decode(self, bytes: &[u8], channels: usize, wanted: &[usize], into: &mut Audio) {
        let from = Frames { bytes, channels, wanted };
        if self.big_endian {
            self.decode_as::<true>(from, into);
        } else {
            self.decode_as::<false>(from, into);
        }
    }

    fn decode_as<const BIG: bool>(self, bytes: Frames, into: &mut Audio) {
        match (self.float, self.bytes) {
            (true, 4) => planes(bytes, into, f32_sample::<BIG>),
            (true, _) => planes(bytes, into, f64_sample::<BIG>),
            (false, 1) => planes(bytes, into, u8_sample::<BIG>),
            (false, 2) => planes(bytes, into, i16_sample::<BIG>),
            (false, 3) => planes(bytes, into, i24_sample::<BIG>),
            (false, _) => planes(bytes, into, i32_sample::<BIG>),
        }
    }
}

/// Interleaved samples, and which channels of them are wanted.
#[derive(Clone, Copy)]
struct Frames<'a> {
    bytes: &'a [u8],
    channels: usize,
    wanted: &'a [usize],
}

fn planes<const N: usize>(from: Frames, into: &mut Audio, sample: impl Fn([u8; N]) -> f32) {
    let (samples, _) = from.bytes.as_chunks::<N>();
    match (into.channels.as_mut_slice(), from.channels) {
        ([mono], 1) => mono.extend(samples.iter().map(|s| sample(*s))),
        ([left, right], 2) if from.wanted == [0, 1] => {
            let (frames, _) = samples.as_chunks::<2>();
            left.extend(frames.iter().map(|f| sample(f[0])));
            right.extend(frames.iter().map(|f| sample(f[1])));
        }
        (channels, count) => {
            for (channel, at) in channels.iter_mut().zip(from.wanted) {
                channel.extend(samples.chunks_exact(count).filter_map(|f| f.get(*at)).map(|s| sample(*s)));
            }
        }
    }
}
