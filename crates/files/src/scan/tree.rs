use std::{
    collections::HashMap,
    fs::{self, File},
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use super::{
    candidate::Candidate,
    ignore::{self, Says},
    material,
    names::full_name,
    passed::{PassedOver, what_was_seen},
    versions,
};
use crate::{
    CHECKSUMS, Checksums, FileError, Input,
    archive::{Archive, Entry, EntryKind},
    kind::sniff,
    side_by_side::side_by_side,
};

/// Folders within folders: a delivery has two or three.
const MAX_DEPTH: usize = 8;
/// A delivery has hundreds at most; more is a disk.
const MAX_FILES: usize = 10_000;
/// Lists of checksums that are longer are none of ours.
const MAX_SUMS_BYTES: u64 = 1 << 20;

/// A file that may be a stem, before it is opened.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub at: At,
    /// Its path beneath what was named.
    pub inner: PathBuf,
    pub bytes: u64,
}

#[derive(Debug, Clone)]
pub(super) enum At {
    File(PathBuf),
    Entry { archive: PathBuf, entry: Entry },
}

impl Item {
    pub fn shown(&self) -> PathBuf {
        match &self.at {
            At::File(path) => path.clone(),
            At::Entry { archive, entry } => archive.join(&entry.name),
        }
    }
}

/// What a person named: a file, or all that may be a stem in a folder or an archive.
pub(super) fn search(named: &Path, passed_over: &mut Vec<PassedOver>) -> Result<Vec<Candidate>, FileError> {
    let meta = fs::metadata(named).map_err(FileError::io(named, "read it"))?;
    let before = passed_over.len();
    let items = if meta.is_dir() {
        Walk::new(named).folder(passed_over)?
    } else if is_archive(named)? {
        Walk::new(named).archive(Path::new(""), passed_over)?
    } else {
        return Ok(vec![Candidate::new(Input::file(named), PathBuf::new())]);
    };
    let items = material::leave_out(items, before, passed_over);
    let items = versions::keep_one(items, passed_over);
    if items.is_empty() {
        let seen = what_was_seen(&passed_over[before..]);
        return Err(FileError::NoStems { path: named.to_owned(), seen });
    }
    let inputs = open(&items)?;
    let top = common_folder(&items);
    let folder = |item: &Item| {
        let folder = item.inner.parent().unwrap_or(Path::new(""));
        folder.strip_prefix(&top).unwrap_or(folder).to_owned()
    };
    Ok(inputs.into_iter().zip(&items).map(|(input, item)| Candidate::new(input, folder(item))).collect())
}

fn is_archive(path: &Path) -> Result<bool, FileError> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(FileError::io(path, "open it"))?;
    file.take(4).read_to_end(&mut head).map_err(FileError::io(path, "read it"))?;
    // a file's header, or that of the list of an empty archive (APPNOTE.TXT, 4.3.7 and 4.3.16)
    Ok(head == b"PK\x03\x04" || head == b"PK\x05\x06")
}

/// The deepest folder in which all of them lie.
fn common_folder(items: &[Item]) -> PathBuf {
    let mut folders = items.iter().map(|i| i.inner.parent().unwrap_or(Path::new("")));
    let mut common = folders.next().unwrap_or(Path::new("")).to_owned();
    for folder in folders {
        while !folder.starts_with(&common) && common.pop() {}
    }
    common
}

/// Opens the files and unpacks the entries, several at a time.
fn open(items: &[Item]) -> Result<Vec<Input>, FileError> {
    let mut archives: HashMap<&Path, Vec<&Entry>> = HashMap::new();
    for item in items {
        if let At::Entry { archive, entry } = &item.at {
            archives.entry(archive).or_default().push(entry);
        }
    }
    for (archive, entries) in archives {
        Archive::open(archive)?.admit(entries)?;
    }
    let inputs = side_by_side(items, |item| match &item.at {
        At::File(path) => Ok(Input::file(path)),
        At::Entry { archive, entry } => {
            let unpacked = Archive::open(archive)?.unpack(entry)?;
            Ok(Input::unpacked(archive, &entry.name, unpacked))
        }
    });
    inputs.into_iter().collect()
}

/// A search through a folder or an archive.
struct Walk<'a> {
    named: &'a Path,
    /// What lists of checksums say that Acetate wrote, by the folder of the list.
    delivered: HashMap<PathBuf, Vec<String>>,
}

impl<'a> Walk<'a> {
    fn new(named: &'a Path) -> Self {
        Self { named, delivered: HashMap::new() }
    }

