use std::path::Path;

use acetate_files::Checksums;
use acetate_model::{Kept, Outcome, Quantity, Session, Sum};
use rayon::prelude::*;

use crate::{CHECKSUMS, Error, Options, Progress, SESSION_FILE, deliver, job::meters, read_session, sums};

/// What became of a delivered folder.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Verification {
    /// Every file of audio with its promises, measured anew.
    pub files: Vec<VerifiedFile>,
    /// What adds up to what, measured anew.
    pub sums: Vec<Sum>,
    /// Files whose bytes are not what the checksums say, with what is wrong.
    pub changed: Vec<String>,
}

/// One file, measured anew.
#[derive(Debug, Clone, serde::Serialize)]
pub struct VerifiedFile {
    /// The file.
    pub file: String,
    /// Its promises.
    pub promises: Vec<Kept>,
}

impl Verification {
    /// Whether everything is as promised.
    pub fn holds(&self) -> bool {
        let of_files = self.files.iter().flat_map(|f| &f.promises);
        let of_sums = self.sums.iter().flat_map(|s| &s.promises);
        self.changed.is_empty() && of_files.chain(of_sums).all(|p| p.kept)
    }
}

/// What only a rendering can tell, since it needs the signal before the last stages.
const OF_A_RENDERING: [Quantity; 3] = [Quantity::Dither, Quantity::GainReduction, Quantity::MaxGainReduction];

/// Measures the files of a folder again and compares them with what its session promised.
///
/// What needs the signals inside a rendering (dither, gain reduction) is left out.
pub fn verify(folder: &Path, options: &Options, progress: &dyn Progress) -> Result<Verification, Error> {
    let session: Session = read_session(&folder.join(SESSION_FILE))?;
    let Outcome { deliverables, sums, .. } = session.outcome.unwrap_or_default();
    let listed = Checksums::read(&folder.join(CHECKSUMS))?;
    let changed = listed.entries.iter().filter_map(|(name, sha256)| changed(folder, name, sha256)).collect();
    progress.begin("verifying", Some(deliverables.iter().map(|d| d.frames).sum()));
    options.in_pool(|| {
        let files = deliverables
            .par_iter()
            .map(|delivered| {
                let path = folder.join(&delivered.file);
                let of = (delivered.format, delivered.rate_hz);
                let measured = deliver::measure(&path, of, None, meters(&delivered.file), progress)?;
                let promised = delivered.promises.iter().map(|kept| kept.promise.clone());
                let promises = promised.filter(|p| !OF_A_RENDERING.contains(&p.quantity)).collect();
                let promises = deliver::keep(promises, &measured.readings);
                Ok(VerifiedFile { file: delivered.file.clone(), promises })
            })
            .collect::<Result<_, Error>>()?;
        let find = |file: &str| folder.join(file);
        let sums = sums.into_iter().map(|sum| sums::measured(sum, None, &find, progress));
        Ok(Verification { files, sums: sums.collect::<Result<_, Error>>()?, changed })
    })
}

/// What is wrong with the bytes of a file, if anything is.
fn changed(folder: &Path, name: &str, sha256: &str) -> Option<String> {
    match acetate_files::sha256_file(folder.join(name)) {
        Ok(found) if found == sha256 => None,
        Ok(found) => Some(format!(
            "{name}: expected SHA-256 {sha256}, found {found}; it was changed after it was written"
        )),
        Err(error) => Some(error.to_string()),
    }
}
