use std::path::{Path, PathBuf};

use acetate_mastering::model::{Session, Strength};
use acetate_mastering::{
    Error, analyse, check, is_rejected, plan, point_at, read_session, refuse_existing, replan, session_text,
    write_text,
};

use crate::args::{How, Input, Wish};
use crate::print::Printer;
use crate::verbs::{find, pointed_at, watch};

/// What `acetate plan` was asked for.
pub(crate) struct Asked<'a> {
    pub(crate) wish: &'a Wish,
    pub(crate) output: &'a Path,
    /// How many proposals.
    pub(crate) alternatives: usize,
    pub(crate) force: bool,
    pub(crate) how: &'a How,
}

/// A plan with the file that it is written to.
pub(crate) struct Alternative {
    pub(crate) strength: Strength,
    pub(crate) session: Session,
    pub(crate) file: PathBuf,
}

impl Asked<'_> {
    /// Plans, and writes every proposal; true if the delivery can be mastered.
    pub(crate) fn plan(&self, input: &Input, printer: &Printer) -> Result<bool, Error> {
        let again = match &input.stems[..] {
            [path] if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) => Some(path),
            _ => None,
        };
        let done = match again {
            Some(path) => self.replanned(path, input)?,
            None => self.planned(input)?,
        };
        for one in &done {
            write_text(&one.file, &session_text(&one.session))?;
        }
        printer.planned(&done, self.how.quiet);
        Ok(!done.iter().any(|one| is_rejected(&one.session)))
    }

    fn planned(&self, input: &Input) -> Result<Vec<Alternative>, Error> {
        self.refuse(None)?;
        let heard =
            analyse(&find(input)?, &self.wish.brief()?, &self.how.options(self.force), &watch(self.how));
        let mut session = heard.map_err(|error| pointed_at(error, self.wish))?;
        check(&mut session);
        self.each(|strength| {
            let mut session = session.clone();
            session.brief.strength = strength.unwrap_or(session.brief.strength);
            plan(&mut session).map_err(|error| pointed_at(error, self.wish))?;
            Ok(session)
        })
    }

    /// A session again. It may be written over itself, but not where it is the record of finished files.
    fn replanned(&self, path: &Path, input: &Input) -> Result<Vec<Alternative>, Error> {
        if let Some(mix) = &input.mix {
            let expected = "stems to compare it with; a session has been compared already";
            return Err(Error::BadSetting {
                given: format!("--mix {}", mix.display()),
                expected: expected.into(),
            });
        }
        let session = read_session(path)?;
        self.refuse(Some(path).filter(|_| session.outcome.is_none()))?;
        let mut brief = self.wish.over(session.brief.clone())?;
        self.each(|strength| {
            let mut session = session.clone();
            brief.strength = strength.unwrap_or(brief.strength);
            replan(&mut session, brief.clone())
                .map_err(|error| point_at(pointed_at(error, self.wish), path))?;
            Ok(session)
        })
    }

    fn each(
        &self,
        mut design: impl FnMut(Option<Strength>) -> Result<Session, Error>,
    ) -> Result<Vec<Alternative>, Error> {
        let design = |(strength, file)| {
            let session = design(strength)?;
            Ok(Alternative { strength: session.brief.strength, session, file })
        };
        self.files().into_iter().map(design).collect()
    }

    /// The proposals asked for, the plan first; a single one has the strength of the brief.
    fn files(&self) -> Vec<(Option<Strength>, PathBuf)> {
        if self.alternatives == 1 {
            return vec![(None, self.output.to_owned())];
        }
        let named = [Strength::Planned, Strength::Gentle, Strength::Bold].into_iter().take(self.alternatives);
        let file = |strength| match strength {
            Strength::Planned => self.output.to_owned(),
            other => self.output.with_extension(format!("{}.json", other.name())),
        };
        named.map(|strength| (Some(strength), file(strength))).collect()
    }

    /// Refuses to write over what is there, but for one file.
    fn refuse(&self, except: Option<&Path>) -> Result<(), Error> {
        let real = |path: &Path| path.canonicalize().ok();
        let spared = except.and_then(real);
        for (_, file) in self.files() {
            if !self.force && (spared.is_none() || real(&file) != spared) {
                refuse_existing(&file)?;
            }
        }
        Ok(())
    }
}
