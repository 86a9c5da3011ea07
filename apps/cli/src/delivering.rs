use std::path::Path;

use acetate_mastering::model::{Brief, Tags, Version};
use acetate_mastering::{Error, read_profile};

/// What is handed over, and what is written into the files.
#[derive(clap::Args)]
#[command(next_help_heading = "What is handed over")]
pub(crate) struct Delivering {
    /// Profiles beside the master, like streaming,cd,vinyl,stems, or a TOML file of your own; `acetate list profiles`
    #[arg(long, value_delimiter = ',', value_name = "PROFILES")]
    deliver: Vec<String>,
    /// Other versions from the same stems: instrumental, a-cappella, tv, without/STEM, STEM+1; `:limited` behind one
    /// gives it a limiter of its own
    #[arg(long, value_delimiter = ',', value_name = "VERSIONS")]
    versions: Vec<Version>,
    /// Who plays it
    #[arg(long, value_name = "NAME")]
    artist: Option<String>,
    /// The release it belongs to
    #[arg(long, value_name = "TITLE")]
    album: Option<String>,
    /// Its number on the release
    #[arg(long, value_name = "N")]
    track: Option<u32>,
    /// What kind of music it is
    #[arg(long)]
    genre: Option<String>,
    /// When it appears: 2026, 2026-11 or 2026-11-25
    #[arg(long)]
    date: Option<String>,
    /// The recording's code, like US-RC1-76-07839
    #[arg(long)]
    isrc: Option<String>,
    /// The release's bar code, UPC or EAN
    #[arg(long)]
    upc: Option<String>,
    /// A picture for the files, JPEG or PNG
    #[arg(long, value_name = "FILE")]
    cover: Option<String>,
}

impl Delivering {
    /// Adds to a brief; what is said here stands above it.
    pub(crate) fn over(&self, mut brief: Brief) -> Result<Brief, Error> {
        for asked in &self.deliver {
            let is_file = Path::new(asked).extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
            let name = if is_file {
                let (name, profile) = read_profile(asked.as_ref())?;
                brief.profiles.insert(name.clone(), profile);
                name
            } else {
                asked.clone()
            };
            crate::args::add(&mut brief.deliver, &[name]);
        }
        crate::args::add(&mut brief.versions, &self.versions);
        let before = brief.tags;
        brief.tags = Tags {
            artist: self.artist.clone().or(before.artist),
            album: self.album.clone().or(before.album),
            track: self.track.or(before.track),
            genre: self.genre.clone().or(before.genre),
            date: self.date.clone().or(before.date),
            isrc: self.isrc.clone().or(before.isrc),
            upc: self.upc.clone().or(before.upc),
            cover: self.cover.clone().or(before.cover),
        };
        Ok(brief)
    }
}
