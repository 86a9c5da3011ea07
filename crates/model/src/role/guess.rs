use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Role;
use super::spell::{self, Word};
use super::words::{PHRASES, Says};

/// How a role was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleBy {
    /// The brief says so.
    Brief,
    /// The file's name says so.
    Name,
    /// It sounds so.
    Sound,
    /// It was not found.
    #[default]
    None,
}

/// A role, and what it rests on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoleGuess {
    /// What the stem likely plays.
    pub role: Role,
    /// How that was found.
    pub by: RoleBy,
    /// How sure it is, from 0 to 1.
    pub confidence: f64,
    /// Why, in a few words.
    pub because: String,
}

/// Where a name holds another role, or more words that are not known: a song's title may be among them.
const DOUBTED: f64 = 0.7;
/// A word at the end of a word, one unknown word behind it.
const LIKELY: f64 = 0.85;
/// A song's title, common to all names of a delivery, does not tell a role.
const FROM_THE_TITLE: f64 = 0.7;

impl RoleGuess {
    /// What one file's name suggests.
    pub fn from_name(name: &str) -> Self {
        let dashes = [" - ", " – ", " — ", "_-_"];
        let segments: Vec<&str> = dashes
            .iter()
            .fold(vec![name], |parts, dash| parts.into_iter().flat_map(|p| p.split(dash)).collect());
        let last =
            segments.iter().rev().map(|segment| guess(&spell::words(segment))).find(|g| g.confidence > 0.0);
        let whole = guess(&spell::words(name));
        match last {
            // the last part stands above the title before it, unless it needs what stands there: `Vocals - Lead`
            Some(last) if last.confidence >= Role::TRUSTED && !doubtful(&segments, &last) => last,
            _ => whole,
        }
    }

    /// What the names of a whole delivery suggest, in their order: what all names have in common is the song's title.
    pub fn from_names(names: &[&str]) -> Vec<Self> {
        let [head, tail] = in_common(names);
        names
            .iter()
            .map(|name| {
                let whole = Self::from_name(name);
                if head + tail == 0 {
                    return whole;
                }
                let own = Self::from_name(&name[head..name.len() - tail]);
                if own.confidence >= Role::TRUSTED.min(whole.confidence) && own.role != Role::Unknown {
                    return own;
                }
                Self { confidence: whole.confidence.min(FROM_THE_TITLE), ..whole }
            })
            .collect()
    }
}

/// Whether a part before the last is nothing but another role: `Bass - Synth`.
fn doubtful(segments: &[&str], last: &RoleGuess) -> bool {
    let particular = |role| matches!(role, Role::Kick | Role::Percussion | Role::Drums | Role::BackingVocal);
    segments.iter().any(|segment| {
        let words = spell::words(segment);
        let other = guess(&words);
        let all_known = words.iter().all(|w| w.says.is_some() || !is_word(&w.text));
        all_known && other.confidence >= Role::TRUSTED && other.role != last.role && !particular(last.role)
    })
}

/// How many bytes all names share at their start and at their end, in whole words; nothing of a single name.
fn in_common(names: &[&str]) -> [usize; 2] {
    let Some((first, others)) = names.split_first().filter(|(_, others)| !others.is_empty()) else {
        return [0; 2];
    };
    let gap = |c: char| !c.is_alphanumeric();
    let same = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let same_end =
        |a: &str, b: &str| a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    let head = others.iter().map(|name| same(first, name)).min().unwrap_or(0);
    let head =
        (0..=head).rev().find(|&n| first.is_char_boundary(n) && first[..n].ends_with(gap)).unwrap_or(0);
    let shortest = names.iter().map(|name| name.len()).min().unwrap_or(0);
    let tail = others.iter().map(|name| same_end(first, name)).min().unwrap_or(0).min(shortest - head);
    let at = |n: usize| first.len() - n;
    let starts = |n: usize| first.is_char_boundary(at(n)) && first[at(n)..].starts_with(gap);
    let tail = (0..=tail).rev().find(|&n| starts(n)).unwrap_or(0);
    let holds_words = |name: &&str| name[head..name.len() - tail].chars().any(char::is_alphanumeric);
    if names.iter().all(holds_words) { [head, tail] } else { [head, 0] }
}

/// A role that words tell, by one of them or some in a row.
#[derive(Debug, Clone)]
struct Told {
    role: Role,
    confidence: f64,
    text: String,
    /// The whole kit, beside which a part of it may stand.
    kit: bool,
    /// The place of its last word.
    at: usize,
}

fn guess(words: &[Word]) -> RoleGuess {
    let (told, lead, backing, missing) = told(words);
    let chosen = if let Some(voice) = voice(&told, lead, backing) {
        Some(voice)
    } else if missing && told.iter().all(|t| matches!(t.role, Role::Mix | Role::Music)) {
        Some(Told {
            role: Role::Music,
            confidence: 0.9,
            text: "without a part".into(),
            kit: false,
            at: words.len(),
        })
    } else {
        choose(&told)
    };
    let alone = |role, confidence, text: &str| {
        Some(Told { role, confidence, text: text.into(), kit: false, at: words.len() })
    };
    let chosen = chosen.or_else(|| match (lead, backing) {
        (true, false) => alone(Role::Synths, 0.6, "lead"),
        (_, true) => alone(Role::BackingVocal, DOUBTED, "backing"),
        _ => None,
    });
    let Some(chosen) = chosen else { return RoleGuess::default() };
    let unknown_behind =
        words.iter().skip(chosen.at + 1).filter(|w| w.says.is_none() && is_word(&w.text)).count();
    let most = [1.0, LIKELY, DOUBTED][unknown_behind.min(2)];
    RoleGuess {
        role: chosen.role,
        by: RoleBy::Name,
        confidence: chosen.confidence.min(most),
        because: format!("its name says `{}`", chosen.text),
    }
}

