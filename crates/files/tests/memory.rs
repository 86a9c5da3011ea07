//! Memory is bounded by the block and the limit given, not by the length of the song.

use std::{
    fs::{self, File},
    io::Write,
};

use acetate_files::{Scratch, StemReader, open, scan};
use acetate_model::{Audio, Source};
use zip::{ZipWriter, write::SimpleFileOptions};

/// The most memory that this process ever had, in bytes, where the system tells.
fn peak_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kb| kb * 1024)
}

const MEGABYTE: u64 = 1 << 20;
const BLOCK_FRAMES: usize = 8192;

#[test]
fn long_songs_take_no_more_memory_than_short_ones() {
    let Some(before) = peak_bytes() else {
        println!("skipped: this system does not tell a process its memory");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");

    // Two hours and more of silence in a sparse RF64 file that claims an exabyte.
    let path = folder.path().join("long.wav");
    let mut head = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0".to_vec();
    for size in [1_u64 << 60, 1 << 60, 1 << 58] {
        head.extend(size.to_le_bytes());
    }
    head.extend(
        b"\0\0\0\0fmt \x10\0\0\0\x03\0\x02\0\x44\xac\0\0\x20\x62\x05\0\x08\0\x20\0data\xff\xff\xff\xff",
    );
    let mut file = File::create(&path).expect("created");
    file.write_all(&head).expect("written");
    file.set_len(3 << 30).expect("sparse");

    let mut stem = StemReader::new(open(&path).expect("readable"), 48000);
    assert!(stem.frames() > Some(2 * 3600 * 48000));
    let limit_bytes = 8 * MEGABYTE;
    let mut scratch = Scratch::new(48000, 2, limit_bytes as usize, folder.path());
    let mut block = Audio::default();
    let mut recorded = 0;
    while recorded < 128 * MEGABYTE {
        let read = stem.read(&mut block, BLOCK_FRAMES).expect("readable");
        assert_eq!(read, BLOCK_FRAMES);
        scratch.push(&block).expect("kept");
        recorded += (read * 2 * 4) as u64;
    }
    let mut reader = scratch.into_reader();
    while reader.read(&mut block, BLOCK_FRAMES).expect("readable") > 0 {}

    // An archive's entry goes to a temporary file, however long it is.
    let path = folder.path().join("song.zip");
    let mut zip = ZipWriter::new(File::create(&path).expect("created"));
    zip.start_file("noise.wav", SimpleFileOptions::default()).expect("begun");
    let length = 96 * MEGABYTE as u32;
    let mut head =
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data"
            .to_vec();
    head.extend(length.to_le_bytes());
    zip.write_all(&head).expect("written");
    let noise: Vec<u8> = (0..1_u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    (0..length >> 20).for_each(|_| zip.write_all(&noise).expect("written"));
    zip.finish().expect("finished");
    let delivery = scan(&[path], None).expect("a stem");
    let mut stem = StemReader::new(delivery.stems[0].file.open().expect("opens"), 44100);
    let mut frames = 0;
    while let read @ 1.. = stem.read(&mut block, BLOCK_FRAMES).expect("readable") {
        frames += read as u64;
    }
    assert_eq!(frames, u64::from(length) / 4);

    let grown = peak_bytes().expect("as before") - before;
    assert!(grown < limit_bytes + 12 * MEGABYTE, "grew by {} MB", grown / MEGABYTE);
}
