//! Names of files as they are delivered, and what plays in them.

use acetate_model::{Role, RoleGuess};

/// Names whose role is beyond doubt to an engineer: the guess has to be right, and sure enough to act on.
const SURE: &[(Role, &str)] = &[
    (
        Role::Kick,
        "Kick | 01 Kick In | KickOut | kick_sub | Kik | BD | BassDrum | Bass Drum | \
         bass_drum_01 | Kick 808 | 808 Kick | KICK IN D112 | Kick_L | kick2 | Drums - Kick | \
         DRUMS_KICK | Kick drum | Grosse caisse | Bombo | Bumbo | Stopa | Бочка | キック | 底鼓 | \
         Kick-In_dup1 | 03_KICK.03_01 | Audio 1 Kick | KickTrig | Heartbeat - Kick",
    ),
    (
        Role::Drums,
        "Drums | drumbus | DRUM BUS | Drm | drums_stem_48k24b | Snare | SnrTop | Snare Top 57 | \
         SN Bottom | hh | HiHat | Hi-Hat | OHs | OH L | OH_R | Overheads | Toms | Rack Tom 1 | \
         Floor Tom | Ride | Crash Cymbal | Schlagzeug | batería | Bateria | Batterie | \
         batteria | Perkusja | Trummor | Slagzeug | Barabany | Барабаны | ドラム | 鼓组 | 드럼 | \
         Drum Loop 120bpm | 909 | 808 Hats | Kick+Snare | Artist - Heartbeat - Drums | Kit | \
         DrumKit | Drum Room | Caja | Rullante | Caisse claire | Werbel | Charleston | \
         Drums_v3_FINAL | 02-DRUMS-L | Becken | Drums Mix | BATERIA_STEM | Drums no kick | \
         SnareBtm | Drums (Overheads)",
    ),
    (
        Role::Percussion,
        "Perc | PERC_01 | Percussion | Shaker | Congas L | Bongos | Tambourine | Tamb | Claps | \
         Cowbell | Percusión | Percussões Percussao | Percussioni | Perkussion | Cajon | \
         Djembe | HandClap | Finger Snaps | Perc Loop | Перкуссия | パーカッション | Steel Drum | \
         Drums - Perc | Shkr 2",
    ),
    (
        Role::Bass,
        "Bass | BASSDI | Bass_DI_01 | BassAmp | Bass Guitar | bass gtr | Synth Bass | \
         SynthBass | Bass Synth | Sub | SubBass | 808 | 808s | 808 Bass | Bassline | Bajo | \
         bajo DI | Baixo | Basse | Basso | Basgitaar | Gitara basowa | Bas | Бас | ベース | 贝斯 | \
         베이스 | E-Bass | Moog Bass | Double Bass | Kontrabass | Upright Bass | Reese | \
         Artist - Drum Song - Bass | 04_BASS_Ampeg | BASS (comp) | Bass - Synth | Bass-Sub | \
         TB303",
    ),
    (
        Role::Guitars,
        "Guitar | Gtr_L | GTR R | EGtr 1 | AcGtr | Acoustic Guitar | ac gtr DI | Lead Guitar | \
         LeadGtr | Gtr Lead Wet | guitar solo | Guitar Solo_dry | Rhythm Gtr L | E-Gitarre | \
         Gitarre links | Akustikgitarre | Guitarra | Guitare électrique | Chitarra | Violão | \
         Gitaar | Gitara elektryczna | Gitarr | Гитара | ギター | 吉他 | 기타 | Banjo | Ukulele | \
         Mandolin | Pedal Steel | Nylon Gtr | Guitars Bus | 05 - Guitars | EG_Clean | \
         ElGtr Dist | Strat crunch",
    ),
    (
        Role::Keys,
        "Keys | Piano | Pno | PIANO L | E-Piano | EPiano | Rhodes | RHODES_wet | Wurli | Organ | \
         Hammond B3 | Clav | clavinet | Klavier | Orgel | Teclado | Teclados | Clavier | \
         Tastiere | Pianoforte | Klawisze | Toetsen | Клавиши | ピアノ | 钢琴 | 피아노 | \
         Grand Piano Close | Keys_Bus | Upright Piano | Music Box | Vibraphone | Akkordeon | \
         organ pad",
    ),
    (
        Role::Synths,
        "Synth | Synths | Syn Lead | synth lead 2 | Lead Synth | Pad | PADS | WarmPad | Arp | \
         ARP 16th | Pluck | Supersaw | Stabs | Juno Pad | Moog | Synthé | Sintetizador | \
         Syntezator | シンセ | 合成器 | Chords | 06_SYNTH-PAD | SynthPad_L",
    ),
    (
        Role::Strings,
        "Strings | Violin 1 | Vlns | Cello | Viola | Streicher | Cuerdas | Cordas | Cordes | \
         Archi | Smyczki | Strijkers | Stråkar | Скрипка | ストリングス | 弦乐 | Orchestra | \
         Strings Stacc | STR_Legato | Harp | String Section",
    ),
    (
        Role::Brass,
        "Brass | Horns | horn section | Trumpet | Tpt 1 | Trombone | Sax | Alto Sax | TenorSax | \
         Bläser | Blechbläser | Trompete | Metales | Metais | Cuivres | Fiati | Ottoni | \
         Blazers | Flute | Clarinet | Труба | サックス | 小号 | brass_winds | French Horn | \
         Bass Clarinet",
    ),
    (
        Role::LeadVocal,
        "01_LD VOX_wet | LeadVox2 | Lead Vocal | LEAD VOCAL COMP | vocals_lead | Vox | VOX_dry | \
         Vocal | Vocals | Main Vox | Voc | LV | Ld Vx | Gesang | Leadgesang | Stimme | Voz | \
         voz principal | Voix | Voce | Zang | Wokal | Sång | Вокал | ボーカル | 主唱 | 人声 | 보컬 | \
         Acapella | A Capella Acapella | Rap | Rap Verse 1 | Vocals - Lead | Lead Vox (Tuned) | \
         Vox Mix | VocalUp Vocals | Singer | Vocal_L | 09 Vox Ld_03 | vox lead 😀 | \
         Artist_Song_Vocals",
    ),
    (
        Role::BackingVocal,
        "BGVs | BGV L | BV | Backing Vocals | vocals_backing | Backing Vox | BackVox | BG Vox | \
         Bg Vocals_R | Vox Harmony | Harmonies | Harm Vox Low | Choir | Chor | Coros | Coro | \
         Cori | Choeurs | Chœurs | Hintergrundgesang | Koor | Kör | Chórki | Adlibs | Ad Libs | \
         Ad-lib Vox | Gang Vox | Бэк-вокал | コーラス | 和声 | Vox Backing Stack | Vocals - Backing | \
         Oohs | Vox Dbl",
    ),
    (
        Role::Fx,
        "FX | FX_riser | SFX | Risers | Riser 8bar | Impact | Vocal FX | VoxFX | Gtr FX | \
         Efectos | Effets | Effekte | Foley | Atmo | Atmos | Sweep Down | White Noise | \
         Vinyl Crackle | Transitions | Sub Drop | Эффекты | 効果 エフェクト | 音效 | Reverse Cymbal | \
         Ambiences",
    ),
    (
        Role::Music,
        "Instrumental | Instr_noVox | INST | Inst_no_vox | No Vox | novox | minus vocals | \
         Mix minus vocals | Mix Minus | ohne Gesang | Mix ohne Gesang | sans voix | sin voz | \
         senza voce | bez wokalu instrumental | utan sång | Karaoke | Playback | TV Mix | \
         TV Track | Music | music | Backing Track | band_rest | Rest | other | Musik | \
         Minusovka | Минус | 伴奏 | カラオケ | Song (Instrumental) | Mix no drums | Instrumental Mix | \
         Music Bed | Instru | BGM",
    ),
    (
        Role::Mix,
        "mix | MIX | 2MIX | PRINT MIX | Mixdown | Full Mix | Stereo Mix | premaster | \
         Pre-Master | Song_Mix_v4 | RoughMix | Rough Mix | Master | Master Out | Stereo Out | \
         Mezcla | Mixage | ミックス | 混音 | FullMix_24b | Mix Bus | 2 Bus | vox up mix | \
         Final Mix 3",
    ),
];

