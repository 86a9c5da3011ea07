//! A long session does not need its length in memory.

use crate::common::{master_folder, write_wav};
use acetate_mastering::Options;
use acetate_mastering::model::{Audio, Brief};

/// Highest memory of this process so far, in bytes; `None` where the system does not tell.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb * 1024)
}

#[test]
fn memory_is_bounded_by_the_option_and_not_by_the_song() {
    const MINUTES: usize = 4;
    const RATE_HZ: u32 = 44_100;
    let folder = tempfile::tempdir().unwrap();
    let frames = MINUTES * 60 * RATE_HZ as usize;
    for stem in 0..4u32 {
        let tone = |at: usize| {
            let phase = at as f64 * f64::from(110 * (stem + 1)) / f64::from(RATE_HZ);
            (0.1 * libm::sin(2.0 * std::f64::consts::PI * phase.fract())) as f32
        };
        let channel: Vec<f32> = (0..frames).map(tone).collect();
        write_wav(
            &folder.path().join(format!("{stem}.wav")),
            &Audio { rate_hz: RATE_HZ, channels: vec![channel] },
        );
    }
    if peak_bytes().is_none() {
        println!("skipped: this system does not tell the peak memory");
        return;
    }
    // a process of its own, so that the peak is of the mastering alone
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::masters_in_little_memory", "--nocapture"])
        .env("ACETATE_MEMORY_CHILD", folder.path())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Runs in the process that the test above starts; alone it has nothing to do.
#[test]
fn masters_in_little_memory() {
    const LIMIT_BYTES: usize = 16 << 20;
    /// Buffers, filters, timelines and the program itself.
    const FIXED_BYTES: u64 = 96 << 20;
    let Some(folder) = std::env::var_os("ACETATE_MEMORY_CHILD") else { return };
    let out = tempfile::tempdir().unwrap();
    let options = Options { memory_bytes: LIMIT_BYTES, ..Options::default() };
    master_folder(folder.as_ref(), &Brief::default(), out.path(), &options);
    // the bus and the limited master are each kept in memory up to the limit
    let bound = 2 * LIMIT_BYTES as u64 + FIXED_BYTES;
    let peak = peak_bytes().unwrap();
    println!("peak {} MiB, bound {} MiB", peak >> 20, bound >> 20);
    assert!(peak <= bound, "{} MiB", peak >> 20);
}
