//! The known profiles: data in TOML, one file each.

use acetate_model::{Brief, Profile};

use crate::{Error, nearest};

/// The known profiles: the name in a brief, and the file.
const FILES: &[(&str, &str)] = &[
    ("streaming", include_str!("../profiles/streaming.toml")),
    ("apple-digital-masters", include_str!("../profiles/apple-digital-masters.toml")),
    ("cd", include_str!("../profiles/cd.toml")),
    ("club", include_str!("../profiles/club.toml")),
    ("vinyl", include_str!("../profiles/vinyl.toml")),
    ("video", include_str!("../profiles/video.toml")),
    ("archive", include_str!("../profiles/archive.toml")),
    ("dj", include_str!("../profiles/dj.toml")),
    ("sync", include_str!("../profiles/sync.toml")),
    ("stems", include_str!("../profiles/stems.toml")),
    ("deltas", include_str!("../profiles/deltas.toml")),
    ("stems-24bit", include_str!("../profiles/stems-24bit.toml")),
];

/// The known profiles by name.
pub fn profiles() -> impl Iterator<Item = (&'static str, Profile)> {
    // a test reads every one of them
    FILES.iter().filter_map(|(name, text)| Some((*name, toml::from_str(text).ok()?)))
}

/// The profiles that a brief asks for, in its order.
pub(crate) fn asked(brief: &Brief) -> Result<Vec<(String, Profile)>, Error> {
    let of_person = brief.profiles.iter().map(|(name, profile)| (name.clone(), profile.clone()));
    let known: Vec<(String, Profile)> =
        of_person.chain(profiles().map(|(name, profile)| (name.to_owned(), profile))).collect();
    let find = |name: &String| {
        known.iter().find(|(known, _)| known == name).cloned().ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
            let near =
                nearest(name, &names).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            Error::BadSetting { given: name.clone(), expected: format!("one of {}{near}", names.join(", ")) }
        })
    };
    brief.deliver.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_profile_can_be_read_and_holds() {
        for (name, text) in FILES {
            let profile: Profile = toml::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(profile.wrong(), None, "{name}");
            assert!(!profile.about.is_empty(), "{name}");
        }
        assert_eq!(profiles().count(), FILES.len());
    }
}