/// Names that an engineer would have to listen to: whatever is guessed is not sure enough to act on.
const UNSURE: &str = "Track 7 | Audio 01 | 01 | Untitled | Bounce_3 | stem | New Recording 12 | lead | Lead 1 | \
     Beat | beats | Loop 3 | Heartbeat | Bass & Drums | drums and bass | KickBass | \
     strings pad | Guitar + Keys | Piano Guitar Bass | Vocal Chops | Synth Brass | Reverb | \
     Delay Throw | Vox Reverb | Hit 2 | Room | Stereo | Take 5 | Basket Case | Organic | \
     Subside | Hornet | Bass Culture Sunday Morning | Choir Pad | Click Track | Harmonic | \
     Drummer's Delight Tonight | Strange Days | Mixed Emotions | Voiceless Sea | Ringo | \
     Track 12 (keyless) |  | --- | 123456 | 🎸";

/// Some whose guess is right although nothing may rest on it.
const LIKELY: &[(&str, Role)] = &[
    ("lead", Role::Synths),
    ("Lead 1", Role::Synths),
    ("Beat", Role::Drums),
    ("strings pad", Role::Synths),
    ("Vox Reverb", Role::LeadVocal),
    ("brass synth", Role::Synths),
    ("Reverb", Role::Fx),
    ("Backing", Role::BackingVocal),
];

