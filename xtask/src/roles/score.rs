use super::Judged;

/// How many were right, and of those that were sure.
#[derive(Default)]
pub(super) struct Score {
    count: usize,
    right: usize,
    sure: usize,
    sure_and_right: usize,
}

impl Score {
    pub fn of<'a>(judged: impl IntoIterator<Item = &'a Judged>) -> Self {
        judged.into_iter().fold(Self::default(), |score, judged| {
            let (right, sure) = (judged.is_right(), judged.is_sure());
            Self {
                count: score.count + 1,
                right: score.right + usize::from(right),
                sure: score.sure + usize::from(sure),
                sure_and_right: score.sure_and_right + usize::from(right && sure),
            }
        })
    }

    /// The cells of a table's row.
    pub fn cells(&self) -> String {
        let share = |part: usize, whole: usize| match whole {
            0 => "–".to_owned(),
            _ => format!("{:.0} %", 100.0 * part as f64 / whole as f64),
        };
        format!(
            "| {} | {} | {} | {} ",
            self.count,
            share(self.right, self.count),
            share(self.sure, self.count),
            share(self.sure_and_right, self.sure)
        )
    }
}
