use acetate_model::MOST_STEMS;

/// How stems should be delivered, to send to a client before the export.
pub fn stems_guide() -> String {
    format!("\
# How to send stems for mastering

Stems are the groups of your finished mix. Played together with all faders at 0 dB they sound exactly like
your mix. In mastering one group can then be corrected without touching the others.

## Which stems

- Two are enough: vocals and music. Four to eight are comfortable: drums, bass, music, lead vocal, backing
  vocals, effects. More than {MOST_STEMS} are tracks rather than stems: please group them.
- What has to be balanced on its own comes on its own: kick and bass, lead and backing vocals.
- Stereo. What is mono in the mix may be a mono file.
- Do not send the same part twice: not dry and with effects, and no instrumental beside the groups it is made of.

## Before the export

- Take limiters, clippers and loudness maximisers off the mix bus. Their work cannot be undone.
- An equaliser or a compressor on the mix bus that makes your sound: bypass it and tell me, or send your mix with
  it. A compressor on the bus answers to each stem alone, and then the stems do not add up to the mix.
- Effects that belong to a part stay on it: reverb and delay are in the stem that feeds them, or in a stem of
  their own.
- Side-chains stay alive: the kick that ducks the bass must run while the bass is printed.
- Automation, fades and mutes stay as they are.
- Leave head room: the loudest sample of each stem around -6 dBFS, none at 0 dBFS. Turn down, do not limit.

## The export

- All stems from the same start to the same end, with the silence at the front, and with the last reverb at the
  end until it is gone.
- WAV with 24 bit or 32 bit float (AIFF and FLAC are fine too), at the rate of your session. Not MP3 or AAC, not
  converted to another rate or from 16 to 24 bit.
- No dither, and no normalising: it gives every stem another level and destroys your balance.
- Simple names: `01 Drums.wav`, `02 Bass.wav`, `03 Lead Vocal.wav`. One folder, one zip.

## The proof

Load all stems into an empty project, every fader at 0 dB, and your mix with its polarity turned over. If you
hear nothing, the stems are your mix. Acetate does the same:

    acetate check stems/ --mix mix.wav

## Please send along

- Your mix, exported with the stems, and the loud version that you like to listen to, if there is one.
- Title, artist, tempo, and one or two songs that sound as yours should.
- What must not change, and what you are not happy with.
")
}