fn split(names: &str) -> impl Iterator<Item = &str> {
    names.split('|').map(str::trim)
}

#[test]
fn real_names_tell_their_role() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (role, names) in SURE {
        for name in split(names) {
            let guess = RoleGuess::from_name(name);
            count += 1;
            if guess.role != *role || guess.confidence < Role::TRUSTED {
                wrong.push(format!("{name}: expected {role:?}, found {guess:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 250, "{count} names");
}

#[test]
fn what_a_name_leaves_open_is_not_trusted() {
    let trusted = split(UNSURE).map(|name| (name, RoleGuess::from_name(name)));
    let trusted: Vec<_> = trusted.filter(|(_, guess)| guess.confidence >= Role::TRUSTED).collect();
    assert!(trusted.is_empty(), "{trusted:#?}");
    for (name, role) in LIKELY {
        let guess = RoleGuess::from_name(name);
        assert_eq!(guess.role, *role, "{name}");
        assert!(guess.confidence < Role::TRUSTED, "{name}: {guess:?}");
    }
}

fn roles(names: &[&str]) -> Vec<(Role, bool)> {
    let guesses = RoleGuess::from_names(names);
    guesses.into_iter().map(|g| (g.role, g.confidence >= Role::TRUSTED)).collect()
}

#[test]
fn the_title_common_to_a_delivery_tells_nothing() {
    let found = roles(&["Drum Song_01_Piano", "Drum Song_02_Vox", "Drum Song_03", "Drum Song_04_Bass DI"]);
    assert_eq!(found[0], (Role::Keys, true));
    assert_eq!(found[1], (Role::LeadVocal, true));
    assert!(!found[2].1);
    assert_eq!(found[3], (Role::Bass, true));
    let found = roles(&["Gtr_Piano Man_Am", "Keys_Piano Man_Am", "Kick_Piano Man_Am"]);
    assert_eq!(found, [(Role::Guitars, true), (Role::Keys, true), (Role::Kick, true)]);
    // what all have in common may still be what they are
    let found = roles(&["vocals_lead", "vocals_backing"]);
    assert_eq!([found[0].0, found[1].0], [Role::LeadVocal, Role::BackingVocal]);
    assert_eq!(roles(&["Drums"]), [(Role::Drums, true)]);
    assert!(roles(&[]).is_empty());
}

#[test]
fn an_accent_may_be_a_letter_of_its_own() {
    assert_eq!(Role::from_name("bateri\u{301}a"), Role::Drums);
    assert_eq!(Role::from_name("\u{30db}\u{3099}ーカル"), Role::LeadVocal);
}

#[test]
fn case_and_numbers_change_nothing() {
    for (role, names) in SURE {
        for name in
            split(names).filter(|name| name.is_ascii() && !name.contains(|c: char| c.is_ascii_digit()))
        {
            for variant in [format!("07_{name}_2"), format!("{name} 03"), name.replace(' ', "_")] {
                let found = Role::from_name(&variant);
                assert_eq!(found, *role, "{variant}");
            }
        }
    }
}
