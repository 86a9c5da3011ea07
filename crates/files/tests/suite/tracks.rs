//! One file that holds several stems.

use std::{fs, path::Path};

use acetate_files::{Delivery, FileError, Reader, open, scan};
use acetate_model::Audio;

use crate::help::{Wav, folder_of, names, read_all};

fn scan_one(name: &str, bytes: Vec<u8>) -> Result<(tempfile::TempDir, Delivery), FileError> {
    let (keep, path) = folder_of(&[(name, bytes)]);
    Ok((keep, scan(&[path.join(name)], None)?))
}

/// Channel `c` holds `c · 256` in every frame.
fn numbered(channels: u16) -> Vec<i16> {
    (0..300 * usize::from(channels)).map(|n| (n % usize::from(channels)) as i16 * 256).collect()
}

fn read(reader: &mut Reader) -> Audio {
    read_all(reader, 128)
}

#[test]
fn channels_are_stems_in_pairs_and_an_odd_one_is_mono() {
    let (_keep, delivery) = scan_one("song.wav", Wav::new(5, &numbered(5)).bytes()).expect("stems");
    assert_eq!(names(&delivery), ["song 1-2", "song 3-4", "song 5"]);
    let audio: Vec<Audio> = delivery.stems.iter().map(|s| read(&mut s.file.open().expect("opens"))).collect();
    assert_eq!(audio[1].channels, [vec![2.0 / 128.0; 300], vec![3.0 / 128.0; 300]]);
    assert_eq!(audio[2].channels, [vec![4.0 / 128.0; 300]]);
    let mut info = delivery.stems[1].file.open().expect("opens").info().clone();
    delivery.stems[1].file.identify(&mut info).expect("identified");
    assert_eq!((info.channels, info.part.channels.as_slice()), (2, &[3, 4][..]));
    let again = acetate_files::reopen([&info], "elsewhere".as_ref()).expect("found");
    assert_eq!(read(&mut again[0].open().expect("opens")), audio[1]);
    info.part.channels = vec![5, 6];
    let error =
        acetate_files::reopen([&info], "".as_ref()).expect("found")[0].open().expect_err("no channel 6");
    assert!(error.to_string().contains("channels 5 and 6"), "{error}");
}

#[test]
fn rf64_and_every_coding_give_the_same_channels() {
    for bits in [24_u16, 32] {
        let bytes = usize::from(bits / 8);
        let samples: Vec<u8> = numbered(4)
            .iter()
            .flat_map(|s| [vec![0; bytes - 2], s.to_le_bytes().to_vec()].concat())
            .collect();
        let mut file = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
        for size in [0, samples.len() as u64, 300] {
            file.extend(size.to_le_bytes());
        }
        file.extend(b"\0\0\0\0fmt \x10\0\0\0\x01\0\x04\0\x44\xac\0\0");
        file.extend((44100 * 4 * bytes as u32).to_le_bytes());
        file.extend((4 * bytes as u16).to_le_bytes());
        file.extend(bits.to_le_bytes());
        file.extend(b"data\xff\xff\xff\xff");
        file.extend(samples);
        let (_keep, delivery) = scan_one("song.wav", file).expect("stems");
        let audio = read(&mut delivery.stems[1].file.open().expect("opens"));
        assert_eq!(audio.channels, [vec![2.0 / 128.0; 300], vec![3.0 / 128.0; 300]], "{bits} bit");
    }
}

#[test]
fn channels_have_the_names_that_the_file_gives_them() {
    let track = |n: usize, name: &str| {
        format!(
            "<TRACK><CHANNEL_INDEX>{n}</CHANNEL_INDEX><INTERLEAVE_INDEX>{n}</INTERLEAVE_INDEX><NAME>{name}</NAME></TRACK>"
        )
    };
    let named = ["Drums L", "Drums R", "Kick", "Vox"].iter().enumerate().map(|(n, name)| track(n + 1, name));
    let xml = format!("<BWFXML><TRACK_LIST>{}</TRACK_LIST></BWFXML>", named.collect::<String>());
    let samples = numbered(6);
    let mut wav = Wav::new(6, &samples);
    wav.chunks.push((*b"iXML", xml.into_bytes()));
    let (_keep, delivery) = scan_one("song.wav", wav.bytes()).expect("stems");
    assert_eq!(names(&delivery), ["Drums", "Kick", "song 5-6", "Vox"]);
    let channels: Vec<_> = delivery.stems.iter().map(|s| s.file.part.channels.clone()).collect();
    assert_eq!(channels, [vec![1, 2], vec![3], vec![5, 6], vec![4]]);
}

