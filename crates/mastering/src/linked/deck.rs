//! A file for DJ software: the master and four groups of stems that add up to it.

use acetate_files::{AudioWriter, StemTrack, join_tracks, name_stems};
use acetate_model::{Deliverable, FileForm, Role, Spec, Stem, Sum};

use super::set::Set;
use crate::{Error, finish::Finish, job::seal, order::Form, sums};

/// Stems in such a file.
const TRACKS: usize = 4;
/// The groups, in the usual order, with a colour that people who see colours otherwise can tell from the others (Okabe
/// and Ito, 2008).
const GROUPS: [(&str, &str); TRACKS] =
    [("Drums", "#009E73"), ("Bass", "#D55E00"), ("Music", "#CC79A7"), ("Vocals", "#56B4E9")];

/// A group of stems: its name, and which stems are in it.
#[derive(Debug, PartialEq, Eq)]
struct Group {
    name: String,
    /// Which of `GROUPS` it is, or would be.
    class: usize,
    stems: Vec<usize>,
}

/// Four groups: by what stems play, and where a group would be empty, the fullest gives a stem to it.
fn groups(stems: &[Stem]) -> Vec<Group> {
    let class = |stem: &Stem| match stem.role {
        Role::Kick | Role::Drums | Role::Percussion => 0,
        Role::Bass => 1,
        Role::LeadVocal | Role::BackingVocal => 3,
        _ => 2,
    };
    let mut groups: Vec<Group> = (0..TRACKS)
        .map(|k| Group {
            name: String::new(),
            class: k,
            stems: (0..stems.len()).filter(|n| class(&stems[*n]) == k).collect(),
        })
        .filter(|group| !group.stems.is_empty())
        .collect();
    while groups.len() < TRACKS {
        let fullest = groups.iter().enumerate().max_by_key(|(n, g)| (g.stems.len(), usize::MAX - n));
        let Some(at) = fullest.map(|(n, _)| n).filter(|n| groups[*n].stems.len() > 1) else { break };
        let class = groups[at].class;
        if let Some(moved) = groups[at].stems.pop() {
            groups.insert(at + 1, Group { name: String::new(), class, stems: vec![moved] });
        }
    }
    for group in &mut groups {
        group.name = match group.stems[..] {
            [alone] => stems[alone].name.clone(),
            _ => GROUPS[group.class].0.to_owned(),
        };
    }
    groups
}

pub(super) struct Deck {
    pub(super) set: Set,
    form: Form,
    groups: Vec<Group>,
    turned_down: f32,
}

impl Deck {
    /// Turned down by a factor, so that no group exceeds full scale.
    pub(super) fn open(finish: &mut Finish, form: &Form, over: f32) -> Result<Self, Error> {
        let stems = &finish.session.stems;
        let mut groups = groups(stems);
        // players expect four, and a silent one is a stem too
        while groups.len() < TRACKS {
            groups.push(Group { name: "–".into(), class: groups.len(), stems: Vec::new() });
        }
        let gains = groups.iter().map(|group| {
            (0..stems.len()).map(|n| if group.stems.contains(&n) { 1.0 } else { 0.0 }).collect()
        });
        let gains = gains.collect();
        let rate_hz = finish.session.rate_hz;
        finish.folder.claim(&form.path)?;
        let track = FileForm { bits: form.file.bits, ..FileForm::default() };
        let writer = |n: usize| {
            let beside = finish.folder.path().join(format!("track-{n}.wav"));
            AudioWriter::create(&beside, &track, (rate_hz, 2), &acetate_files::About::default())
        };
        let writers = (1..=TRACKS).map(writer).collect::<Result<_, _>>()?;
        let spec = Spec::new(rate_hz, 2, finish.options.block_frames);
        // dither adds a step or two to a peak
        let scale = if over > 1.0 { 0.999 / over } else { 1.0 };
        let set = Set::new(&track, gains, writers, Some(writer(0)?), (&spec, scale));
        Ok(Self { set, form: form.clone(), groups, turned_down: scale })
    }

    pub(super) fn finish(self, finish: &mut Finish) -> Result<(Deliverable, Sum), Error> {
        let rate_hz = finish.session.rate_hz;
        let target = finish.folder.path().join(&self.form.path);
        let file = join_tracks(&target, &self.set.finish()?, rate_hz)?;
        finish.progress.begin("verifying the stem file", Some(finish.bus.frames));
        let of = (&self.form, rate_hz);
        let (mut file, mut measured) = seal(file, of, None, &finish.about(None), finish.progress)?;
        let tracks: Vec<StemTrack> = self
            .groups
            .iter()
            .zip(GROUPS)
            .map(|(group, (_, colour))| StemTrack { name: group.name.clone(), colour })
            .collect();
        name_stems(&mut file, &tracks)?;
        // the names came last, since players look for them in the box that tags are written into
        measured.sha256 = acetate_files::sha256_file(file.path())?;
        let measured = finish.keep(file, measured);
        let mut delivered = finish.deliverable(&self.form, rate_hz, &measured, Vec::new(), None);
        delivered.turned_down_db =
            acetate_model::amplitude_db(f64::from(1.0 / self.turned_down)).filter(|db| *db > 0.0);
        let track = |n: usize| format!("{}#{n}", self.form.path);
        Ok((delivered, sums::exact((2..=TRACKS + 1).map(track).collect(), &track(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(roles: &[Role]) -> Vec<(String, Vec<usize>)> {
        let stem = |(n, role): (usize, &Role)| Stem {
            role: *role,
            ..Stem::new(
                &format!("s{n}"),
                acetate_model::RoleGuess::default(),
                acetate_model::SourceInfo::default(),
            )
        };
        let stems: Vec<Stem> = roles.iter().enumerate().map(stem).collect();
        groups(&stems).into_iter().map(|g| (g.name, g.stems)).collect()
    }

    #[test]
    fn stems_are_grouped_by_what_they_play() {
        let band = [Role::Kick, Role::Drums, Role::Bass, Role::Keys, Role::Guitars, Role::LeadVocal];
        let named = |name: &str, stems: &[usize]| (name.to_owned(), stems.to_vec());
        assert_eq!(
            grouped(&band),
            [named("Drums", &[0, 1]), named("s2", &[2]), named("Music", &[3, 4]), named("s5", &[5])]
        );
        assert_eq!(
            grouped(&[Role::Keys, Role::Synths, Role::Guitars, Role::Drums]),
            [named("s3", &[3]), named("s0", &[0]), named("s1", &[1]), named("s2", &[2])]
        );
        assert_eq!(grouped(&[Role::LeadVocal, Role::Music]), [named("s1", &[1]), named("s0", &[0])]);
    }
}
