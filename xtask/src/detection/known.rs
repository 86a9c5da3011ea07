use acetate_mastering::model::{Finding, Place};

/// Findings that are true of the songs as they are: song, place, code, and how that is known.
const TRUE: &[(&str, &str, &str, &str)] = &[
    ("02", "master", "headroom", "song.json: sum_peak_dbfs 0.99"),
    ("03", "master", "headroom", "song.json: sum_peak_dbfs 4.18"),
    ("04", "master", "headroom", "song.json: sum_peak_dbfs 2.58"),
    ("06", "master", "headroom", "the samples of the sum"),
    ("05", "master", "headroom", "song.json: true_peak 0.0"),
    ("01", "stem/music", "clicks", "steps of 0.1 to 0.3 from one sample to the next, 7.5 s apart"),
    (
        "01",
        "stem/music",
        "low_correlation",
        "-0.3 to -0.9 in nearly all of the first 22 s, 0.97 from then on",
    ),
    ("05", "stem/strings", "clicks", "a step at 10.832 s, and a cut to zero at 11.999 s"),
    ("03", "stem/clavinet", "hum", "60.0 Hz stands 24 dB above 58 and 62 Hz in the softest two seconds"),
    ("03", "stem/bass", "lengths", "song.json: 60.3 s of 63.252 s"),
    ("06", "stem/drums", "mono", "left and right are the same samples"),
    ("05", "stem/drums", "dc", "the mean of its samples"),
    ("05", "master", "dc", "the mean of its samples"),
    ("06", "stem/drums", "dc", "the mean of its samples"),
    ("06", "master", "dc", "the mean of its samples"),
    ("08", "stem/brass_winds", "dc", "the mean of its samples"),
    ("08", "stem/strings", "dc", "the mean of its samples"),
    ("08", "master", "dc", "the mean of its samples"),
    ("01", "stem/drums", "lossy_origin", "LICENSE.txt: AAC"),
    ("01", "stem/fx", "lossy_origin", "LICENSE.txt: AAC"),
    ("02", "stem/drums", "lossy_origin", "LICENSE.txt: AAC"),
    ("02", "stem/fx", "lossy_origin", "LICENSE.txt: AAC"),
    ("07", "stem/drums", "lossy_origin", "song.json: Vorbis"),
    ("04", "stem/band_rest", "limited_on_the_way", "song.json: -8.9 LUFS with peaks at -0.1 dBFS"),
];

/// Whether a finding is known to be true; songs are named by how their title begins.
pub(super) fn is_true(title: &str, finding: &Finding) -> bool {
    TRUE.iter().any(|(song, place, code, _)| {
        title.starts_with(song) && place_of(finding) == *place && finding.code == *code
    })
}

fn place_of(finding: &Finding) -> String {
    match &finding.at {
        Place::Master => "master".to_owned(),
        other => other.to_string(),
    }
}
