//! What is to be written, worked out from the brief before anything is rendered.

use acetate_advisors::ADVISORS;
use acetate_files::{About, Cover, encoder_of};
use acetate_model::{
    Brief, Case, Dbtp, Ending, FileForm, Finding, Format, Lufs, Move, Place, Profile, Session, Severity,
    Stage, Standing, Version,
};
use acetate_processors::is_limiter;

use crate::{DELIVERABLES, Error, made_by, profiles::asked};

/// The file for DJ software, and the depth of its tracks: that of a disc, which every player reads.
const DECK_FILE: &str = "master.stem.mp4";
const DECK_BITS: u32 = 16;
/// The folder of versions that a person asks for.
const VERSIONS: &str = "versions";

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    /// Its path within the output folder.
    pub(crate) path: String,
    pub(crate) file: FileForm,
}

/// What the last stage shall reach; what is not said is the brief's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Aim {
    pub(crate) loudness_lufs: f64,
    pub(crate) ceiling_dbtp: f64,
    pub(crate) ending: Ending,
}

/// Files that come out of one rendering of the last stage.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) aim: Aim,
    pub(crate) rate_hz: u32,
    pub(crate) forms: Vec<Form>,
    /// What is only encoded and measured, with the profile that asks for it.
    pub(crate) codecs: Vec<(String, FileForm)>,
}

/// Mastered stems that are to be written.
#[derive(Debug, Clone)]
pub(crate) struct StemsForm {
    pub(crate) folder: String,
    pub(crate) form: FileForm,
}

/// A version that is to be written.
#[derive(Debug, Clone)]
pub(crate) struct VersionForm {
    pub(crate) version: Version,
    /// The gain of each stem, as a factor.
    pub(crate) gains: Vec<f64>,
    pub(crate) form: Form,
    pub(crate) rate_hz: u32,
}

/// Everything that is to be written.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The first makes the master.
    pub(crate) groups: Vec<Group>,
    pub(crate) stems: Vec<StemsForm>,
    pub(crate) versions: Vec<VersionForm>,
    /// Files for DJ software.
    pub(crate) decks: Vec<Form>,
    /// Folders for what was changed.
    pub(crate) deltas: Vec<String>,
    pub(crate) about: About,
    /// What a profile asked for and cannot be had from this song.
    pub(crate) left_out: Vec<Finding>,
}

/// Refuses a wish that could never be fulfilled, before any work is done.
pub(crate) fn refuse_impossible(brief: &Brief) -> Result<(), Error> {
    if let Err(wrong) = brief.validate() {
        let given = wrong.path.join(".");
        return Err(Error::BadWish { given, error: wrong.error });
    }
    let profiles = asked(brief)?;
    let needed = |format: &Format| {
        profiles.iter().any(|(_, profile)| {
            let mut all = profile.files.iter().chain(&profile.codecs).chain(&profile.stems);
            all.any(|form| form.format == *format) || (profile.stem_mp4 && *format == Format::Alac)
        })
    };
    Format::all().filter(needed).try_for_each(encoder_of)?;
    cover(brief).map(drop)
}

fn cover(brief: &Brief) -> Result<Option<Cover>, Error> {
    let path = brief.tags.cover.as_ref();
    Ok(path.map(|path| Cover::read(path.as_ref())).transpose()?)
}

impl Order {
    /// Of a session whose stems are known.
    pub(crate) fn of(session: &Session) -> Result<Self, Error> {
        let brief = &session.brief;
        let mut order = Self {
            groups: Vec::new(),
            stems: Vec::new(),
            versions: Vec::new(),
            decks: Vec::new(),
            deltas: Vec::new(),
            about: About {
                title: brief.title.clone(),
                tags: brief.tags.clone(),
                cover: cover(brief)?,
                made_by: made_by(),
            },
            left_out: Vec::new(),
        };
        let usual = Aim::of(brief, &Profile::default());
        for form in DELIVERABLES {
            let file = FileForm { bits: Some(form.bits), rate_hz: form.rate_hz, ..FileForm::default() };
            order.add(usual, session.rate_hz, Form { path: form.file.to_owned(), file });
        }
        for (name, profile) in asked(brief)? {
            order.add_profile(session, &name, &profile)?;
        }
        for version in &brief.versions {
            let gains = version
                .gains(&session.stems)
                .map_err(|error| Error::BadWish { given: "versions".into(), error })?;
            let path = format!("{VERSIONS}/{}.wav", version.file());
            order.add_version(session, version, gains, Form { path, file: FileForm::default() });
        }
        order.refuse_two_of_one_name(session)?;
        Ok(order)
    }

    /// Stems may have names that no two files can have, and a person's profile that of a folder of ours.
    fn refuse_two_of_one_name(&self, session: &Session) -> Result<(), Error> {
        let mut paths: Vec<String> = self.paths(session).iter().map(|path| path.to_lowercase()).collect();
        paths.sort();
        match paths.array_windows().find(|[one, other]| one == other) {
            None => Ok(()),
            Some([path, _]) => {
                let error = format!(
                    "expected files of different names, found two that would be `{path}`; rename one"
                );
                Err(Error::BadWish { given: "deliver".into(), error })
            }
        }
    }

