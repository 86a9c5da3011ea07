//! Laws over the list, and what each advisor does about its defect.

mod fixture;

use acetate_advisors::{ADVISORS, norms};
use acetate_model::{
    By, Evidence, Finding, Json, Lufs, Mode, Move, Place, Quantity, Repair, Severity, Value, VerdictChoice,
};
use fixture::{Fixture, size_db, third_octaves};

use Quantity::{
    Dc, HumFrequency, HumLevel, Integrated, LowCorrelation, MixDelay, MixGain, MixGainRange, NullFilter,
    NullGain, NullOneStem, OneStemDelay, OneStemFactor, PeakToLoudness, Rms, Rumble, SibilantLevel,
    SideToMid, Spectrum, TruePeak,
};

const MASTER: Place = Place::Master;

/// A defect that grows with its amount from harmless to severe, and the move that answers it.
struct Defect {
    answered_by: &'static str,
    spoil: fn(Fixture, f64) -> Fixture,
    amounts: [f64; 2],
    /// The smallest change of an amount that counts as one.
    step: f64,
}

const DEFECTS: &[Defect] = &[
    Defect { answered_by: "stem/keys/align", spoil: late_by, amounts: [0.0, 50.0], step: 0.5 },
    Defect {
        answered_by: "stem/vocals/rumble",
        spoil: |f, db| f.scalar(&Place::stem("vocals"), Rumble, db),
        amounts: [-45.0, -5.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/drums/rumble",
        spoil: |f, db| f.scalar(&Place::stem("drums"), Rumble, db),
        amounts: [-45.0, -5.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/vocals/balance",
        spoil: |f, db| f.beside(|stem, _| if stem == "vocals" { db } else { 0.0 }),
        amounts: [0.0, 14.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/vocals/balance",
        spoil: |f, db| f.beside(|stem, _| if stem == "vocals" { -db } else { 0.0 }),
        amounts: [0.0, 14.0],
        step: 0.1,
    },
    Defect { answered_by: "stem/keys/ride", spoil: Fixture::ridden, amounts: [0.0, 8.0], step: 0.1 },
    Defect {
        answered_by: "stem/keys/duck",
        spoil: |f, less| f.covered(0.3 - less),
        amounts: [0.0, 0.25],
        step: 0.002,
    },
    Defect {
        answered_by: "stem/keys/unmask",
        spoil: |f, db| {
            f.beside(|stem, hz| if stem == "keys" && (1100.0..3600.0).contains(&hz) { db } else { 0.0 })
        },
        amounts: [0.0, 9.0],
        step: 0.1,
    },
    Defect {
        answered_by: "master/tone",
        spoil: |f, db| f.tone(|hz| if hz > 5000.0 { db } else { 0.0 }),
        amounts: [0.0, 20.0],
        step: 0.1,
    },
    Defect {
        answered_by: "master/tone",
        spoil: |f, db| f.tone(|hz| if hz < 300.0 { -db } else { 0.0 }),
        amounts: [0.0, 20.0],
        step: 0.1,
    },
    Defect {
        answered_by: "master/tone",
        spoil: |f, db| f.tone(|hz| db * libm::log2(hz / 1000.0)),
        amounts: [0.0, 4.0],
        step: 0.02,
    },
    Defect {
        answered_by: "master/dynamics",
        spoil: |f, db| f.swings(|hz| if (3000.0..8000.0).contains(&hz) { db } else { 0.0 }),
        amounts: [0.0, 11.0],
        step: 0.1,
    },
    Defect {
        answered_by: "master/width",
        spoil: |f, less| f.scalar(&MASTER, LowCorrelation, 1.0 - less),
        amounts: [0.0, 0.99],
        step: 0.01,
    },
    Defect {
        answered_by: "master/width",
        spoil: |f, db| f.scalar(&MASTER, SideToMid, db),
        amounts: [-12.0, 5.9],
        step: 0.1,
    },
    Defect {
        answered_by: "master/limiter",
        spoil: |f, softer| f.scalar(&MASTER, Integrated, -14.0 - softer),
        amounts: [0.0, 20.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/keys/hum",
        spoil: |f, dbfs| {
            let keys = Place::stem("keys");
            f.scalar(&keys, HumLevel, dbfs).scalar(&keys, HumFrequency, 49.98)
        },
        amounts: [-90.0, -30.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/keys/low_width",
        spoil: |f, less| f.scalar(&Place::stem("keys"), LowCorrelation, 1.0 - less),
        amounts: [0.0, 1.4],
        step: 0.005,
    },
    Defect {
        answered_by: "master/reference",
        spoil: |f, db| f.reference(|hz| if hz > 5000.0 { -db } else { 0.0 }),
        amounts: [0.0, 12.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/keys/reference_level",
        spoil: |f, db| f.same_song(|name, _| if name == "keys" { -db } else { 0.0 }),
        amounts: [0.0, 9.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/keys/resonance",
        spoil: |f, db| f.rings("keys", 1300.0, db),
        amounts: [0.0, 12.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/vocals/sibilance",
        spoil: |f, db| f.scalar(&Place::stem("vocals"), SibilantLevel, db),
        amounts: [-15.0, 8.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/vocals/stem_tone",
        spoil: |f, db| f.stem_tone("vocals", |hz| if hz > 3000.0 { db } else { 0.0 }),
        amounts: [0.0, 20.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/vocals/stem_tone",
        spoil: |f, db| f.stem_tone("vocals", |hz| if hz > 3000.0 { -db } else { 0.0 }),
        amounts: [0.0, 20.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/keys/stem_tone",
        spoil: |f, db| f.stem_tone("keys", |hz| if (200.0..400.0).contains(&hz) { db } else { 0.0 }),
        amounts: [0.0, 20.0],
        step: 0.1,
    },
    Defect {
        answered_by: "stem/keys/bus_level",
        spoil: |f, db| {
            let keys = Place::stem("keys");
            let factor = acetate_model::amplitude(db);
            f.null_test(
                &keys,
                &[(NullOneStem, -90.0), (OneStemFactor, factor), (OneStemDelay, 0.0)],
                &[Repair::Bus],
            )
        },
        amounts: [0.0, 12.0],
        step: 0.1,
    },
];

/// Keys that hold the drums some milliseconds late, in a song that may be aligned.
fn late_by(mut song: Fixture, ms: f64) -> Fixture {
    let (keys, drums) = (Place::stem("keys"), Place::stem("drums"));
    song.brief.repair.push(Repair::Align);
    song.findings.extend((ms > 0.0).then(|| Finding {
        code: "timing".into(),
        severity: Severity::Warning,
        at: keys.clone(),
        when_ms: Vec::new(),
        text: String::new(),
        hint: String::new(),
        repair: Some(Repair::Align),
        evidence: vec![Evidence::new(&keys, Quantity::SharedLag, ms).against(&drums)],
    }));
    song
}

impl Defect {
    fn amounts(&self) -> Vec<f64> {
        let [from, to] = self.amounts;
        (0..=((to - from) / self.step) as usize).map(|n| from + n as f64 * self.step).collect()
    }

    fn answer(&self, amount: f64) -> Option<Move> {
        (self.spoil)(Fixture::good(), amount).plan().into_iter().find(|m| m.id == self.answered_by)
    }

    fn size_db(&self, amount: f64) -> f64 {
        self.answer(amount).as_ref().map_or(0.0, size_db)
    }
}

#[test]
fn a_good_mix_needs_nothing_but_its_loudness() {
    let ids: Vec<String> = Fixture::good().plan().into_iter().map(|m| m.id).collect();
    assert_eq!(ids, ["master/limiter"]);
}

#[test]
fn without_readings_nothing_is_guessed() {
    let mut unread = Fixture::good();
    unread.readings.0.clear();
    let plan = unread.plan();
    assert_eq!(plan.len(), 1, "{plan:#?}");
    assert_eq!((plan[0].promises.len(), &plan[0].process.settings["drive_db"]), (0, &Json::from(0.0)));
}

#[test]
fn every_defect_is_answered_and_only_by_its_own_move() {
    for defect in DEFECTS {
        let [harmless, severe] = defect.amounts;
        let others = |amount| {
            let plan = (defect.spoil)(Fixture::good(), amount).plan();
            plan.into_iter()
                .map(|m| m.id)
                .filter(|id| id != defect.answered_by && id != "master/limiter")
                .count()
        };
        assert!(defect.size_db(severe) > 1.0, "{} does too little", defect.answered_by);
        assert!(defect.size_db(harmless) < 0.01, "{} acts without need", defect.answered_by);
        assert_eq!(others(severe), 0, "another advisor meddles with {}", defect.answered_by);
    }
}

#[test]
fn a_worse_defect_never_gets_a_smaller_move() {
    for defect in DEFECTS {
        for pair in defect.amounts().windows(2) {
            let [before, after] = [pair[0], pair[1]].map(|amount| defect.size_db(amount));
            assert!(
                after >= before - 1e-9,
                "{} at {}: {before} dB, then {after} dB",
                defect.answered_by,
                pair[1]
            );
        }
    }
}

#[test]
fn a_tiny_change_never_flips_a_move() {
    for defect in DEFECTS {
        for pair in defect.amounts().windows(2) {
            let change = defect.size_db(pair[1]) - defect.size_db(pair[0]);
            assert!(change.abs() <= 0.5, "{} jumps by {change:.2} dB at {}", defect.answered_by, pair[1]);
        }
    }
}

/// The advisor that mends nothing; what it tells has a test of its own.
const ONLY_TELLS: &str = "overcooked";

#[test]
fn every_number_of_a_reason_stands_in_its_evidence_or_settings() {
    let mut told_of = Vec::new();
    for defect in DEFECTS {
        let [from, to] = defect.amounts;
        for amount in [0.37, 0.61, 0.83, 1.0].map(|share| from + share * (to - from)) {
            let Some(answer) = defect.answer(amount) else { continue };
            told_of.push(answer.by.clone());
            let known = known_numbers(&answer);
            for (number, digits) in numbers(&answer.because) {
                let half_a_digit = 0.5 * libm::pow(10.0, -f64::from(digits)) + 1e-9;
                let told = known.iter().any(|v| (v.abs() - number).abs() <= half_a_digit);
                assert!(told, "{number} in {:?} is in none of {known:?}", answer.because);
            }
        }
    }
    for advisor in ADVISORS.iter().filter(|advisor| advisor.id != ONLY_TELLS) {
        let by = By::Advisor(advisor.id.into());
        assert!(told_of.contains(&by), "{} was not heard", advisor.id);
    }
}

#[test]
fn every_advisor_is_told_of_and_ids_are_unique() {
    for (n, advisor) in ADVISORS.iter().enumerate() {
        assert!(advisor.about.len() > 80, "{} says too little of itself", advisor.id);
        assert!(ADVISORS[..n].iter().all(|a| a.id != advisor.id), "{} twice", advisor.id);
    }
}

const GAIN_MOVED: [(Quantity, f64); 4] =
    [(NullGain, -55.0), (MixGainRange, 3.0), (MixGain, -1.5), (MixDelay, 48.0)];

#[test]
fn a_gain_of_the_mix_bus_is_followed_by_consent_only_and_before_all_else() {
    let moved = |consent: &[Repair]| {
        let rumbling = Fixture::good().tone(|hz| if hz > 5000.0 { 15.0 } else { 0.0 });
        rumbling.null_test(&MASTER, &GAIN_MOVED, consent).plan()
    };
    let plan = moved(&[Repair::Bus]);
    assert_eq!(plan[0].id, "master/bus", "{plan:#?}");
    assert_eq!(plan[0].process.key, Some(Place::Bus("mix".into())));
    let settings = &plan[0].process.settings;
    assert_eq!([&settings["range_db"], &settings["gain_db"], &settings["offset_ms"]], [9.0, -1.5, 1.0]);
    for consent in [&[][..], &[Repair::Align, Repair::Polarity]] {
        assert!(moved(consent).iter().all(|m| m.id != "master/bus"), "{consent:?}");
    }
}

#[test]
fn an_equaliser_of_the_mix_bus_becomes_a_drawn_curve() {
    let mut shelved = Fixture::good().null_test(&MASTER, &[(NullFilter, -55.0)], &[Repair::Bus]);
    let transfer = third_octaves(|hz| if hz > 5000.0 { 1.0 } else { 0.0 });
    shelved = shelved.reads_against_mix(&MASTER, Quantity::MixTransfer, transfer);
    let plan = shelved.plan();
    assert_eq!((plan[0].id.as_str(), plan[0].process.kind.as_str()), ("master/bus", "contour"));
    assert_eq!(plan[0].process.settings["points"].as_array().map(Vec::len), Some(32));
}

#[test]
fn a_stem_is_turned_and_moved_by_the_consent_for_that() {
    let keys = Place::stem("keys");
    let numbers = [(NullOneStem, -90.0), (OneStemFactor, -1.2), (OneStemDelay, 24.0)];
    for (consent, ids) in [
        (&[Repair::Polarity][..], &["stem/keys/bus_polarity"][..]),
        (&[Repair::Align], &["stem/keys/bus_delay"]),
        (&[Repair::Bus], &["stem/keys/bus_polarity", "stem/keys/bus_delay", "stem/keys/bus_level"]),
        (&[], &[]),
    ] {
        let plan = Fixture::good().null_test(&keys, &numbers, consent).plan();
        let made: Vec<&str> = plan.iter().filter(|m| m.at == keys).map(|m| m.id.as_str()).collect();
        assert_eq!(made, ids, "{consent:?}");
    }
}

#[test]
fn the_plan_is_in_processing_order() {
    let mut spoilt = Fixture::good()
        .scalar(&Place::stem("keys"), Rumble, -10.0)
        .scalar(&Place::stem("drums"), Rumble, -10.0)
        .scalar(&MASTER, LowCorrelation, 0.2)
        .tone(|hz| if hz > 5000.0 { -18.0 } else { 0.0 })
        .swings(|_| 10.0);
    let ids = |f: &Fixture| f.plan().into_iter().map(|m| m.id).collect::<Vec<_>>();
    let master = ["master/tone", "master/dynamics", "master/width", "master/limiter"];
    assert_eq!(ids(&spoilt), [&["stem/drums/rumble", "stem/keys/rumble"][..], &master].concat());
    spoilt.brief.mode = Mode::Stereo;
    assert_eq!(ids(&spoilt), master);
    spoilt = spoilt.scalar(&MASTER, Rumble, -10.0);
    assert_eq!(ids(&spoilt), [&["master/rumble"][..], &master].concat());
}

#[test]
fn rumble_knows_its_roles() {
    let cutoff = |stem: &str| {
        let rumbling = Fixture::good().scalar(&Place::stem(stem), Rumble, -12.0);
        let thin = third_octaves(|hz| if hz < 60.0 { -60.0 } else { -20.0 });
        let settings =
            rumbling.reads(&Place::stem(stem), Spectrum, thin).settings(&format!("stem/{stem}/rumble"));
        settings["cutoff_hz"].as_f64().expect("a cutoff")
    };
    assert_eq!((cutoff("drums"), cutoff("vocals")), (20.0, 35.0));
}

#[test]
fn rumble_spares_low_music_and_what_no_one_hears() {
    let rumbling = || Fixture::good().scalar(&Place::stem("keys"), Rumble, -12.0);
    let deep = rumbling().reads(
        &Place::stem("keys"),
        Spectrum,
        third_octaves(|hz| if hz < 60.0 { -10.0 } else { -20.0 }),
    );
    assert_eq!(deep.settings("stem/keys/rumble")["cutoff_hz"], 20.0);
    let far_below = rumbling().scalar(&Place::stem("keys"), Rms, -61.0);
    assert!(far_below.plan().iter().all(|m| m.at == MASTER));
}

#[test]
fn white_noise_is_too_bright_and_brown_noise_too_dull() {
    let highs = |db_per_octave: f64| {
        let noise = third_octaves(|hz| db_per_octave * libm::log2(hz / 1000.0));
        let settings = Fixture::good().reads(&MASTER, Spectrum, noise).settings("master/tone");
        let bands = settings["bands"].as_array().expect("bands").clone();
        let shelf = bands.into_iter().find(|b| b["shape"] == "high_shelf").expect("a high shelf");
        shelf["gain_db"].as_f64().expect("a gain")
    };
    assert_eq!(highs(3.01), -norms::TONE_CUT_DB);
    assert_eq!(highs(-6.02), norms::TONE_BOOST_DB);
}

#[test]
fn tone_keeps_quiet_about_narrow_peaks_and_at_any_level() {
    let quiet = |f: Fixture| assert!(f.plan().iter().all(|m| m.id != "master/tone"));
    quiet(Fixture::good().tone(|hz| if (3100.0..3200.0).contains(&hz) { 6.0 } else { 0.0 }));
    quiet(Fixture::good().tone(|_| -40.0));
    quiet(Fixture::good().tone(|hz| if hz > 5000.0 { -60.0 } else { 0.0 }));
}

#[test]
fn the_published_curve_is_met() {
    // Values of the power density over 1 kHz as published for the fit, to one digit.
    let published = [
        (100.0, 10.7),
        (160.0, 9.7),
        (250.0, 8.2),
        (400.0, 6.0),
        (630.0, 3.3),
        (1600.0, -4.0),
        (2500.0, -8.3),
        (4000.0, -13.5),
    ];
    for (hz, density_db) in published {
        let band_db = density_db + 3.0103 * libm::log2(hz / 1000.0);
        assert!((norms::elowsson_friberg_db(hz) - band_db).abs() < 0.1, "at {hz} Hz");
    }
    let octaves = libm::log2(4500.0 / 89.0);
    let slope = (norms::elowsson_friberg_db(4500.0) - norms::elowsson_friberg_db(89.0)) / octaves - 3.0103;
    assert!((slope + 4.53).abs() < 0.05, "{slope} dB per octave");
}

#[test]
fn dynamics_stays_within_its_authority_and_leaves_pauses_alone() {
    // To where trust ends from the good swings, which lie 4 to 7 dB below what is usual.
    let settings =
        Fixture::good().swings(|hz| if hz < 10000.0 { 11.0 } else { 0.0 }).settings("master/dynamics");
    let bands = settings["bands"].as_array().expect("bands");
    assert_eq!(bands.len(), norms::SWINGS.len());
    let ranges: Vec<f64> = bands.iter().filter_map(|band| band.get("range_db")?.as_f64()).collect();
    assert_eq!(ranges.len(), 4);
    assert!(ranges.iter().all(|db| *db <= norms::SWING_RANGE_DB), "{ranges:?}");
    assert!(Fixture::good().swings(|_| 25.0).plan().iter().all(|m| m.id != "master/dynamics"));
}

#[test]
fn an_offset_is_taken_away_by_the_lowest_high_pass() {
    let offset = |dbfs| Fixture::good().scalar(&Place::stem("drums"), Dc, dbfs);
    assert_eq!(offset(-59.0).settings("stem/drums/rumble")["cutoff_hz"], 10.0);
    assert_eq!(offset(-10.0).settings("stem/drums/rumble")["cutoff_hz"], 10.0);
    assert!(offset(-61.0).plan().iter().all(|m| m.at == MASTER));
}

#[test]
fn the_limiter_aims_at_the_brief() {
    let mut loud = Fixture::good();
    loud.brief.loudness_lufs = Some(Lufs(-9.5));
    let plan = loud.plan();
    assert_eq!(plan[0].process.settings["drive_db"], 9.5);
    assert_eq!(plan[0].process.settings["style"], "transparent");
    let most = |quantity| plan[0].promises.iter().find(|p| p.quantity == quantity).map(|p| p.within[1]);
    assert_eq!([most(Integrated), most(TruePeak)], [Some(-9.45), Some(-1.0)]);
    let boomy = loud.tone(|hz| if hz < 120.0 { 20.0 } else { 0.0 });
    assert_eq!(boomy.settings("master/limiter")["style"], "clean_bass");
}

#[test]
fn the_verdict_follows_from_plan_and_findings() {
    let mut song = Fixture::good();
    assert_eq!(song.verdict().choice, VerdictChoice::Stems, "as the brief asks");
    song.brief.mode = Mode::Auto;
    assert_eq!(song.verdict().choice, VerdictChoice::Stereo);
    assert_eq!(song.verdict().weighed.map(|w| (w.as_sent, w.stereo, w.stems)), Some((0.0, 0.0, Some(0.0))));
    song = song.tone(|hz| if hz > 5000.0 { 20.0 } else { 0.0 });
    assert_eq!(song.verdict().choice, VerdictChoice::BackToMix, "past what a master may mend");
    assert!(song.verdict().for_the_mix[0].what.contains("highs"));
    song.brief.mode = Mode::Stereo;
    assert!(song.plan().iter().all(|m| m.at == MASTER));
    song.findings.push(Finding {
        code: "silence".into(),
        severity: Severity::Error,
        at: MASTER,
        when_ms: Vec::new(),
        text: "Everything is silent.".into(),
        hint: "Export again.".into(),
        repair: None,
        evidence: Vec::new(),
    });
    assert_eq!(song.verdict().choice, VerdictChoice::BackToMix);
    assert!(song.verdict().because[0].contains("silent"));
}

#[test]
fn a_song_too_short_for_loudness_is_promised_none() {
    let short = Fixture::good().reads(&MASTER, Integrated, Value::Undefined("shorter than 400 ms".into()));
    let plan = short.plan();
    let promised = |quantity| plan[0].promises.iter().any(|p| p.quantity == quantity);
    assert_eq!([Integrated, PeakToLoudness, TruePeak].map(promised), [false, false, true]);
}

/// The numbers that a reason may name: of the evidence and of the settings, through all tables.
fn known_numbers(m: &Move) -> Vec<f64> {
    fn collect(json: &Json, into: &mut Vec<f64>) {
        match json {
            Json::Number(n) => into.extend(n.as_f64()),
            Json::Array(entries) => entries.iter().for_each(|entry| collect(entry, into)),
            Json::Object(map) => map.values().for_each(|value| collect(value, into)),
            _ => {}
        }
    }
    let of = |e: &Evidence| [Some(e.value), e.at_hz, e.usual.map(|u| u[0]), e.usual.map(|u| u[1])];
    let mut known: Vec<f64> = m.evidence.iter().flat_map(of).flatten().collect();
    collect(&Json::Object(m.process.settings.clone()), &mut known);
    known
}

/// The numbers in a text, without sign, each with its digits after the point.
fn numbers(text: &str) -> Vec<(f64, u32)> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|word| word.trim_matches('.'))
        .filter_map(|word| {
            let digits = word.split_once('.').map_or(0, |(_, after)| after.len() as u32);
            Some((word.parse().ok()?, digits))
        })
        .collect()
}

#[test]
fn sides_that_cancel_are_left_to_the_mix() {
    for spoilt in [
        Fixture::good().scalar(&MASTER, LowCorrelation, -0.9),
        Fixture::good().scalar(&MASTER, SideToMid, 12.0),
    ] {
        assert!(spoilt.plan().iter().all(|m| m.id != "master/width"));
    }
}
