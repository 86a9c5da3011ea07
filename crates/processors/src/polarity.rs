use acetate_model::{Block, Choice, Curve, Params, Processor, Settings, Spec};

/// Swaps plus and minus, of both channels or of one: for a microphone or a cable that was wired the wrong way round.
/// Exact to the last bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct PolaritySettings {
    /// Which channels are inverted. Signals that are not stereo are inverted by `both` only.
    #[param(default = none)]
    pub invert: Inverted,
}

/// Channels that are inverted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Inverted {
    /// Nothing.
    None,
    /// Every channel.
    Both,
    /// The left channel.
    Left,
    /// The right channel.
    Right,
}

/// A change of sign.
#[derive(Debug, Clone)]
pub struct Polarity {
    invert: Inverted,
}

impl Polarity {
    fn turns(&self, channel: usize, channels: usize) -> bool {
        match self.invert {
            Inverted::None => false,
            Inverted::Both => true,
            Inverted::Left => (channel, channels) == (0, 2),
            Inverted::Right => (channel, channels) == (1, 2),
        }
    }
}

impl Settings for PolaritySettings {
    const ID: &'static str = "polarity";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "invert": "both" }"#;
    type Processor = Polarity;

    fn build(&self, _: &Spec) -> Polarity {
        Polarity { invert: self.invert }
    }

    fn curve(&self, _: &Spec) -> Curve {
        Curve::Response(Box::new(|_| 0.0))
    }
}

impl Processor for Polarity {
    fn process(&mut self, block: &mut Block) {
        for signal in block.signals() {
            let channels = signal.channels.len();
            for (at, channel) in signal.channels.iter_mut().enumerate() {
                if self.turns(at, channels) {
                    for x in channel {
                        *x = -*x;
                    }
                }
            }
        }
    }

    fn reset(&mut self) {}

    fn latency(&self) -> usize {
        0
    }
}
