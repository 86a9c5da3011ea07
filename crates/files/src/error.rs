use std::{
    io,
    path::{Path, PathBuf},
};

use acetate_model::SourceError;

use crate::{MAX_CHANNELS, MAX_TRACKS, RATES_HZ};

/// Why a file could not be read or written. Every message names the file, what was found, and the way out.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum FileError {
    /// Nothing is there.
    #[error("{}: there is no such file or folder; check the spelling", path.display())]
    Missing { path: PathBuf },

    /// The operating system refused.
    #[error("{}: cannot {doing}: {source}; {}", path.display(), way_out(source))]
    Io { path: PathBuf, doing: &'static str, source: io::Error },

    /// The disk, or the share of it that the user may fill, is full.
    #[error("{}: the disk is full{}; free some space or choose another folder", folder.display(), needed(*needed_bytes))]
    DiskFull { folder: PathBuf, needed_bytes: Option<u64> },

    /// Audio of a kind that is not read.
    #[error("{}: {found}, which is not supported; {way_out}", path.display())]
    Unsupported { path: PathBuf, found: String, way_out: &'static str },

    /// Something other than audio.
    #[error("{}: not an audio file: it {found}; send WAV, AIFF or FLAC", path.display())]
    NotAudio { path: PathBuf, found: String },

    /// Audio that cannot be made out.
    #[error("{}: {kind} file that cannot be read: {what}; export or copy it again", path.display())]
    Damaged { path: PathBuf, kind: &'static str, what: String },

    /// More channels than stereo.
    #[error("{}: expected 1 to {MAX_CHANNELS} channels, found {channels}; send stereo or mono stems", path.display())]
    Channels { path: PathBuf, channels: usize },

    /// More channels than any program writes, or none.
    #[error("{}: expected 1 to {MAX_TRACKS} channels, found {channels}; send stereo or mono stems", path.display())]
    Tracks { path: PathBuf, channels: usize },

    /// Channels that stand for loudspeakers.
    #[error(
        "{}: a surround file of {channels} channels, which are loudspeakers and no stems; \
         send each stem as its own stereo file", path.display()
    )]
    Surround { path: PathBuf, channels: usize },

    /// A part of a file that it does not have.
    #[error("{}: expected {part}, which this file does not have; run `acetate plan` on the new files", path.display())]
    NoSuchPart { path: PathBuf, part: String },

    /// An archive that would fill the disk.
    #[error("{}: unpacks to {what}, which no song does; unpack it yourself if you trust it, and name the folder", path.display())]
    Bomb { path: PathBuf, what: String },

    /// A name that cannot stand in a session.
    #[error("{}: its name is not valid UTF-8, so no session can name it; rename the file or its folder", path.display())]
    NotText { path: PathBuf },

    /// A folder in which more lies than a delivery.
    #[error("{}: more than {limit} files lie in this folder; name the folder of the stems itself", path.display())]
    TooMany { path: PathBuf, limit: usize },

    /// A rate outside the range.
    #[error(
        "{}: expected a rate of {} to {} Hz, found {rate_hz} Hz; export it again at the rate of the session",
        path.display(), RATES_HZ.start(), RATES_HZ.end()
    )]
    Rate { path: PathBuf, rate_hz: u32 },

    /// No frame of audio.
    #[error("{}: holds no audio (0 frames); export it again or leave it out", path.display())]
    Empty { path: PathBuf },

    /// A folder in which nothing can be mastered.
    #[error("{}: no audio file in this folder ({seen}); put the stems into it as WAV, AIFF or FLAC", path.display())]
    NoStems { path: PathBuf, seen: String },

    /// No input named at all.
    #[error("expected a folder of stems or audio files, found none; name at least one")]
    NoInput,

    /// The same file given twice.
    #[error("{}: given twice; name each stem once", path.display())]
    Twice { path: PathBuf },

    /// Writing would overwrite.
    #[error("{}: exists already; choose another output folder, or pass --force to replace it", path.display())]
    Exists { path: PathBuf },

    /// The output cannot be a folder.
    #[error("{}: expected a folder to write into, found a file; choose another place", path.display())]
    NotAFolder { path: PathBuf },

    /// A name that is not one plain file within the output folder.
    #[error("{name}: expected the name of a file within the output folder, without a path")]
    Name { name: String },

    /// A format that cannot be written here.
    #[error(
        "{format} cannot be written: {what}; install ffmpeg with that encoder, or deliver WAV, AIFF or FLAC, which need \
         no help"
    )]
    NoEncoder { format: &'static str, what: String },

    /// An encoder failed.
    #[error("{}: the {format} file could not be written: {what}", path.display())]
    Encoder { path: PathBuf, format: &'static str, what: String },

    /// A file that cannot be decoded here.
    #[error("{}: cannot be decoded: {what}; install ffmpeg to measure it", path.display())]
    NoDecoder { path: PathBuf, what: String },

    /// Tags that could not be written.
    #[error("{}: its tags could not be written: {what}; deliver without them, or as FLAC", path.display())]
    Tags { path: PathBuf, what: String },

    /// A cover that is none.
    #[error("{}: expected a picture, JPEG or PNG, of up to 20 MB, found {found}; save it as one of these", path.display())]
    NotAPicture { path: PathBuf, found: String },

    /// A file that does not fit the list of checksums.
    #[error("{}: expected SHA-256 {expected}, found {found}; the file was changed after it was written", path.display())]
    Checksum { path: PathBuf, expected: String, found: String },

    /// A list of checksums that cannot be understood.
    #[error("{}, line {line}: expected 64 hexadecimal digits, two spaces and a file name, found `{found}`", path.display())]
    ChecksumLine { path: PathBuf, line: usize, found: String },
}

impl FileError {
    /// For `map_err`: an error of the operating system while `doing` something with `path`.
    pub(crate) fn io(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { folder: path.parent().unwrap_or(&path).to_owned(), needed_bytes: None }
            }
            _ => Self::Io { path, doing, source },
        }
    }
}

impl From<FileError> for SourceError {
    fn from(error: FileError) -> Self {
        Self(Box::new(error))
    }
}

fn way_out(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "check its permissions",
        io::ErrorKind::IsADirectory => "name a file",
        io::ErrorKind::ReadOnlyFilesystem => "choose a place that can be written",
        _ => "check the disk, or copy the files to another one",
    }
}

fn needed(bytes: Option<u64>) -> String {
    bytes.map_or_else(String::new, |b| format!(" ({} MB needed)", b.div_ceil(1_000_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_with_its_folder_and_the_way_out() {
        let error = FileError::io(Path::new("out/master.wav"), "write it")(io::ErrorKind::StorageFull.into());
        assert_eq!(error.to_string(), "out: the disk is full; free some space or choose another folder");
        let error = FileError::DiskFull { folder: "out".into(), needed_bytes: Some(1_500_000) };
        assert_eq!(
            error.to_string(),
            "out: the disk is full (2 MB needed); free some space or choose another folder"
        );
    }
}
