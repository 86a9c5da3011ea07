use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A stem that begins later than this in a song, in seconds, belongs to another one.
pub const MAX_START_SECONDS: u64 = 3600;

/// Which part of the delivered files a stem is, and where in the song it begins; empty for a whole file that begins
/// with the song.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// The file within the ZIP archive at the path, by its full name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The file of the right channel; the stem's own file is then the left one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<RightHalf>,
    /// The channels of the file that are the stem's, counted from 1: one, or left and right. All where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<usize>,
    /// The track of audio within the file, counted from 1; the first where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<usize>,
    /// Frames of silence before the file's first, at the file's own rate.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start_frames: u64,
}

/// The right channel of a stem that was sent as two mono files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RightHalf {
    /// The path, as given; a name within the archive where the left channel lies in one.
    pub path: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

impl Part {
    /// Whether the stem is a whole file that begins with the song.
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// For people, to follow the file: `channels 3 and 4`, `track 2`, `left and right from two files`.
    pub fn words(&self) -> Option<String> {
        match (self.channels.as_slice(), self.track, &self.right) {
            ([one], ..) => Some(format!("channel {one}")),
            ([left, right, ..], ..) => Some(format!("channels {left} and {right}")),
            (_, Some(track), _) => Some(format!("track {track}")),
            (_, _, Some(_)) => Some("left and right from two files".into()),
            _ => None,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands over a reference
fn is_zero(frames: &u64) -> bool {
    *frames == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_file_says_nothing_and_old_sessions_open() {
        assert_eq!(serde_json::to_string(&Part::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Part>("{}").unwrap(), Part::default());
        assert!(Part::default().is_whole() && Part::default().words().is_none());
        let part = Part { channels: vec![3, 4], ..Part::default() };
        assert_eq!(serde_json::to_string(&part).unwrap(), r#"{"channels":[3,4]}"#);
        assert_eq!(part.words().as_deref(), Some("channels 3 and 4"));
    }
}
