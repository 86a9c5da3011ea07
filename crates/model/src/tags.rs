use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is written about the song into its files, beside the title.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tags {
    /// Who plays it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    /// The release it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// Its number on that release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<u32>,
    /// What kind of music it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    /// When it appears: `2026`, `2026-11` or `2026-11-25`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The recording's code (ISO 3901): `USRC17607839`, with or without hyphens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isrc: Option<String>,
    /// The release's bar code, UPC or EAN, with its check digit: `036000291452`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upc: Option<String>,
    /// The path of a picture, JPEG or PNG.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<String>,
}

/// A bar code has 12 (UPC) or 13 digits (EAN).
const UPC_DIGITS: [usize; 2] = [12, 13];

impl Tags {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is of the wrong form, if anything: the key, and what was expected and found.
    pub fn wrong(&self) -> Option<(&'static str, String)> {
        let tell = |key, found: &String, expected: &str| {
            Some((key, format!("expected {expected}, found `{found}`")))
        };
        match (&self.isrc, &self.upc, &self.date) {
            (Some(isrc), ..) if !is_isrc(isrc) => tell(
                "isrc",
                isrc,
                "two letters, three letters or digits, the year in two digits and five more, like `US-RC1-76-07839`",
            ),
            (_, Some(upc), _) if !is_bar_code(upc) => {
                tell("upc", upc, "12 or 13 digits whose last one is their check digit, like `036000291452`")
            }
            (.., Some(date)) if !is_date(date) => {
                tell("date", date, "a year, a month or a day, like `2026`, `2026-11` or `2026-11-25`")
            }
            _ => None,
        }
    }

    /// The recording's code without hyphens.
    pub fn isrc_code(&self) -> Option<String> {
        self.isrc.as_ref().map(|isrc| isrc.replace('-', "").to_uppercase())
    }
}

/// ISO 3901: a registrant of two letters and three letters or digits, two digits of the year, five of the recording.
fn is_isrc(text: &str) -> bool {
    let code: Vec<u8> = text.bytes().filter(|b| *b != b'-').collect();
    code.len() == 12
        && code[..2].iter().all(u8::is_ascii_alphabetic)
        && code[2..5].iter().all(u8::is_ascii_alphanumeric)
        && code[5..].iter().all(u8::is_ascii_digit)
}

/// GS1: from the right, every other digit counts three times, and the sum is a multiple of ten.
fn is_bar_code(text: &str) -> bool {
    let sum = text.bytes().rev().enumerate().map(|(n, b)| u32::from(b.wrapping_sub(b'0')) * [1, 3][n % 2]);
    UPC_DIGITS.contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && sum.sum::<u32>().is_multiple_of(10)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, digits: usize| {
        (part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())
            .flatten()
    };
    let days = |year: u32, month: u32| match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let Some(year) = number(parts[0], 4) else { return false };
    let month = parts.get(1).map_or(Some(1), |m| number(m, 2).filter(|m| (1..=12).contains(m)));
    let Some(month) = month else { return false };
    let day = parts.get(2).map_or(Some(1), |d| number(d, 2));
    parts.len() <= 3 && day.is_some_and(|d| (1..=days(year, month)).contains(&d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_wrong_form_are_told() {
        let wrong = |tags: Tags| tags.wrong().map(|(key, _)| key);
        let isrc = |text: &str| Tags { isrc: Some(text.into()), ..Tags::default() };
        // the example of the standard's users' handbook, and that of Wikipedia's bar code
        for right in ["US-RC1-76-07839", "usrc17607839", "GBAYE0601498"] {
            assert_eq!(wrong(isrc(right)), None, "{right}");
        }
        for bad in ["", "USRC1760783", "1SRC17607839", "USRC1760783X"] {
            assert_eq!(wrong(isrc(bad)), Some("isrc"), "{bad}");
        }
        let upc = |text: &str| Tags { upc: Some(text.into()), ..Tags::default() };
        assert_eq!([wrong(upc("036000291452")), wrong(upc("4006381333931"))], [None, None]);
        for bad in ["036000291453", "36000291452", "03600029145a"] {
            assert_eq!(wrong(upc(bad)), Some("upc"), "{bad}");
        }
        let date = |text: &str| Tags { date: Some(text.into()), ..Tags::default() };
        for right in ["2026", "2026-11", "2026-11-25", "2024-02-29"] {
            assert_eq!(wrong(date(right)), None, "{right}");
        }
        for bad in ["26", "2026-13", "2026-11-31", "2023-02-29", "25.11.2026", "2026-11-25-1"] {
            assert_eq!(wrong(date(bad)), Some("date"), "{bad}");
        }
    }
}
