use acetate_model::Audio;

/// Makes a signal late by a whole number of frames.
pub(crate) struct Align {
    frames: usize,
    /// `[channel]`: the frames that are still to come out, oldest first.
    held: Vec<Vec<f32>>,
}

impl Align {
    pub(crate) fn new(frames: usize, channels: usize, max_frames: usize) -> Self {
        let held = (0..channels)
            .map(|_| {
                let mut line = Vec::with_capacity(frames + max_frames);
                line.resize(frames, 0.0);
                line
            })
            .collect();
        Self { frames, held }
    }

    pub(crate) fn process(&mut self, audio: &mut Audio) {
        if self.frames == 0 {
            return;
        }
        for (channel, held) in audio.channels.iter_mut().zip(&mut self.held) {
            held.extend_from_slice(channel);
            let length = channel.len();
            channel.copy_from_slice(&held[..length]);
            held.drain(..length);
        }
    }
}
