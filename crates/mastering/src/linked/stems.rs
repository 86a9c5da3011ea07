use acetate_model::{Deliverable, FileForm, Spec, Sum};
use rayon::prelude::*;

use super::set::Set;
use crate::{
    DELIVERABLES, Error,
    deliver::{self, Measured},
    finish::Finish,
    job::FILE_METERS,
    order::{Form, StemsForm, stem_forms},
    sums,
};

/// One halving of every sample.
const HALF_DB: f64 = 6.020_599_913_279_624;

/// The files of all mastered stems in one form.
pub(super) struct StemFiles {
    pub(super) set: Set,
    forms: Vec<Form>,
    form: FileForm,
    halvings: u32,
}

impl StemFiles {
    pub(super) fn open(finish: &mut Finish, stems: &StemsForm, halvings: u32) -> Result<Self, Error> {
        let forms = stem_forms(stems, finish.session);
        let rate_hz = finish.session.rate_hz;
        let writers = forms.iter().map(|form| {
            let about = finish.about(Some(&form.file.file));
            let mut writer = finish.folder.create_audio(&form.path, &form.file, (rate_hz, 2), &about)?;
            writer.expect_frames(finish.bus.frames);
            Ok(writer)
        });
        let writers = writers.collect::<Result<Vec<_>, Error>>()?;
        let one = |at: usize| (0..forms.len()).map(|n| if n == at { 1.0 } else { 0.0 }).collect();
        let gains = (0..forms.len()).map(one).collect();
        let spec = Spec::new(rate_hz, 2, finish.options.block_frames);
        let scale = libm::exp2f(-(halvings as f32));
        let set = Set::new(&stems.form, gains, writers, None, (&spec, scale));
        Ok(Self { set, forms, form: stems.form.clone(), halvings })
    }

    /// How often every sample must be halved so that none exceeds the integers.
    pub(super) fn halvings_needed(&self) -> u32 {
        let over = self.set.over().filter(|_| self.halvings == 0);
        over.map_or(0, |peak| libm::ceil(libm::log2(f64::from(peak))).max(1.0) as u32)
    }

    pub(super) fn finish(self, finish: &mut Finish) -> Result<(Vec<Deliverable>, Sum), Error> {
        let rate_hz = finish.session.rate_hz;
        let down_db = (self.halvings > 0).then(|| f64::from(self.halvings) * HALF_DB);
        let (progress, form) = (finish.progress, self.form);
        progress.begin("verifying the stems", Some(finish.bus.frames * self.forms.len() as u64));
        let titles: Vec<_> = self.forms.iter().map(|of| finish.about(Some(&of.file.file))).collect();
        let files = self.set.finish()?.into_par_iter().zip(titles);
        let measured = files.map(|(mut file, about)| {
            let (format, meters) = (form.format, Some(FILE_METERS));
            let mut measured = deliver::measure(file.path(), (format, rate_hz), None, meters, progress)?;
            about.write_into(&mut file, format, &measured.levels())?;
            measured.sha256 = acetate_files::sha256_file(file.path())?;
            Ok((file, measured))
        });
        let measured = measured.collect::<Result<Vec<_>, Error>>()?;
        let kept: Vec<Measured> =
            measured.into_iter().map(|(file, measured)| finish.keep(file, measured)).collect();
        let deliverables = self.forms.iter().zip(&kept).map(|(form, measured)| Deliverable {
            turned_down_db: down_db,
            ..finish.deliverable(form, rate_hz, measured, Vec::new(), None)
        });
        let parts = self.forms.iter().map(|form| form.path.clone()).collect();
        let whole = DELIVERABLES[0].file;
        let exact = form.sample_bits() != Some(32) && down_db.is_none();
        let sum = if exact { sums::exact(parts, whole) } else { sums::near(parts, whole, down_db) };
        Ok((deliverables.collect(), sum))
    }
}