    fn add_profile(&mut self, session: &Session, name: &str, profile: &Profile) -> Result<(), Error> {
        let aim = Aim::of(&session.brief, profile);
        for file in &profile.files {
            self.add(
                aim,
                session.rate_hz,
                Form { path: format!("{name}/{}", file.name()), file: file.clone() },
            );
        }
        let first = profile.files.first();
        let rate_hz = first.map_or(session.rate_hz, |file| file.file_rate_hz(session.rate_hz));
        for codec in &profile.codecs {
            self.group(aim, rate_hz).codecs.push((name.to_owned(), codec.clone()));
        }
        if let Some(form) = &profile.stems {
            if session.stems.len() > 1 {
                let folder = if profile.files.is_empty() { name.to_owned() } else { format!("{name}/stems") };
                self.stems.push(StemsForm { folder, form: form.clone() });
            } else if profile.files.is_empty() {
                let error = format!("`{name}`: expected a song of at least two stems, found one file");
                return Err(Error::BadWish { given: "deliver".into(), error });
            } else {
                self.leave_out(name, "mastered stems", "the song came as one file");
            }
        }
        if profile.deltas {
            self.deltas.push(name.to_owned());
        }
        if profile.stem_mp4 {
            if session.stems.len() > 1 {
                let file = FileForm { format: Format::Alac, bits: Some(DECK_BITS), ..FileForm::default() };
                self.decks.push(Form { path: format!("{name}/{DECK_FILE}"), file });
            } else {
                self.leave_out(name, "a stem file", "the song came as one file");
            }
        }
        for version in &profile.versions {
            match version.gains(&session.stems) {
                Ok(gains) => {
                    let file = FileForm { file: version.file(), ..first.cloned().unwrap_or_default() };
                    let form = Form { path: format!("{name}/{}", file.name()), file };
                    self.add_version(session, version, gains, form);
                }
                Err(why) => self.leave_out(name, &version.to_string(), &why),
            }
        }
        Ok(())
    }

    fn add(&mut self, aim: Aim, session_hz: u32, form: Form) {
        let rate_hz = form.file.file_rate_hz(session_hz);
        self.group(aim, rate_hz).forms.push(form);
    }

    fn group(&mut self, aim: Aim, rate_hz: u32) -> &mut Group {
        let same = |group: &Group| group.aim == aim && group.rate_hz == rate_hz;
        let at = self.groups.iter().position(same).unwrap_or_else(|| {
            self.groups.push(Group { aim, rate_hz, forms: Vec::new(), codecs: Vec::new() });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }

    fn add_version(&mut self, session: &Session, version: &Version, gains: Vec<f64>, form: Form) {
        let rate_hz = form.file.file_rate_hz(session.rate_hz);
        self.versions.push(VersionForm { version: version.clone(), gains, form, rate_hz });
    }

    fn leave_out(&mut self, profile: &str, what: &str, why: &str) {
        self.left_out.push(Finding {
            code: "not_delivered".into(),
            severity: Severity::Note,
            at: Place::Master,
            when_ms: Vec::new(),
            text: format!("The profile `{profile}` asks for {what}, which was not delivered: {why}."),
            hint: "Everything else of the profile was.".into(),
            repair: None,
            evidence: Vec::new(),
        });
    }

    /// Every path that will be written to; those of differences are refused when they are opened.
    pub(crate) fn paths(&self, session: &Session) -> Vec<String> {
        let of_groups = self.groups.iter().flat_map(|g| &g.forms);
        let of_versions = self.versions.iter().map(|v| &v.form);
        let of_stems = self.stems.iter().flat_map(|stems| stem_forms(stems, session));
        let paths = of_groups.chain(of_versions).chain(&self.decks).map(|form| form.path.clone());
        paths.chain(of_stems.map(|form| form.path)).collect()
    }
}

/// The files of the mastered stems.
pub(crate) fn stem_forms(stems: &StemsForm, session: &Session) -> Vec<Form> {
    let form = |name: &String| {
        // a stem's name may hold what no file's name may
        let plain = |c: char| if "/\\:*?\"<>|".contains(c) || c.is_control() { '_' } else { c };
        let file = FileForm { file: name.chars().map(plain).collect(), ..stems.form.clone() };
        Form { path: format!("{}/{}", stems.folder, file.name()), file }
    };
    session.stems.iter().map(|stem| form(&stem.name)).collect()
}

impl Aim {
    fn of(brief: &Brief, profile: &Profile) -> Self {
        Self {
            loudness_lufs: profile.loudness_lufs.unwrap_or_else(|| brief.target()).0,
            ceiling_dbtp: profile.ceiling_dbtp.unwrap_or(brief.ceiling_dbtp).0,
            ending: profile.ending,
        }
    }

    /// The last stage of the plan, made for this aim.
    pub(crate) fn moves(&self, session: &Session, last: &[Move]) -> Vec<Move> {
        let usual = Self::of(&session.brief, &Profile::default());
        let mut moves = last.to_vec();
        if self.ending.is_open() {
            moves.retain(|m| !is_limiter(&m.process.kind));
        } else if *self != usual {
            let is_active = |m: &&mut Move| is_limiter(&m.process.kind) && m.standing == Standing::Active;
            let advised = self.advised(session);
            if let Some((limiter, advised)) = moves.iter_mut().rfind(is_active).zip(advised) {
                limiter.promises = advised.promises;
                for key in ["ceiling_dbtp", "drive_db"] {
                    if let Some(value) = advised.process.settings.get(key) {
                        limiter.process.settings.insert(key.into(), value.clone());
                    }
                }
            }
        }
        moves
    }

    /// What the limiter's advisor says to a brief that asks for this.
    fn advised(&self, session: &Session) -> Option<Move> {
        let brief = Brief {
            loudness_lufs: Some(Lufs(self.loudness_lufs)),
            ceiling_dbtp: Dbtp(self.ceiling_dbtp),
            ..session.brief.clone()
        };
        let case = Case {
            stage: Stage::Input,
            brief: &brief,
            stems: &session.stems,
            readings: &session.readings,
            findings: &session.findings,
        };
        let limiter = ADVISORS.iter().find(|advisor| advisor.id == "limiter")?;
        (limiter.run)(&case).into_iter().next()
    }
}
