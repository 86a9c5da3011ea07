use acetate_dsp::DelayLine;
use acetate_model::{Block, Curve, Ms, Params, Processor, Settings, Spec};

/// Delays that differ by less than this many frames are the same: the sums of a session's decimals shall not cost a
/// whole delay its bits.
const SAME: f64 = 1e-7;

/// Moves a signal in time, by parts of a frame where that is what it takes: for microphones at different distances, or
/// a direct signal beside an amplifier. Between frames it interpolates with a long filter, flat and exact in time to
/// 20 kHz; whole frames, and none at all, change no bit.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct DelaySettings {
    /// How much later it sounds, or earlier where negative.
    #[param(default = 0.0, range = -50.0..=50.0)]
    pub delay_ms: Ms,
}

/// A delay line for every channel.
#[derive(Debug, Clone)]
pub struct Delay {
    // none where nothing is delayed
    lines: Vec<DelayLine>,
    latency: usize,
}

impl Settings for DelaySettings {
    const ID: &'static str = "delay";
    const VERSION: u32 = 1;
    const EXAMPLE: &'static str = r#"{ "delay_ms": 0.35 }"#;
    type Processor = Delay;

    /// Every signal is late by the latency; this one by the wanted delay more. So the latency, which is taken out
    /// again, is what it takes to hear ahead as far as an earlier signal and the interpolator need.
    fn build(&self, spec: &Spec) -> Delay {
        let mut wanted = self.delay_ms.0 * spec.rate() / 1000.0;
        if (wanted - wanted.round()).abs() < SAME {
            wanted = wanted.round();
        }
        let (whole, fraction) = (wanted.floor(), wanted - wanted.floor());
        let latency = (DelayLine::shortest(fraction) as f64 - whole).max(0.0);
        let line = DelayLine::new((latency + whole) as usize, fraction);
        let count = if wanted == 0.0 { 0 } else { spec.channels * (1 + spec.linked) };
        Delay { lines: vec![line; count], latency: latency as usize }
    }

    fn curve(&self, _: &Spec) -> Curve {
        Curve::Response(Box::new(|_| 0.0))
    }
}

impl Processor for Delay {
    fn process(&mut self, block: &mut Block) {
        let channels = block.signals().flat_map(|signal| &mut signal.channels);
        channels.zip(&mut self.lines).for_each(|(channel, line)| line.run(channel));
    }

    fn reset(&mut self) {
        self.lines.iter_mut().for_each(DelayLine::reset);
    }

    fn latency(&self) -> usize {
        self.latency
    }
}
