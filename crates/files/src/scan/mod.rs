//! From what was sent to stems and a mix.

mod candidate;
mod ignore;
mod material;
mod mix;
mod names;
mod pairs;
mod passed;
mod starts;
mod tracks;
mod tree;
mod versions;

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use acetate_model::{Name, RoleGuess};

use self::candidate::Candidate;
use crate::{FileError, StemFile, absolute};

pub use self::passed::PassedOver;

/// What was sent: stems, perhaps the client's mix, and what is neither.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delivery {
    /// In natural order of their names (2 before 10).
    pub stems: Vec<DeliveryFile>,
    /// The stereo mix, for comparison.
    pub mix: Option<DeliveryFile>,
    /// What was seen and not taken.
    pub passed_over: Vec<PassedOver>,
}

/// One sound of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryFile {
    /// From the file's name, or from a name within it; unique among the stems, without `/`.
    pub name: Name,
    /// Where it is.
    pub file: StemFile,
    /// What its name says it plays.
    pub role: RoleGuess,
}

/// Gathers the stems from folders, archives and files, and the client's mix: `mix` if given, else the one named so.
///
/// Folders are searched with their sub-folders, ZIP archives are unpacked into temporary files, a file of many
/// channels or tracks becomes several stems, and two mono files that are left and right become one. A single
/// file is the song itself, whatever its name.
pub fn scan(inputs: &[PathBuf], mix: Option<&Path>) -> Result<Delivery, FileError> {
    let mut delivery = Delivery::default();
    let mut found = Vec::new();
    for input in inputs {
        found.extend(tree::search(input, &mut delivery.passed_over)?);
    }
    let given = mix.map(|path| Candidate::given_mix(path, &mut found)).transpose()?;
    refuse_twice(&found)?;
    let mut candidates = pairs::join(tracks::split(found, &mut delivery.passed_over)?);
    let named = inputs.first().ok_or(FileError::NoInput)?;
    let mut mix = mix::choose(given, &mut candidates, &mut delivery.passed_over);
    if candidates.is_empty() {
        return Err(FileError::NoStems { path: named.clone(), seen: "the mix alone".into() });
    }
    starts::align(&mut candidates, &mut mix);
    candidates.iter().chain(&mix).try_for_each(refuse_unnameable)?;
    names::tell_apart(&mut candidates);
    candidates
        .sort_by(|a, b| names::natural(&a.label, &b.label).then_with(|| a.file.shown().cmp(&b.file.shown())));
    // what the names have in common is the song's title, and says nothing of a role
    let labels: Vec<String> = candidates.iter().map(|c| c.label.clone()).collect();
    let guesses = RoleGuess::from_names(&labels.iter().map(String::as_str).collect::<Vec<_>>());
    delivery.stems = candidates.into_iter().zip(guesses).map(|(c, guess)| c.into_file(guess)).collect();
    delivery.mix = mix.map(|mix| {
        let guess = RoleGuess::from_name(&mix.label);
        mix.into_file(guess)
    });
    names::make_unique(&mut delivery.stems);
    Ok(delivery)
}

fn refuse_twice(found: &[Candidate]) -> Result<(), FileError> {
    let mut seen = HashSet::new();
    for candidate in found {
        let input = &candidate.file.input;
        let real = fs::canonicalize(input.path()).map_err(FileError::io(input.path(), "read it"))?;
        if !seen.insert((real, input.name_in_archive())) {
            return Err(FileError::Twice { path: input.shown() });
        }
    }
    Ok(())
}

/// A session is text, and so must be the paths in it.
fn refuse_unnameable(candidate: &Candidate) -> Result<(), FileError> {
    let inputs = [Some(&candidate.file.input), candidate.file.right.as_ref()];
    match inputs.into_iter().flatten().find(|input| absolute(input.path()).to_str().is_none()) {
        Some(input) => Err(FileError::NotText { path: input.shown() }),
        None => Ok(()),
    }
}
