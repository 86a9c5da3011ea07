//! Just enough of iXML (version 3) to find the channels' names.

use std::io::Read;

/// Longer ones are cut: a name of every channel takes some kilobytes.
const MAX_BYTES: u64 = 1 << 18;
const MAX_NAME_CHARS: usize = 200;

/// The `NAME`s under `TRACK_LIST` by their `INTERLEAVE_INDEX`, which counts a file's channels from 1, or else by
/// `CHANNEL_INDEX`.
pub(super) fn read_track_names(file: &mut impl Read, bytes: u64) -> Vec<(usize, String)> {
    let mut text = Vec::new();
    if file.take(bytes.min(MAX_BYTES)).read_to_end(&mut text).is_err() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(&text);
    let Some((mut rest, _)) = element(&text, "TRACK_LIST") else { return Vec::new() };
    let mut names = Vec::new();
    while let Some((track, behind)) = element(rest, "TRACK") {
        let text = |tag| element(track, tag).map(|(text, _)| plain(text));
        let number = |tag| text(tag).and_then(|n| n.parse().ok());
        let index = number("INTERLEAVE_INDEX").or_else(|| number("CHANNEL_INDEX"));
        names.extend(index.zip(text("NAME")));
        rest = behind;
    }
    names.retain(|(_, name)| !name.is_empty());
    names
}

/// What stands between a tag and its end, and what comes behind; tags have no attributes here.
fn element<'a>(text: &'a str, tag: &str) -> Option<(&'a str, &'a str)> {
    let (_, inside) = text.split_once(&format!("<{tag}>"))?;
    inside.split_once(&format!("</{tag}>"))
}

fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&").trim().chars().take(MAX_NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_their_channel() {
        let text = "<?xml version=\"1.0\"?><BWFXML><TRACK_LIST><TRACK_COUNT>3</TRACK_COUNT>\
            <TRACK><CHANNEL_INDEX>9</CHANNEL_INDEX><INTERLEAVE_INDEX>2</INTERLEAVE_INDEX><NAME>B &amp; G</NAME></TRACK>\
            <TRACK><CHANNEL_INDEX>1</CHANNEL_INDEX><NAME> Kick </NAME></TRACK><TRACK><NAME>lost</NAME></TRACK>\
            <TRACK><CHANNEL_INDEX>3</CHANNEL_INDEX><NAME/></TRACK></TRACK_LIST></BWFXML>";
        let names = read_track_names(&mut text.as_bytes(), u64::MAX);
        assert_eq!(names, [(2, "B & G".to_owned()), (1, "Kick".to_owned())]);
        assert!(read_track_names(&mut "<TRACK_LIST><TRACK>".as_bytes(), 99).is_empty());
    }
}
