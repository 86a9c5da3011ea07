use acetate_model::{
    Advice, Advisor, By, Case, Evidence, Finding, Json, Map, Move, Place, Quantity, Repair, Value,
};

use crate::moves::{advise, rounded, settings};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "bus",
    about: "By consent only (`--repair bus`): does again what the null test found on the client's mix bus, so that what was \
            approved is what is mastered. A compressor or limiter becomes the gain that the mix shows, an equaliser the \
            curve it shows; one stem at another level, time or polarity than in the mix is brought to it (the latter two \
            also by `--repair align` and `--repair polarity`). Keeps quiet where the stems add up to the mix.",
    repairs: true,
    faults: |_| Vec::new(),
    run,
};

/// The code of the check whose finding it follows.
pub(crate) const NULL_TEST: &str = "null_test";
/// The gain gets this much more room than it was seen to move, in dB, within these limits.
const ROOM_DB: f64 = 6.0;
const RANGE_DB: [f64; 2] = [6.0, 24.0];
/// The farthest that a processor moves a mix, and a stem, in ms.
const MIX_MS: f64 = 1000.0;
const STEM_MS: f64 = 50.0;
/// The most that a gain, or a point of a curve, does, in dB.
const MOST_DB: f64 = 24.0;
/// A level below this is none.
const LEVEL_DB: f64 = 0.05;
/// A delay below this is none, in frames.
const OFFSET_FRAMES: f64 = 0.005;

fn run(case: &Case) -> Advice {
    let Some(finding) = case.findings.iter().find(|f| f.code == NULL_TEST) else { return Advice::new() };
    let may = |repair| case.brief.repair.contains(&repair);
    match finding.evidence.first().map(|first| first.quantity) {
        Some(Quantity::NullGain | Quantity::NullFilterGain) if may(Repair::Bus) => gain(case, finding),
        Some(Quantity::NullFilter) if may(Repair::Bus) => filter(case, finding),
        Some(Quantity::NullOneStem) => stem(case, finding),
        _ => Advice::new(),
    }
}

fn evidence(finding: &Finding, quantity: Quantity) -> Option<&Evidence> {
    finding.evidence.iter().find(|e| e.quantity == quantity)
}

fn value(finding: &Finding, quantity: Quantity) -> Option<f64> {
    evidence(finding, quantity).map(|e| e.value)
}

fn mix(finding: &Finding) -> Option<Place> {
    finding.evidence.first()?.against.clone()
}

/// The gain over time of the mix, which steers.
fn gain(case: &Case, finding: &Finding) -> Advice {
    let (Some(gain_db), Some(frames), Some(range_db), Some(rate_hz), Some(mix)) = (
        value(finding, Quantity::MixGain),
        value(finding, Quantity::MixDelay),
        value(finding, Quantity::MixGainRange),
        case.readings.scalar(&Place::Master, Quantity::Rate),
        mix(finding),
    ) else {
        return Advice::new();
    };
    let offset_ms = 1000.0 * frames / rate_hz;
    if offset_ms.abs() > MIX_MS || gain_db.abs() > MOST_DB {
        return Advice::new();
    }
    let keys = settings([
        ("range_db", rounded((range_db + ROOM_DB).clamp(RANGE_DB[0], RANGE_DB[1]), 1)),
        ("gain_db", rounded(gain_db, 2)),
        ("offset_ms", Json::from(offset_ms)),
    ]);
    let because =
        "The client's mix bus moved the gain; the sum of the stems is made to move as the mix does."
            .to_owned();
    let mut one = advise(ADVISOR.id, &Place::Master, ("bus_gain", keys), because, finding.evidence.clone());
    one.process.key = Some(mix);
    vec![one]
}

/// The curve of the mix over the sum.
fn filter(case: &Case, finding: &Finding) -> Advice {
    let Some(Value::Spectrum { hz, db }) =
        mix(finding).and_then(|mix| case.readings.between(&Place::Master, &mix, Quantity::MixTransfer))
    else {
        return Advice::new();
    };
    let points: Vec<Json> = hz
        .iter()
        .zip(db)
        .filter_map(|(&hz, &db)| Some((hz, db?.clamp(-MOST_DB, MOST_DB))))
        .map(|(hz, db)| Json::Object(settings([("hz", rounded(hz, 1)), ("gain_db", rounded(db, 3))])))
        .collect();
    let because =
        "The client's mix bus had an equaliser; the sum of the stems gets the curve that the mix shows."
            .to_owned();
    let process = ("contour", settings([("points", Json::from(points))]));
    vec![advise(ADVISOR.id, &Place::Master, process, because, finding.evidence.clone())]
}

/// One stem brought to where the mix has it.
fn stem(case: &Case, finding: &Finding) -> Advice {
    let (Some(factor), Some(frames), Some(rate_hz)) = (
        value(finding, Quantity::OneStemFactor),
        value(finding, Quantity::OneStemDelay),
        case.readings.scalar(&Place::Master, Quantity::Rate),
    ) else {
        return Advice::new();
    };
    let may = |repair| case.brief.repair.contains(&repair) || case.brief.repair.contains(&Repair::Bus);
    let level_db = 20.0 * libm::log10(factor.abs().max(f64::MIN_POSITIVE));
    // what is not in the mix at all is for a person to take out
    if level_db.abs() > MOST_DB {
        return Advice::new();
    }
    let delay_ms = 1000.0 * frames / rate_hz;
    let mut advice = Advice::new();
    let mut add = |id: &str, process: (&str, Map), because: &str| {
        let made = advise(id, &finding.at, process, because.to_owned(), finding.evidence.clone());
        advice.push(Move { by: By::Advisor(ADVISOR.id.to_owned()), ..made });
    };
    if factor < 0.0 && may(Repair::Polarity) {
        let keys = settings([("invert", Json::from("both"))]);
        add("bus_polarity", ("polarity", keys), "It stands in the mix the other way round.");
    }
    if frames.abs() >= OFFSET_FRAMES && delay_ms.abs() <= STEM_MS && may(Repair::Align) {
        let keys = settings([("delay_ms", Json::from(delay_ms))]);
        add("bus_delay", ("delay", keys), "It stands in the mix at another time.");
    }
    if level_db.abs() >= LEVEL_DB && case.brief.repair.contains(&Repair::Bus) {
        add(
            "bus_level",
            ("gain", settings([("gain_db", rounded(level_db, 2))])),
            "It stands in the mix at another level.",
        );
    }
    advice
}
