use acetate_model::Audio;

/// Hears what a stem becomes, move by move.
pub trait Ear: Send {
    /// The next frames behind a move, counted from 0 among those of the stem that are heard.
    ///
    /// Latency is taken out, and as many frames come in all as the stem sent.
    fn hear(&mut self, behind: usize, audio: &Audio);
}

/// Nobody listens.
#[derive(Debug, Clone, Copy)]
pub enum Deaf {}

impl Ear for Deaf {
    fn hear(&mut self, _behind: usize, _audio: &Audio) {
        match *self {}
    }
}

/// Where an ear listens: what is still only latency there, and how much was heard.
pub(crate) struct Tap {
    late: usize,
    heard: u64,
}

impl Tap {
    pub(crate) fn new(late: usize) -> Self {
        Self { late, heard: 0 }
    }

    /// Hands on what is neither latency nor behind the end of the `sent` frames.
    pub(crate) fn hear(&mut self, audio: &Audio, sent: u64, mut hear: impl FnMut(&Audio)) {
        let skip = self.late.min(audio.frames());
        self.late -= skip;
        let left = usize::try_from(sent - self.heard).unwrap_or(usize::MAX);
        let frames = left.min(audio.frames() - skip);
        self.heard += frames as u64;
        if frames == audio.frames() {
            hear(audio);
        } else if frames > 0 {
            let part = |channel: &Vec<f32>| channel[skip..skip + frames].to_vec();
            hear(&Audio { rate_hz: audio.rate_hz, channels: audio.channels.iter().map(part).collect() });
        }
    }
}
