//! The same input and session give the same bytes, however the work is done.

use crate::common::{bytes, demo_stems, master_folder};
use acetate_mastering::model::{Brief, Intent};
use acetate_mastering::{Options, SESSION_FILE, Silent, read_session, render};

#[test]
fn threads_blocks_and_repetition_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let stems = demo_stems(folder.path());
    let brief = Brief { intent: Intent::Balanced, ..Brief::default() };
    let run = |options: Options| {
        let out = tempfile::tempdir().unwrap();
        master_folder(&stems, &brief, out.path(), &options);
        bytes(out.path())
    };
    let first = run(Options::default());
    for (threads, block_frames) in [(1, 8192), (2, 8192), (2, 64), (1, 1000), (2, 4096)] {
        let again = run(Options { threads, block_frames, ..Options::default() });
        assert!(first == again, "{threads} threads, blocks of {block_frames} frames");
    }
    assert!(
        first == run(Options { memory_bytes: 0, ..Options::default() }),
        "kept in a file instead of memory"
    );
}

#[test]
fn a_session_renders_to_the_master_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let stems = demo_stems(folder.path());
    let first = tempfile::tempdir().unwrap();
    let brief = Brief { intent: Intent::Loud, ..Brief::default() };
    master_folder(&stems, &brief, first.path(), &Options::default());
    let mut session = read_session(&first.path().join(SESSION_FILE)).unwrap();
    let second = tempfile::tempdir().unwrap();
    render(&mut session, second.path(), &Options::default(), &Silent).unwrap();
    assert!(bytes(first.path()) == bytes(second.path()));
    assert_eq!(session, read_session(&second.path().join(SESSION_FILE)).unwrap());
}
