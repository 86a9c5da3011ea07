//! How often the role of a stem is found by its sound, as Markdown.

mod pieces;
mod score;

use std::{collections::BTreeMap, path::Path};

use acetate_mastering::{
    model::{Place, Role, RoleGuess},
    roles,
};
use anyhow::Result;

use pieces::Piece;
use score::Score;

/// A piece with what it sounded like.
struct Judged {
    piece: Piece,
    guess: RoleGuess,
}

/// Prints the tables: songs, what is made of them, the demo, and each further folder.
pub(crate) fn run(folders: &[&str]) -> Result<()> {
    let mut sets: Vec<(String, Vec<Judged>)> = Vec::new();
    if let Some(songs) = std::env::var_os("ACETATE_SONGS") {
        let (mut whole, mut made) = (Vec::new(), Vec::new());
        for song in pieces::songs(Path::new(&songs))? {
            let [of_song, of_parts] = pieces::of_song(&song)?;
            whole.extend(of_song.into_iter().map(judged));
            made.extend(of_parts.into_iter().map(judged));
        }
        sets.push(("Stems and sums of the songs".into(), whole));
        sets.push(("Excerpts, softer and duller ones, and a semitone up".into(), made));
    }
    sets.push(("The demo song".into(), pieces::of_the_demo().into_iter().map(judged).collect()));
    for folder in folders {
        let name = Path::new(folder).file_name().unwrap_or_default().to_string_lossy().into_owned();
        sets.push((name, pieces::of_folder(Path::new(folder))?.into_iter().map(judged).collect()));
    }
    println!("# Roles by sound\n\n{ABOUT}\n");
    println!("| set | pieces | right | sure | right where sure |\n|---|---:|---:|---:|---:|");
    for (name, judged) in &sets {
        println!("| {name} {}|", Score::of(judged).cells());
    }
    let all: Vec<&Judged> = sets.iter().flat_map(|(_, judged)| judged).collect();
    by_role(&all);
    by_song(&all);
    confusion(&all);
    mistakes(&sets);
    Ok(())
}

const ABOUT: &str = "What each role sounds like is a table written from acoustics and shaped by hand while looking \
                     at the songs and what is made of them: those rows are figures of development, and only folders \
                     that were not looked at are a test. True roles are those that the files' names tell. *Sure* means a \
                     confidence of 80 % or more: only then does a role decide anything. A mix counts as music, \
                     since only a name can tell whether anything is missing from it.";

fn judged(piece: Piece) -> Judged {
    let guess = roles::by_sound(&Place::Master, &piece.readings);
    Judged { piece, guess }
}

impl Judged {
    fn truth(&self) -> Role {
        if self.piece.role == Role::Mix { Role::Music } else { self.piece.role }
    }

    fn is_right(&self) -> bool {
        self.guess.role == self.truth()
    }

    fn is_sure(&self) -> bool {
        self.guess.confidence >= Role::TRUSTED
    }
}

fn by_role(all: &[&Judged]) {
    println!("\n| role | pieces | right | sure | right where sure |\n|---|---:|---:|---:|---:|");
    let mut roles: BTreeMap<Role, Vec<&Judged>> = BTreeMap::new();
    for judged in all {
        roles.entry(judged.truth()).or_default().push(judged);
    }
    for (role, judged) in roles {
        println!("| {} {}|", role.label(), Score::of(judged).cells());
    }
    println!("| all {}|", Score::of(all.iter().copied()).cells());
}

fn by_song(all: &[&Judged]) {
    println!("\n| song | pieces | right | sure | right where sure |\n|---|---:|---:|---:|---:|");
    let mut songs: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for judged in all {
        songs.entry(&judged.piece.song).or_default().push(judged);
    }
    for (song, judged) in songs {
        println!("| {song} {}|", Score::of(judged).cells());
    }
}

/// True roles downwards, found ones across.
fn confusion(all: &[&Judged]) {
    let roles: Vec<Role> = Role::ALL.iter().copied().filter(|r| *r != Role::Mix).collect();
    let found: Vec<Role> = roles.iter().copied().chain([Role::Unknown]).collect();
    let head: Vec<&str> = found.iter().map(|r| r.label()).collect();
    println!(
        "\nFound (of these sure):\n\n| true | {} |\n|---|{}",
        head.join(" | "),
        "---:|".repeat(found.len())
    );
    for truth in roles {
        let of_role: Vec<&&Judged> = all.iter().filter(|j| j.truth() == truth).collect();
        if of_role.is_empty() {
            continue;
        }
        let cell = |found: &Role| {
            let hits: Vec<_> = of_role.iter().filter(|j| j.guess.role == *found).collect();
            let sure = hits.iter().filter(|j| j.is_sure()).count();
            match (hits.len(), sure) {
                (0, _) => String::new(),
                (count, 0) => count.to_string(),
                (count, sure) => format!("{count} ({sure})"),
            }
        };
        println!("| {} | {} |", truth.label(), found.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
}

fn mistakes(sets: &[(String, Vec<Judged>)]) {
    println!("\nSure and wrong:\n");
    for (set, judged) in sets {
        for Judged { piece, guess } in judged.iter().filter(|j| j.is_sure() && !j.is_right()) {
            let percent = 100.0 * guess.confidence;
            println!("- {set}: {} {}, {percent:.0} %: {}", piece.song, piece.name, guess.because);
        }
    }
}