/// Numbers, single letters, keys and speeds are no words that a role could be lost among.
fn is_word(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters > 2 && !text.ends_with("bpm")
}

/// The roles told, whether `lead` and `backing` are among the words, and whether something is said to be missing.
fn told(words: &[Word]) -> (Vec<Told>, bool, bool, bool) {
    let (mut told, mut lead, mut backing, mut missing) = (Vec::new(), false, false, false);
    let mut without = false;
    let mut at = 0;
    while at < words.len() {
        let phrase = PHRASES.iter().find(|(phrase, _)| {
            phrase.split(' ').enumerate().all(|(n, part)| words.get(at + n).is_some_and(|w| w.text == part))
        });
        let (says, text) = match phrase {
            Some((phrase, says)) => (Some(*says), *phrase),
            None => (words[at].says, words[at].text.as_str()),
        };
        let last = at + text.split(' ').count() - 1;
        let glued = words[at..=last].iter().any(|w| w.glued);
        let mut hear = |role, confidence: f64, kit| {
            if without {
                missing = missing
                    || matches!(role, Role::LeadVocal | Role::BackingVocal | Role::Drums | Role::Bass);
            } else {
                let confidence = if glued { confidence.min(LIKELY) } else { confidence };
                told.push(Told { role, confidence, text: text.to_owned(), kit, at: last });
            }
        };
        match says {
            Some(Says::Plays(role, confidence)) => hear(role, confidence, false),
            Some(Says::Kit) => hear(Role::Drums, 0.95, true),
            Some(Says::Lead) => lead = lead || !without,
            Some(Says::Backing) => backing = true,
            Some(Says::Nothing | Says::Without) | None => {}
        }
        let passes = says == Some(Says::Lead) || (says.is_none() && !is_word(text));
        without = says == Some(Says::Without) || (without && passes);
        at = last + 1;
    }
    // `Mix minus`
    (told, lead, backing, missing || without)
}

/// A voice, if one is told: the lead unless it stands behind.
fn voice(told: &[Told], lead: bool, backing: bool) -> Option<Told> {
    let voices: Vec<&Told> = told.iter().filter(|t| is_voice(t.role)).collect();
    let last = *voices.last()?;
    let behind = voices.iter().any(|t| t.role == Role::BackingVocal) || (backing && !lead);
    let role = if behind { Role::BackingVocal } else { Role::LeadVocal };
    let best = voices.iter().map(|t| t.confidence).fold(0.0, f64::max);
    let said_twice = lead && behind;
    let others: Vec<&Told> = told.iter().filter(|t| !is_voice(t.role)).collect();
    // what is sent of a voice to an effect is the effect's sound, and neither is to be trusted with the other's
    if let Some(fx) = others.iter().find(|t| t.role == Role::Fx && t.confidence >= Role::TRUSTED) {
        return Some(Told {
            role: Role::Fx,
            confidence: LIKELY,
            text: format!("{} {}", last.text, fx.text),
            ..last.clone()
        });
    }
    let instrument = others.iter().any(|t| t.role != Role::Mix && t.role != Role::Fx);
    let effect = others.iter().any(|t| t.role == Role::Fx);
    if others.iter().any(|t| t.role == Role::Mix && t.text.contains(' ')) {
        return None;
    }
    let confidence = if instrument || effect || said_twice { DOUBTED } else { best };
    Some(Told { role, confidence: best.min(confidence), ..last.clone() })
}

fn is_voice(role: Role) -> bool {
    matches!(role, Role::LeadVocal | Role::BackingVocal)
}

/// The role among those told.
fn choose(told: &[Told]) -> Option<Told> {
    // `mix` and `rest` stand behind many a name, and vague words beside sure ones
    let sure = told.iter().any(|t| t.confidence >= Role::TRUSTED && t.role != Role::Mix);
    let strong: Vec<&Told> =
        told.iter().filter(|t| !sure || (t.confidence >= Role::TRUSTED && t.role != Role::Mix)).collect();
    let vague_effect = sure && told.iter().any(|t| t.role == Role::Fx && t.confidence < Role::TRUSTED);
    let last = *strong.last()?;
    let particular = |of: &[Role]| strong.iter().rev().find(|t| of.contains(&t.role) && !t.kit).copied();
    let only = |of: &[Role]| strong.iter().all(|t| of.contains(&t.role));
    let kit = [Role::Kick, Role::Drums, Role::Percussion];
    let mut chosen = if only(&kit) {
        let pieces = strong.iter().filter(|t| !t.kit).map(|t| t.role);
        let one = pieces.clone().all(|role| Some(role) == pieces.clone().next());
        match particular(&kit) {
            Some(piece) if one => piece.clone(),
            Some(piece) => Told { role: Role::Drums, ..piece.clone() },
            None => last.clone(),
        }
    } else if let Some(fx) = particular(&[Role::Fx]).filter(|_| strong.iter().any(|t| t.role != Role::Fx)) {
        Told { confidence: LIKELY.min(fx.confidence), ..fx.clone() }
    } else if strong.iter().all(|t| t.role == last.role) {
        last.clone()
    } else if let Some(music) = strong.iter().find(|t| t.role == Role::Music && strong.len() == 2) {
        // `Guitar Inst`, `Instrumental Drums`
        let other = strong.iter().find(|t| t.role != Role::Music).unwrap_or(music);
        Told { confidence: DOUBTED, ..(*other).clone() }
    } else {
        Told { confidence: DOUBTED.min(last.confidence), ..last.clone() }
    };
    if vague_effect {
        chosen.confidence = chosen.confidence.min(DOUBTED);
    }
    Some(chosen)
}
