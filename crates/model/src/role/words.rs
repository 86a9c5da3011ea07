//! The words of file names, folded: lower case, without accents.

use super::Role::{
    self, BackingVocal, Bass, Brass, Drums, Fx, Guitars, Keys, Kick, LeadVocal, Mix, Music, Percussion,
    Strings, Synths,
};

/// What a word in a name says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Says {
    /// A role, and how surely (0 to 1).
    Plays(Role, f64),
    /// The whole kit, where a more particular word may stand beside it.
    Kit,
    /// The foremost of its kind: of a voice, a guitar, or by itself a synth.
    Lead,
    /// Behind the lead voice.
    Backing,
    /// That what follows is missing.
    Without,
    /// Nothing about the role: sides, takes, microphones, places in the song.
    Nothing,
}

use Says::{Backing as B, Kit, Lead as L, Nothing, Plays, Without};

/// Beyond doubt.
const SURE: f64 = 0.95;
/// Short, so that it may stand for something else.
const SHORT: f64 = 0.85;
/// In use for several things: never enough alone.
const VAGUE: f64 = 0.6;

/// Words by what they say.
pub(super) const WORDS: &[(Says, &str)] = &[
    (
        Plays(LeadVocal, SURE),
        "vocal vocals vox voxs vx voice voices vocalist singer singing sing rap raps rapper acapella \
         accapella acappella capella vocs verses topline ldvox leadvox leadvocal leadvocals leadvoc mainvox \
         vocallead gesang stimme stimmen sprache leadgesang hauptgesang voz voces vocais vocales cantante \
         voce voci voix chant chanteur chanteuse zang stemmen wokal wokale glos spiew sang sanger vokal \
         vocali vokaly golos pesnya вокал голос ボーカル ヴォーカル ボカール 歌 歌声 唱 人声 人聲 主唱 干声 보컬 목소리 vokaru",
    ),
    (Plays(LeadVocal, SHORT), "ldv lv lvox lvx ldvx voc vo rezitativ spoken spokenword speech mc leadv"),
    (
        Plays(BackingVocal, SURE),
        "bgv bgvs bgvox bvox bvoxs bvs bvx bvocals backvox backvocals backvocal backingvocal backingvocals \
         backings choir choirs choral adlib adlibs adlibz oohs ooh aahs ahhs harmony harmonies harms gang \
         gangvox gangvocals hintergrundgesang backgroundgesang backgroundvocals chor chore coro coros cori \
         coretti choeur choeurs achtergrondzang koor koren chorki korsang kor bekvokal bek бэк бэквокал хор \
         подпевки コーラス ハモリ 和声 和聲 合唱 伴唱 코러스 koorstem vocalstack voxstack",
    ),
    (Plays(BackingVocal, SHORT), "bv bgvx harm bvox1 bkvox bkgvox bgvoc doos"),
    (
        Plays(Kick, SURE),
        "kick kicks kik kck kickdrum kickin kickout bassdrum grossecaisse bombo bumbo cassa stopa bochka \
         fussdrum bastrumma bastrommel basdrum bassdrums бочка キック バスドラ 底鼓 킥 grancassa 808kick kickbd",
    ),
    (Plays(Kick, SHORT), "bd kd k9 kk kikin kikout"),
    (
        Plays(Percussion, SURE),
        "perc percs percus percussion percussions percussioni percusion percusiones percussao perkussion \
         perkusyjne perkussionen shaker shakers conga congas bongo bongos tambourine tambourines tamb tambo \
         tambourin tamborine pandereta pandeiro cajon djembe claves maracas guiro cowbell triangle timbales \
         timbale tabla cabasa agogo woodblock clap claps handclap handclaps snaps fingersnaps vibraslap taiko \
         taikos timpani pauken clave surdo cuica berimbau bodhran slagverk rassel rasseln палмы перкуссия \
         パーカッション 打击 打击乐 퍼커션 perkussia dholak mridangam darbuka",
    ),
    (Plays(Percussion, SHORT), "prc tmb shk shkr clp snap"),
    (
        Kit,
        "drum drums drumkit drumset drm drms drumz drumbus schlagzeug drumstel bateria batterie batteria \
         perkusja trummor trommeln trommel trommer slagzeug slagwerk barabany udarnye kit barabani ударные \
         барабаны барабан ドラム ドラムス 鼓 架子鼓 鼓组 드럼 doramu drumloop drumloops drumtracks breakbeat",
    ),
    (
        Plays(Drums, SURE),
        "snare snares snr snrs sn snaretop snarebottom snarebot caisseclaire caja redoblante rullante caixa \
         werbel virvel hat hats hihat hihats hihatz hhat hhats openhat closedhat charleston charley charles \
         tom toms tomtom ride rides crash crashes cymbal cymbals cymb cymbales becken platos platillos piatti \
         piattino talerze overhead overheads overhd rimshot rimshots rim sidestick drumroom roomdrums \
         drumoverheads ohs hhs ohl ohr 909 707 スネア ハット 军鼓 镲 тарелки malyj",
    ),
    (
        Plays(Drums, SHORT),
        "oh hh sd sdr hho hhc oht snt snb flt rck rtom ftom cym crsh ht chh ohh drmz dr drs",
    ),
    (
        Plays(Drums, VAGUE),
        "beat beats loop loops room rooms break breaks fill fills groove tops ambience amb",
    ),
    (
        Plays(Bass, SURE),
        "bass basses bassgtr bassguitar bassgitarre basi bassline basslines bassdi bassamp bassmic subbass \
         baseline synthbass bassynth moogbass slapbass fretless contrabass contrabasse kontrabass contrabajo \
         contrabbasso bajo baixo basse basso basgitaar basgitarr basgitara bas ebass bassi basowa бас \
         басгитара ベース 贝斯 貝斯 低音 베이스 bess reese subs subby doublebass uprightbass kontrabas",
    ),
    (Plays(Bass, SHORT), "sub 808 808s bs bss bsg ebs 303 tb303"),
    (
        Plays(Guitars, SURE),
        "guitar guitars gtr gtrs guit guits guitarist git gits gitarre gitarren gitara gitary gitarr gitarrer \
         gitaar gitaren guitare guitares guitarra guitarras chitarra chitarre violao egtr egtrs agtr agtrs \
         acgtr acgtrs elgtr akustikgitarre rhythmusgitarre sologitarre leadgitarre egitarre strat \
         stratocaster telecaster tele lespaul banjo ukulele uke mandolin mandoline mandolino bouzouki dobro \
         ebow lapsteel pedalsteel slideguitar nylon nylons sitar requinto charango cavaquinho cavaco oud tres \
         riffgtr rhygtr rhythmgtr leadgtr leadgtrs leadguitar gtrlead акустика гитара гитары ギター エレキ アコギ 吉他 \
         电吉他 木吉他 기타 gitaa electricguitar acousticguitar clavinetgtr",
    ),
    (Plays(Guitars, SHORT), "gt gts gtl gtrl gtrr gt1 gt2 eg egt ag agt elg acg egit agit tlc gr"),
    (
        Plays(Keys, SURE),
        "keys keyz keyboard keyboards kbd kbds pno pianos piano pianoforte grandpiano uprightpiano epiano \
         epno elpiano rhodes wurlitzer wurli wurly clav clavi clavinet clavichord harpsichord cembalo \
         clavecin organ organs orgel orgue organo orgao hammond b3 farfisa klavier flugel tasten toetsen \
         keyboardy klawisze clavier claviers klaviatur teclado teclados tastiera tastiere klavishi клавиши \
         пианино рояль фортепиано орган キーボード ピアノ オルガン 键盘 钢琴 鋼琴 电钢 건반 피아노 celesta celeste glockenspiel glock \
         vibes vibraphone vibraphon marimba xylophone musicbox kalimba accordion akkordeon accordeon acordeon \
         fisarmonica akordeon harmonium melodica mellotron toypiano dx7piano steinway",
    ),
    (Plays(Keys, SHORT), "ep ky kb org pf wurl kys"),
    (
        Plays(Strings, SURE),
        "strings violin violins vln vlns vla vlas viola violas cello celli cellos vc violoncello violoncelle \
         streicher streich geige geigen bratsche cuerdas cuerda cordas cordes archi violino violini violon \
         violons strijkers strakar strak smyczki skrzypce wiolonczela strunnye quartet stringquartet \
         stringsection fiddle erhu pizz pizzicato spiccato staccatos staccstrings orchestra orchester \
         orchestre orquesta orchestral orch harfe harp harpe arpa струнные скрипка виолончель ストリングス バイオリン \
         チェロ 弦 弦乐 弦樂 小提琴 大提琴 二胡 스트링 바이올린",
    ),
    (Plays(Strings, SHORT), "str strgs strs vns vlc vcl"),
    (Plays(Strings, VAGUE), "string legato cinematic"),
    (
        Plays(Brass, SURE),
        "brass brasses horn horns hornsection trumpet trumpets trp trpt trompete trompeten trompet trompette \
         trompettes trompeta trompetas tromba trombe trombone trombones tbn tbns posaune posaunen puzon sax \
         saxes saxophone saxofon saxo saxophon altosax tenorsax barisax winds woodwind woodwinds ww flute \
         flutes flote querflote flauta flauto clarinet clarinets klarinette clarinette clarinete oboe oboes \
         bassoon fagott tuba flugelhorn fluegelhorn cornet euphonium piccolo recorder blockflote harmonica \
         mundharmonika armonica blaser blaeser blechblaser holzblaser cuivres cuivre metales metais vientos \
         fiati ottoni blazers blasare dete deta trabka flet klarnet bagpipe bagpipes dudelsack panflute duduk \
         tinwhistle shakuhachi духовые труба саксофон флейта ブラス ホーン トランペット サックス フルート 铜管 管乐 小号 萨克斯 长笛 笛子 브라스 \
         색소폰",
    ),
    (Plays(Brass, SHORT), "tpt tpts sx hrn hrns bone bones sopr tsax asax bsax fl"),
    (
        Plays(Synths, SURE),
        "synth synths syn syns synthlead synthpad synthpads synthesizer synthesiser synthe synthes syntezator \
         sintetizador sintetizadores sintetizzatore pad pads pado arp arps arpeggio arpeggios arpeggiator \
         arpg pluck plucks plucked plk supersaw saw saws sawlead leadsynth polysynth moog juno jupiter \
         prophet minimoog serum sylenth massive omnisphere nexus dx7 stab stabs chords chordstab acid \
         sequencer seq seqs bells bell bleeps syntez синт синтезатор シンセ パッド 合成器 신스 drone drones hoover \
         wobble growl neuro",
    ),
    (Plays(Synths, SHORT), "syx sy plks"),
    (Plays(Synths, VAGUE), "poly melody melodie melodia hook"),
    (
        Plays(Fx, SURE),
        "fx sfx efx effect effects effekte effekt effets effetti efectos efeitos riser risers uplifter \
         uplifters downlifter downlifters sweep sweeps swoosh whoosh whooshes woosh impact impacts boom booms \
         subdrop drops foley atmo atmos atmosphere atmospheres texture textures ambient ambients transition \
         transitions trans noise noises noisefx vinyl crackle soundscape ambiences fieldrec crowd applause \
         laser stutter glitch glitches scratch scratches reversefx revfx efekty effecten effekter эффекты \
         эфекты エフェクト 效果 音效 效果音 이펙트 whitenoise",
    ),
    (
        Plays(Fx, VAGUE),
        "hits hit rise fall rev reverse verb reverb rvb verbs delay dly delays echo throw throws spring plate \
         hall samples sample click",
    ),
    (
        Plays(Mix, SURE),
        "mixdown mixdowns premaster premasters premastered premix fullmix 2mix twomix 2bus 2track twotrack \
         stereomix mixbus mixprint printmix mainmix roughmix finalmix masterbus masterbounce mixfinal refmix \
         mixref mixage mezcla mezclas mistura missaggio miks сведение микс ミックス 混音 混缩 믹스 stereobus stereoout \
         masterout mainout",
    ),
    (Plays(Mix, SURE), "mix mixes mixx mx"),
    (Plays(Mix, SHORT), "master mastered mstr mastr msr"),
    (Plays(Mix, VAGUE), "stereo stereos sum rough ref reference out outs"),
    (
        Plays(Music, SURE),
        "instrumental instrumentals instrumentale instrumentaux instru instrumentalversion instrumentalmix \
         music musik musique musica muziek muzyka musicbed karaoke playback backingtrack bandtrack minusovka \
         minusone begleitung pista pistas accompaniment accomp минус минусовка музыка инструментал オケ カラオケ \
         インスト 伴奏 音乐 配乐 반주 novox novocals novoc novocal vocalless nolead bed bte",
    ),
    (Plays(Music, SHORT), "inst instr insts rest other others mus msc msx tvmix tvtrack tv bgm"),
    (Plays(Music, VAGUE), "band combo ensemble everything all melodics tracks misc"),
    (L, "lead leads ld lds leed main principal leader hauptstimme solist"),
    (
        B,
        "backing bg bgs bgd bkg background backgrounds bk bck backg back hintergrund fondo double doubles dbl \
         dbls dubl stack stacks gangs call response",
    ),
    (Without, "no minus without ohne sans sin senza zonder bez utan uten sem less non без 無し なし 无"),
    (
        Nothing,
        "l r c m s lr left right links rechts gauche droite izq der izquierda derecha center centre centro \
         mid side mono wet dry dryer raw clean dirty di amp amped mic mics mike in inside outside top bottom \
         bot btm under up down upper lower hi high low lo close near far front rear ab xy ms ortf u87 u47 \
         sm57 sm58 57 58 421 d112 e609 r121 c414 km184 akg neve bus buss busses grp group groups submix stem \
         stems stm aux send sends return returns ret rtn track trk tk spur piste comp comps comped print \
         prints printed bounce bounced bnc export exported render rendered rendering freeze frozen \
         consolidated cons rec recorded recording audio aud wav take takes tk1 v ver version vers final \
         finals fin finale new old edit edits edited fixed fix tuned tune melodyne autotune processed proc \
         unprocessed eq eqd compressed limited limiter sat drive crunch dist distorted distortion od fuzz \
         overdrive marshall fender ampeg svt mesa orange vintage acoustic akustik acustica acoustique \
         electric elec elektro electrica electrique e a ac el acc aco acou elek nylonstring steelstring \
         rhythm rhy rhyt rhythmus rythm rtm solo solos riff riffs lick licks chorus verse vrs vs bridge brdg \
         intro outro hookline prechorus pre post refrain strophe estribillo coupling male female girl guy \
         alto tenor soprano bari baritone sopran 1st 2nd first second erste zweite and und et y with mit con \
         avec the of upright felt grand soft warm bright dark muted mute palm slap picked fingered finger \
         pick synthi parallel para crush crushed smash smashed nyc trig trigger triggered replaced midi bpm \
         key full dry1 live studio session file long short big small deep heavy light phat fat thick tight \
         loud 24bit 16bit 32bit 48k 44k 441 96k 44 48 96 24 16 32 demo alt alternate fast slow kontakt logic \
         ableton reaper cubase protools pt flstudio reason",
    ),
];

