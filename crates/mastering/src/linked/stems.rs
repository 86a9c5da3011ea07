use acetate_model::{Deliverable, FileForm, Spec, Sum, amplitude_db};

use super::set::Set;
use crate::{
    DELIVERABLES, Error,
    finish::Finish,
    order::{Form, StemsForm, stem_forms},
    sums,
};

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
        let writers = finish.writers(&forms)?;
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
        let down_db = amplitude_db(libm::exp2(f64::from(self.halvings))).filter(|db| *db > 0.0);
        let deliverables = finish.sealed(&self.forms, self.set.finish()?)?;
        let turned = |delivered| Deliverable { turned_down_db: down_db, ..delivered };
        let deliverables = deliverables.into_iter().map(turned).collect();
        let parts = self.forms.iter().map(|form| form.path.clone()).collect();
        let whole = DELIVERABLES[0].file;
        let exact = self.form.sample_bits() != Some(32) && down_db.is_none();
        let sum = if exact { sums::exact(parts, whole) } else { sums::near(parts, whole, down_db) };
        Ok((deliverables, sum))
    }
}
