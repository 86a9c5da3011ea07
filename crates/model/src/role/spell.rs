//! From a file's name to its words.

use super::words::{Says, WORDS};

/// A word of a name; two that are written as one are two.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    /// Folded.
    pub text: String,
    /// `None` for a word that is not known.
    pub says: Option<Says>,
    /// Whether it had to be cut out of a longer one.
    pub glued: bool,
}

/// What may stand at either side of a word without a gap: `bassdi`, `kickin`, `gtrl`.
const GLUE: &str = "in out top bot bottom bus buss di amp mic left right lead l r wet dry stem stems comp clean \
                    dist acoustic elec rhythm solo main room live";
/// Shorter words are too easily found inside others.
const SHORTEST_GLUED: usize = 3;

/// Lower case, without accents, and in one piece whether an accent was written as a letter's part or after it.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            // the voicing marks of Japanese, apart: the voiced kana stand behind the plain ones
            '\u{3099}' | '\u{309a}' => {
                let plain = folded.pop().map_or(0, u32::from);
                folded.extend(char::from_u32(plain + u32::from(c) - 0x3098));
            }
            'à'..='å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ì'..='ï' | 'ī' => folded.push('i'),
            'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => folded.push('o'),
            'ř' => folded.push('r'),
            'ś' | 'š' | 'ş' => folded.push('s'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => folded.push('u'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ё' => folded.push('е'),
            'й' => folded.push('и'),
            _ => folded.push(c),
        }
    }
    folded
}

/// What a folded word says, if it is known.
pub(super) fn look_up(word: &str) -> Option<Says> {
    WORDS.iter().find(|(_, words)| words.split_whitespace().any(|known| known == word)).map(|(says, _)| *says)
}

/// The words of a name.
pub(super) fn words(name: &str) -> Vec<Word> {
    // a mark that belongs to a letter does not part words
    let is_part =
        |c: char| c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}');
    name.split(|c| !is_part(c)).filter(|chunk| !chunk.is_empty()).flat_map(chunk).collect()
}

fn chunk(chunk: &str) -> Vec<Word> {
    let folded = fold(chunk);
    let core = folded.trim_matches(|c: char| c.is_ascii_digit());
    let known = |text: &str| {
        look_up(text).map(|says| vec![Word { text: text.to_owned(), says: Some(says), glued: false }])
    };
    if let Some(found) = known(&folded).or_else(|| known(core)) {
        return found;
    }
    if let Some(found) = unglue(core, false) {
        return found;
    }
    let parts = humps(chunk);
    if parts.len() > 1 {
        return parts.iter().flat_map(|part| self::part(&fold(part))).collect();
    }
    part(&folded)
}

fn part(folded: &str) -> Vec<Word> {
    if let Some(says) = look_up(folded) {
        return vec![Word { text: folded.to_owned(), says: Some(says), glued: false }];
    }
    if let Some(found) = unglue(folded, false) {
        return found;
    }
    if !folded.is_ascii()
        && let Some(found) = inside(folded)
    {
        return vec![found];
    }
    vec![Word { text: folded.to_owned(), says: None, glued: false }]
}

/// `LeadVox2` to `Lead`, `Vox`, `2`; `LDVox` to `LD`, `Vox`.
fn humps(chunk: &str) -> Vec<String> {
    let chars: Vec<char> = chunk.chars().collect();
    let mut parts = vec![String::new()];
    for (n, &c) in chars.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| chars[n]);
        let rises = before.is_some_and(char::is_lowercase) && c.is_uppercase();
        let opens = before.is_some_and(char::is_uppercase)
            && c.is_uppercase()
            && chars.get(n + 1).is_some_and(|next| next.is_lowercase() && *next != 's');
        let counts = before.is_some_and(|b| b.is_ascii_digit() != c.is_ascii_digit());
        if rises || opens || counts {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

/// Known words that together are the whole of `text`, at least one of which tells a role.
fn unglue(text: &str, tells: bool) -> Option<Vec<Word>> {
    if text.is_empty() {
        return tells.then(Vec::new);
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    for &end in ends.iter().rev() {
        let (head, rest) = text.split_at(end);
        let found = look_up(head).filter(|says| {
            let side = GLUE.split_whitespace().any(|glue| glue == head);
            let long = !head.is_ascii() || head.len() >= SHORTEST_GLUED;
            match says {
                Says::Nothing => side,
                Says::Without => head == "no" || !head.is_ascii(),
                _ => side || long,
            }
        });
        let Some(says) = found else { continue };
        let told = tells || !matches!(says, Says::Nothing | Says::Without);
        if let Some(mut more) = unglue(rest, told) {
            more.insert(
                0,
                Word { text: head.to_owned(), says: Some(says), glued: !rest.is_empty() || tells },
            );
            return Some(more);
        }
    }
    None
}

/// The longest known word inside a text of a script that does not part words.
fn inside(text: &str) -> Option<Word> {
    let roles = WORDS.iter().filter(|(says, _)| *says != Says::Nothing);
    let known = roles.flat_map(|(says, words)| words.split_whitespace().map(|word| (*says, word)));
    let found = known.filter(|(_, word)| !word.is_ascii() && text.contains(word));
    found.max_by_key(|(_, word)| (word.len(), text.rfind(word))).map(|(says, word)| Word {
        text: word.to_owned(),
        says: Some(says),
        glued: true,
    })
}
