use acetate_model::{Format, Levels, Tags};
use lofty::{
    config::WriteOptions,
    id3::v2::Id3v2Tag,
    picture::{Picture, PictureType},
    tag::{ItemKey, Tag, TagExt, TagType},
};

use super::{Cover, broadcast};
use crate::{FileError, finished::FinishedFile};

/// What a file says about its song.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// The song's title.
    pub title: Option<String>,
    /// Everything else that is told of it.
    pub tags: Tags,
    /// Its picture.
    pub cover: Option<Cover>,
    /// The program that made the file.
    pub made_by: String,
}

/// The loudness that `ReplayGain` 2.0 plays at.
const REPLAY_GAIN_LUFS: f64 = -18.0;

impl About {
    /// Writes what is told and what was measured into a finished file.
    pub fn write_into(
        &self,
        file: &mut FinishedFile,
        format: Format,
        levels: &Levels,
    ) -> Result<(), FileError> {
        if format == Format::Wav {
            file.overwrite(broadcast::BEGINS + broadcast::LEVELS as u64, &broadcast::levels(levels))?;
        }
        // a WAV file has two places: what most programs read, and what holds codes and pictures
        let second = (format == Format::Wav).then_some(TagType::RiffInfo);
        for place in second.into_iter().chain([place(format)]) {
            self.put(file, place, format, levels)?;
        }
        Ok(())
    }

    fn put(
        &self,
        file: &mut FinishedFile,
        place: TagType,
        format: Format,
        levels: &Levels,
    ) -> Result<(), FileError> {
        let tag = self.tag(place, format, levels);
        if tag.is_empty() {
            return Ok(());
        }
        let path = file.target().to_owned();
        let (to, options) = (file.rewound()?, WriteOptions::default());
        let written = match place {
            TagType::Id3v2 => in_order(tag).save_to(to, options),
            _ => tag.save_to(to, options),
        };
        written.map_err(|e| FileError::Tags { path, what: e.to_string() })
    }

    fn tag(&self, place: TagType, format: Format, levels: &Levels) -> Tag {
        let mut tag = Tag::new(place);
        let Tags { artist, album, track, genre, date, isrc: _, upc, cover: _ } = &self.tags;
        let told = [
            (ItemKey::TrackTitle, self.title.clone()),
            (ItemKey::TrackArtist, artist.clone()),
            (ItemKey::AlbumTitle, album.clone()),
            (ItemKey::TrackNumber, track.map(|n| n.to_string())),
            (ItemKey::Genre, genre.clone()),
            (ItemKey::RecordingDate, date.clone()),
            (ItemKey::Isrc, self.tags.isrc_code()),
            (ItemKey::Barcode, upc.clone()),
        ];
        for (key, text) in told {
            if let Some(text) = text {
                tag.insert_text(key, text);
            }
        }
        if let Some(cover) = self.cover.as_ref().filter(|_| place != TagType::RiffInfo) {
            let picture = Picture::from_reader(&mut cover.bytes.as_slice());
            if let Ok(mut picture) = picture {
                picture.set_pic_type(PictureType::CoverFront);
                tag.push_picture(picture);
            }
        }
        // players that turn songs to one loudness read it in files that people listen to
        if format != Format::Wav && !tag.is_empty() {
            let gain = levels.integrated_lufs.map(|lufs| format!("{:+.2} dB", REPLAY_GAIN_LUFS - lufs));
            let peak = levels.true_peak_dbtp.map(|peak| format!("{:.6}", acetate_model::amplitude(peak)));
            for (key, text) in [(ItemKey::ReplayGainTrackGain, gain), (ItemKey::ReplayGainTrackPeak, peak)] {
                if let Some(text) = text {
                    tag.insert_text(key, text);
                }
            }
        }
        tag
    }
}

/// Where a format keeps what is told of a song.
fn place(format: Format) -> TagType {
    match format {
        Format::Wav | Format::Aiff | Format::Mp3 => TagType::Id3v2,
        Format::Flac | Format::Opus | Format::Vorbis => TagType::VorbisComments,
        Format::Alac | Format::Aac => TagType::Mp4Ilst,
    }
}

/// The library keeps no order of its own, and the same song shall give the same bytes.
fn in_order(tag: Tag) -> Id3v2Tag {
    let mut frames: Vec<_> = Id3v2Tag::from(tag).into_iter().collect();
    frames.sort_by_cached_key(|frame| format!("{frame:?}"));
    let mut ordered = Id3v2Tag::default();
    for frame in frames {
        drop(ordered.insert(frame));
    }
    ordered
}