/// Words that say something together, one after the other.
pub(super) const PHRASES: &[(&str, Says)] = &[
    ("bass drum", Plays(Kick, SURE)),
    ("drum kick", Plays(Kick, SURE)),
    ("kick drum", Plays(Kick, SURE)),
    ("808 kick", Plays(Kick, SURE)),
    ("909 kick", Plays(Kick, SURE)),
    ("kick 808", Plays(Kick, SURE)),
    ("kick 909", Plays(Kick, SURE)),
    ("sub kick", Plays(Kick, SURE)),
    ("kick sub", Plays(Kick, SURE)),
    ("grosse caisse", Plays(Kick, SURE)),
    ("bas drum", Plays(Kick, SURE)),
    ("gran cassa", Plays(Kick, SURE)),
    ("caisse claire", Plays(Drums, SURE)),
    ("snare drum", Plays(Drums, SURE)),
    ("808 snare", Plays(Drums, SURE)),
    ("808 hat", Plays(Drums, SURE)),
    ("808 hats", Plays(Drums, SURE)),
    ("808 clap", Plays(Drums, SURE)),
    ("808 drums", Plays(Drums, SURE)),
    ("808 beat", Plays(Drums, SHORT)),
    ("909 drums", Plays(Drums, SURE)),
    ("hi hat", Plays(Drums, SURE)),
    ("hi hats", Plays(Drums, SURE)),
    ("high hat", Plays(Drums, SURE)),
    ("over head", Plays(Drums, SURE)),
    ("over heads", Plays(Drums, SURE)),
    ("rim shot", Plays(Drums, SURE)),
    ("drum machine", Plays(Drums, SURE)),
    ("drum loop", Plays(Drums, SURE)),
    ("drum loops", Plays(Drums, SURE)),
    ("drum bus", Plays(Drums, SURE)),
    ("drum room", Plays(Drums, SURE)),
    ("drums room", Plays(Drums, SURE)),
    ("perc loop", Plays(Percussion, SURE)),
    ("steel drum", Plays(Percussion, SURE)),
    ("steel drums", Plays(Percussion, SURE)),
    ("frame drum", Plays(Percussion, SURE)),
    ("hand drum", Plays(Percussion, SURE)),
    ("hand drums", Plays(Percussion, SURE)),
    ("drums perc", Plays(Percussion, SHORT)),
    ("drum perc", Plays(Percussion, SURE)),
    ("finger snaps", Plays(Percussion, SURE)),
    ("hand claps", Plays(Percussion, SURE)),
    ("wood block", Plays(Percussion, SURE)),
    ("bass guitar", Plays(Bass, SURE)),
    ("bass gtr", Plays(Bass, SURE)),
    ("bass guit", Plays(Bass, SURE)),
    ("bass gitarre", Plays(Bass, SURE)),
    ("guitar bass", Plays(Bass, SURE)),
    ("gtr bass", Plays(Bass, SURE)),
    ("bass gt", Plays(Bass, SURE)),
    ("gitara basowa", Plays(Bass, SURE)),
    ("guitarra bajo", Plays(Bass, SURE)),
    ("guitare basse", Plays(Bass, SURE)),
    ("e bass", Plays(Bass, SURE)),
    ("el bass", Plays(Bass, SURE)),
    ("synth bass", Plays(Bass, SURE)),
    ("syn bass", Plays(Bass, SURE)),
    ("bass synth", Plays(Bass, SURE)),
    ("moog bass", Plays(Bass, SURE)),
    ("sub bass", Plays(Bass, SURE)),
    ("bass sub", Plays(Bass, SURE)),
    ("808 bass", Plays(Bass, SURE)),
    ("bass 808", Plays(Bass, SURE)),
    ("acid bass", Plays(Bass, SURE)),
    ("pluck bass", Plays(Bass, SURE)),
    ("organ bass", Plays(Bass, SURE)),
    ("piano bass", Plays(Bass, SHORT)),
    ("double bass", Plays(Bass, SURE)),
    ("string bass", Plays(Bass, SURE)),
    ("bass line", Plays(Bass, SURE)),
    ("bass loop", Plays(Bass, SURE)),
    ("контра бас", Plays(Bass, SURE)),
    ("bass clarinet", Plays(Brass, SURE)),
    ("bass trombone", Plays(Brass, SURE)),
    ("bass sax", Plays(Brass, SURE)),
    ("bass flute", Plays(Brass, SURE)),
    ("french horn", Plays(Brass, SURE)),
    ("french horns", Plays(Brass, SURE)),
    ("english horn", Plays(Brass, SURE)),
    ("string section", Plays(Strings, SURE)),
    ("string quartet", Plays(Strings, SURE)),
    ("string ensemble", Plays(Strings, SURE)),
    ("pedal steel", Plays(Guitars, SURE)),
    ("lap steel", Plays(Guitars, SURE)),
    ("steel guitar", Plays(Guitars, SURE)),
    ("slide guitar", Plays(Guitars, SURE)),
    ("guitar pad", Plays(Guitars, VAGUE)),
    ("nylon guitar", Plays(Guitars, SURE)),
    ("e git", Plays(Guitars, SURE)),
    ("les paul", Plays(Guitars, SURE)),
    ("music box", Plays(Keys, SURE)),
    ("e piano", Plays(Keys, SURE)),
    ("toy piano", Plays(Keys, SURE)),
    ("piano chords", Plays(Keys, SURE)),
    ("organ pad", Plays(Keys, SURE)),
    ("piano pad", Plays(Keys, VAGUE)),
    ("synth lead", Plays(Synths, SURE)),
    ("lead synth", Plays(Synths, SURE)),
    ("saw lead", Plays(Synths, SURE)),
    ("synth pad", Plays(Synths, SURE)),
    ("synth keys", Plays(Synths, SURE)),
    ("vocal chops", Plays(Synths, VAGUE)),
    ("vox chops", Plays(Synths, VAGUE)),
    ("vocal chop", Plays(Synths, VAGUE)),
    ("vox chop", Plays(Synths, VAGUE)),
    ("choir pad", Plays(Synths, VAGUE)),
    ("vox pad", Plays(Synths, VAGUE)),
    ("voice pad", Plays(Synths, VAGUE)),
    ("vocal pad", Plays(Synths, VAGUE)),
    ("noise sweep", Plays(Fx, SURE)),
    ("white noise", Plays(Fx, SURE)),
    ("vinyl crackle", Plays(Fx, SURE)),
    ("sub drop", Plays(Fx, SURE)),
    ("sub boom", Plays(Fx, SURE)),
    ("bass drop", Plays(Fx, SHORT)),
    ("cymbal swell", Plays(Fx, SHORT)),
    ("reverse cymbal", Plays(Fx, SURE)),
    ("rev cymbal", Plays(Fx, SURE)),
    ("reverse crash", Plays(Fx, SURE)),
    ("snare roll", Plays(Drums, SURE)),
    ("ad lib", Plays(BackingVocal, SURE)),
    ("ad libs", Plays(BackingVocal, SURE)),
    ("gang vox", Plays(BackingVocal, SURE)),
    ("back vox", Plays(BackingVocal, SURE)),
    ("low harmony", Plays(BackingVocal, SURE)),
    ("бэк вокал", Plays(BackingVocal, SURE)),
    ("backing track", Plays(Music, SURE)),
    ("backing trk", Plays(Music, SURE)),
    ("backing tracks", Plays(Music, SURE)),
    ("backing band", Plays(Music, SURE)),
    ("music bed", Plays(Music, SURE)),
    ("tv mix", Plays(Music, SURE)),
    ("tv track", Plays(Music, SURE)),
    ("tv version", Plays(Music, SURE)),
    ("sing back", Plays(Music, SHORT)),
    ("minus one", Plays(Music, SURE)),
    ("half playback", Plays(Music, SURE)),
    ("all music", Plays(Music, SURE)),
    ("click track", Plays(Fx, VAGUE)),
    ("vocal up", Plays(Mix, SURE)),
    ("vox up", Plays(Mix, SURE)),
    ("vocals up", Plays(Mix, SURE)),
    ("vocal down", Plays(Mix, SURE)),
    ("vox down", Plays(Mix, SURE)),
    ("2 mix", Plays(Mix, SURE)),
    ("2 bus", Plays(Mix, SURE)),
    ("2 track", Plays(Mix, SURE)),
    ("mix bus", Plays(Mix, SURE)),
    ("mix buss", Plays(Mix, SURE)),
    ("stereo out", Plays(Mix, SURE)),
    ("main out", Plays(Mix, SURE)),
    ("master out", Plays(Mix, SURE)),
    ("stereo mix", Plays(Mix, SURE)),
    ("pre master", Plays(Mix, SURE)),
    ("mix down", Plays(Mix, SURE)),
    ("full mix", Plays(Mix, SURE)),
    ("rough mix", Plays(Mix, SURE)),
];
