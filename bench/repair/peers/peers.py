"""Masters a song with another program, called as its users call it.

  peers.py matchering MIX REFERENCE OUT
  peers.py libsonare MIX OUT                the preset for streaming
  peers.py libsonare_stems FOLDER OUT       its mix assistant, its mixer, then the same preset
"""

import contextlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import soundfile as sf

BLOCK = 8192


def channels(path):
    samples, rate = sf.read(path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(samples[:, 0]), np.ascontiguousarray(samples[:, 1]), rate


def write(path, left, right, rate):
    sf.write(path, np.stack([left, right], axis=1), rate, subtype="FLOAT")


def matchering(mix, reference, out):
    import matchering

    matchering.process(target=mix, reference=reference, results=[matchering.Result(out, "FLOAT")])


def libsonare(mix, out):
    import libsonare

    left, right, rate = channels(mix)
    mastered = libsonare.master_audio_stereo(left, right, rate, "streaming")
    write(out, mastered.left, mastered.right, rate)


def libsonare_stems(folder, out):
    import libsonare

    stems = {path.stem: channels(path) for path in sorted(Path(folder).glob("*.wav"))}
    rate = next(iter(stems.values()))[2]
    inputs = [libsonare.MixTrackInput(name, left, right, name) for name, (left, right, _) in stems.items()]
    suggested = libsonare.suggest_mix_scene(inputs, sample_rate=rate)
    scene = suggested.get("scene") or suggested.get("sceneJson")
    scene = scene if isinstance(scene, str) else json.dumps(scene)
    mixer = libsonare.Mixer.from_scene_json(scene, rate, BLOCK)
    mixer.compile()
    for strip in range(mixer.strip_count()):
        mixer.settle(strip)
    order = [strip["id"] for strip in json.loads(scene)["strips"] if strip["id"] in stems]
    frames = max(len(left) for left, _, _ in stems.values())
    mixed = np.zeros((2, frames), np.float32)
    for start in range(0, frames, BLOCK):
        part = [[pad(stems[name][side][start:start + BLOCK]) for name in order] for side in (0, 1)]
        block = mixer.process_stereo(*part)
        count = min(BLOCK, frames - start)
        mixed[0, start:start + count] = np.asarray(block.left)[:count]
        mixed[1, start:start + count] = np.asarray(block.right)[:count]
    mastered = libsonare.master_audio_stereo(mixed[0], mixed[1], rate, "streaming")
    write(out, mastered.left, mastered.right, rate)


def pad(samples):
    return np.pad(samples, (0, BLOCK - len(samples)))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    programs = {"matchering": matchering, "libsonare": libsonare, "libsonare_stems": libsonare_stems}
    if len(sys.argv) < 2 or sys.argv[1] not in programs:
        sys.exit(__doc__)
    with contextlib.redirect_stdout(sys.stderr):
        programs[sys.argv[1]](*sys.argv[2:])