    fn folder(&mut self, passed_over: &mut Vec<PassedOver>) -> Result<Vec<Item>, FileError> {
        let (mut items, mut archives, mut seen) = (Vec::new(), Vec::new(), 0);
        let mut walk = walkdir::WalkDir::new(self.named)
            .min_depth(1)
            .max_depth(MAX_DEPTH)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter();
        while let Some(entry) = walk.next() {
            seen += 1;
            if seen > MAX_FILES {
                return Err(FileError::TooMany { path: self.named.to_owned(), limit: MAX_FILES });
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    passed_over.push(self.unreadable(error)?);
                    continue;
                }
            };
            let path = entry.path().to_owned();
            if entry.file_type().is_dir() {
                if let Some(reason) = not_searched(&entry) {
                    walk.skip_current_dir();
                    passed_over.push(PassedOver { path, reason: reason.into() });
                }
                continue;
            }
            match self.says(&path) {
                Ok(Says::Archive) => archives.push(path),
                Ok(_) => {
                    let inner = path.strip_prefix(self.named).unwrap_or(&path).to_owned();
                    let bytes = entry.metadata().map_or(0, |m| m.len());
                    items.push(Item { at: At::File(path), inner, bytes });
                }
                Err(reason) => passed_over.push(PassedOver { path, reason }),
            }
        }
        if !items.is_empty() {
            let reason = "an archive beside the stems; name it alone if the stems are in it";
            passed_over.extend(archives.into_iter().map(|path| PassedOver { path, reason: reason.into() }));
            return Ok(items);
        }
        for path in &archives {
            let inner = path.strip_prefix(self.named).unwrap_or(path).with_extension("");
            items.extend(Walk::new(path).archive(&inner, passed_over)?);
        }
        Ok(items)
    }

    /// The named folder must be readable; of what lies within, a note is enough.
    fn unreadable(&self, error: walkdir::Error) -> Result<PassedOver, FileError> {
        let path = error.path().unwrap_or(self.named).to_owned();
        if path == self.named {
            return Err(FileError::io(self.named, "read it")(error.into()));
        }
        Ok(PassedOver { path, reason: "a link that leads nowhere or in a circle, or not readable".into() })
    }

    /// Audio or an archive, or the reason why it is neither.
    fn says(&mut self, path: &Path) -> Result<Says, String> {
        let says = ignore::file(&full_name(path));
        match says {
            Says::Other(reason) => return Err(reason.into()),
            _ if self.is_delivered(path) => return Err("a master that Acetate wrote".into()),
            Says::Nothing => {}
            says => return Ok(says),
        }
        let opened = File::open(path).map_err(FileError::io(path, "open it"));
        judge(opened.and_then(|mut file| sniff(path, &mut file).map(drop)))
    }

    /// Whether a list of checksums beside a file, or in a folder around it, says that an earlier run made it.
    fn is_delivered(&mut self, path: &Path) -> bool {
        path.ancestors().skip(1).take_while(|f| f.starts_with(self.named)).any(|folder| {
            let names = self.delivered.entry(folder.to_owned()).or_insert_with(|| {
                let sums = Checksums::read(&folder.join(CHECKSUMS)).unwrap_or_default();
                sums.entries.into_iter().map(|(name, _)| name).collect()
            });
            path.strip_prefix(folder).is_ok_and(|inner| names.iter().any(|name| Path::new(name) == inner))
        })
    }

    /// What lies in the archive, beneath `inner`.
    fn archive(&mut self, inner: &Path, passed_over: &mut Vec<PassedOver>) -> Result<Vec<Item>, FileError> {
        let mut archive = Archive::open(self.named)?;
        let entries = archive.entries()?;
        self.read_sums(&mut archive, &entries);
        let mut items = Vec::new();
        for entry in entries.into_iter().filter(|e| e.kind != EntryKind::Folder) {
            match self.entry_says(&mut archive, &entry) {
                Ok(()) => {
                    let inner = inner.join(&entry.name);
                    let (at, bytes) = (self.named.to_owned(), entry.bytes);
                    items.push(Item { at: At::Entry { archive: at, entry }, inner, bytes });
                }
                Err(reason) => passed_over.push(PassedOver { path: self.named.join(&entry.name), reason }),
            }
        }
        Ok(items)
    }

    fn read_sums(&mut self, archive: &mut Archive, entries: &[Entry]) {
        let is_sums = |e: &&Entry| e.kind == EntryKind::File && e.bytes <= MAX_SUMS_BYTES;
        for entry in entries.iter().filter(|e| full_name(Path::new(&e.name)) == CHECKSUMS).filter(is_sums) {
            let folder = self.named.join(&entry.name).parent().map(Path::to_owned).unwrap_or_default();
            let text = archive.text(entry).unwrap_or_default();
            let sums = Checksums::parse(self.named, &text).unwrap_or_default();
            self.delivered.insert(folder, sums.entries.into_iter().map(|(name, _)| name).collect());
        }
    }

    fn entry_says(&mut self, archive: &mut Archive, entry: &Entry) -> Result<(), String> {
        match entry.kind {
            EntryKind::Link => return Err("a link, which an archive cannot hold for others".into()),
            EntryKind::Outside => {
                return Err("a path that leads out of the archive, or that no file can have".into());
            }
            _ => {}
        }
        let inner = Path::new(&entry.name);
        let folders: Vec<_> = inner.ancestors().skip(1).map(full_name).collect();
        if let Some(reason) = folders.iter().find_map(|folder| ignore::folder(folder)) {
            return Err(reason.into());
        }
        if folders.len() > MAX_DEPTH {
            return Err("too many folders around it".into());
        }
        match ignore::file(&full_name(inner)) {
            Says::Other(reason) => Err(reason.into()),
            Says::Archive => Err("an archive within an archive; unpack it, and name its folder".into()),
            _ if self.is_delivered(&self.named.join(inner)) => Err("a master that Acetate wrote".into()),
            Says::Audio => Ok(()),
            Says::Nothing => {
                let label = self.named.join(inner);
                let head = archive.head(entry);
                judge(head.and_then(|head| sniff(&label, &mut Cursor::new(head)).map(drop))).map(drop)
            }
        }
    }
}

fn not_searched(entry: &walkdir::DirEntry) -> Option<&'static str> {
    ignore::folder(&entry.file_name().to_string_lossy())
        .or_else(|| entry.path_is_symlink().then_some("a link to another folder; name that folder"))
        .or_else(|| (entry.depth() == MAX_DEPTH).then_some("a folder too deep within others"))
}

/// Whether the bytes are audio, or the reason why not.
fn judge(sniffed: Result<(), FileError>) -> Result<Says, String> {
    match sniffed {
        Ok(()) => Ok(Says::Audio),
        Err(FileError::NotAudio { found, .. }) => Err(format!("not audio: it {found}")),
        Err(FileError::Unsupported { found, .. }) => Err(found),
        Err(other) => Err(other.to_string()),
    }
}