#[test]
fn loudspeakers_are_no_stems() {
    for (channels, speakers) in [(6, 0x3f), (8, 0x63f), (8, 0xff), (12, 0x2d63f)] {
        let samples = numbered(channels);
        let wav = Wav { speakers: Some(speakers), ..Wav::new(channels, &samples) };
        let message = scan_one("song.wav", wav.bytes()).expect_err("surround").to_string();
        assert!(message.contains("surround") && message.contains("send each stem"), "{message}");
    }
    for (channels, speakers) in [(4, 0x107), (8, 0), (6, 0x3)] {
        let samples = numbered(channels);
        let wav = Wav { speakers: Some(speakers), ..Wav::new(channels, &samples) };
        let (_keep, delivery) = scan_one("song.wav", wav.bytes()).expect("stems");
        assert_eq!(delivery.stems.len(), usize::from(channels / 2));
    }
}

#[test]
fn hostile_headers_of_many_channels_are_refused() {
    for channels in [0_u16, 65, 4096, 65535] {
        let wav = Wav::new(channels, &[0; 100]).bytes();
        let (_keep, path) = folder_of(&[("x.wav", wav)]);
        let delivery = scan(&[path], None).expect("it is called audio");
        let message = delivery.stems[0].file.open().expect_err("refused").to_string();
        assert!(message.contains("x.wav") && message.contains("1 to 64 channels"), "{message}");
    }
    // 64 channels and a header that claims four gigabytes on a file of a kilobyte
    let mut wav = Wav::new(64, &[0; 128]).bytes();
    wav[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let (_keep, path) = folder_of(&[("x.wav", wav)]);
    let delivery = scan(std::slice::from_ref(&path), None).expect("stems");
    assert_eq!(delivery.stems.len(), 32);
    assert_eq!(read(&mut delivery.stems[31].file.open().expect("opens")).frames(), 2);
    let message = open(path.join("x.wav")).expect_err("no stem as a whole").to_string();
    assert!(message.contains("64"), "{message}");
}

fn fixture(name: &str) -> Delivery {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture").join(name);
    scan(&[path], None).expect("stems")
}

#[test]
fn a_file_for_dj_software_gives_its_mix_and_stems() {
    // this AAC is coarse; a track that keeps its priming would be off by 0.3 and more
    for (name, error) in [("alac.stem.mp4", 3e-4), ("aac.stem.mp4", 0.12)] {
        let delivery = fixture(name);
        assert_eq!(names(&delivery), ["Bass", "Drums", "Other", "Vox"]);
        let tracks: Vec<_> = delivery.stems.iter().map(|s| s.file.part.track).collect();
        assert_eq!(tracks, [Some(3), Some(2), Some(4), Some(5)]);
        let mix = read(&mut delivery.mix.expect("a mix").file.open().expect("opens"));
        let stems: Vec<Audio> =
            delivery.stems.iter().map(|s| read(&mut s.file.open().expect("opens"))).collect();
        let rate = f64::from(mix.rate_hz);
        for (stem, hz) in stems.iter().zip([55.0, 110.0, 440.0, 880.0]) {
            assert_eq!(stem.frames(), mix.frames());
            // away from the ends, where the coding has nothing before or behind to lean on
            for n in mix.frames() / 3..mix.frames() * 2 / 3 {
                let ideal = 0.2 * libm::sin(std::f64::consts::TAU * hz * n as f64 / rate);
                let off = (f64::from(stem.channels[0][n]) - ideal).abs();
                assert!(off < error, "{name}, {hz} Hz, frame {n}: off by {off}");
            }
        }
        for n in mix.frames() / 3..mix.frames() * 2 / 3 {
            let sum: f32 = stems.iter().map(|s| s.channels[1][n]).sum();
            assert!((sum - mix.channels[1][n]).abs() < 2.0 * error as f32, "{name}, frame {n}");
        }
    }
}

#[test]
fn stems_in_an_mp4_need_no_names_and_give_way_to_others() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/alac.stem.mp4");
    let mut bytes = fs::read(fixture).expect("the fixture");
    let at = bytes.windows(8).position(|w| w == b"{\"versio").expect("the names");
    bytes[at] = b'[';
    let (_keep, delivery) = scan_one("song.stem.mp4", bytes.clone()).expect("stems");
    assert_eq!(names(&delivery), ["song 1", "song 2", "song 3", "song 4"]);
    let (_keep, path) = folder_of(&[("song.stem.mp4", bytes), ("kick.wav", Wav::new(2, &[0; 200]).bytes())]);
    let delivery = scan(&[path], None).expect("stems");
    assert_eq!(names(&delivery), ["kick"]);
    assert!(delivery.passed_over_lines()[0].contains("beside others"));
}
