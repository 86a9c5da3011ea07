"""Times Acetate's processors beside those of other programs, on the same signal, in turn, in one run.

Run `bench/peers/run`, which sets up what this needs. A row is equal work: the same kind of tool at the same settings.
Only processing counts: in a library the call itself, in a command its CPU time less that of the command doing nothing.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pedalboard as pb

RATE = 44100
SECONDS = 30
ROUNDS = 5
WORK = Path(sys.argv[1])
XTASK = sys.argv[2]
RAW = WORK / "signal.f32"


def signal():
    """Noise and tones whose level swings, peaks near full scale: every stage has something to do."""
    t = np.arange(RATE * SECONDS) / RATE
    rng = np.random.default_rng(1)
    swing = 0.2 + 0.8 * np.abs(np.sin(2 * np.pi * 0.7 * t)) ** 4
    tones = sum(np.sin(2 * np.pi * f * t + f) / (k + 1) for k, f in enumerate([55, 220, 330, 990, 2500]))
    x = np.stack([swing * (0.35 * tones + 0.15 * rng.standard_normal(len(t))) for _ in range(2)])
    return (0.9 * x / np.abs(x).max()).astype(np.float32)


X = signal()
X.T.tofile(RAW)


def ours(*chain):
    """Seconds of processing, in a process of its own."""
    done = subprocess.run([XTASK, "time", str(RATE), str(RAW), "1", *chain], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["seconds"][0]


def juce(*plugins):
    board = pb.Pedalboard(list(plugins))
    began = time.perf_counter()
    board(X, RATE, reset=True)
    return time.perf_counter() - began


def cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ffmpeg(chain):
    def call(filters):
        return cpu(["ffmpeg", "-v", "error", "-threads", "1", "-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i",
                    str(RAW), "-af", filters, "-f", "null", "-"])
    return max(call(chain) - call("anull"), 1e-4)


def sox(*effects):
    def call(*effects):
        return cpu(["sox", "-D", "-t", "raw", "-e", "floating-point", "-b", "32", "-r", str(RATE), "-c", "2", str(RAW),
                    "-n", *effects])
    return max(call(*effects) - call(), 1e-4)


def row(name, chain, **peers):
    return name, chain, peers


BANDS = [("low_shelf", 90, 2, 0.7), ("bell", 320, -3, 1.2), ("bell", 3000, 2, 0.8), ("high_shelf", 9000, 3, 0.7)]
EQ = json.dumps({"bands": [{"shape": s, "freq_hz": f, "gain_db": g, "q": q} for s, f, g, q in BANDS]})
LOW = json.dumps({"bands": [{"freq_hz": f, "gain_db": 3, "q": 1} for f in (40, 80, 160, 320)]})

ROWS = [
    row("EQ, 4 bands (ours without cramping)", [f"eq={EQ}"],
        juce=lambda: juce(pb.LowShelfFilter(90, 2, 0.7), pb.PeakFilter(320, -3, 1.2), pb.PeakFilter(3000, 2, 0.8),
                          pb.HighShelfFilter(9000, 3, 0.7)),
        ffmpeg=lambda: ffmpeg("bass=g=2:f=90,equalizer=f=320:g=-3:t=q:w=1.2,equalizer=f=3000:g=2:t=q:w=0.8,"
                              "treble=g=3:f=9000"),
        sox=lambda: sox("bass", "2", "90", "equalizer", "320", "1.2q", "-3", "equalizer", "3000", "0.8q", "2", "treble",
                        "3", "9000")),
    row("EQ, 4 low bells", [f"eq={LOW}"],
        juce=lambda: juce(*[pb.PeakFilter(f, 3, 1) for f in (40, 80, 160, 320)]),
        ffmpeg=lambda: ffmpeg(",".join(f"equalizer=f={f}:g=3:t=q:w=1" for f in (40, 80, 160, 320)))),
    row("high-pass, 12 dB/oct", ['high_pass={"cutoff_hz": 30, "slope": "db12"}'],
        ffmpeg=lambda: ffmpeg("highpass=f=30"), sox=lambda: sox("highpass", "30")),
    row("compressor, peak, 4:1", ['compressor={"threshold_db": -20, "ratio": 4, "detector": "peak", "knee_db": 0, '
                                  '"attack_ms": 10, "release_ms": 100}'],
        juce=lambda: juce(pb.Compressor(-20, 4, 10, 100)),
        ffmpeg=lambda: ffmpeg("acompressor=threshold=0.1:ratio=4:attack=10:release=100:detection=peak:knee=1")),
    row("compressor, RMS, 4:1, knee 6 dB", ['compressor={"threshold_db": -20, "ratio": 4, "detector": "rms", '
                                            '"knee_db": 6, "attack_ms": 10, "release_ms": 100}'],
        juce=lambda: juce(pb.Compressor(-20, 4, 10, 100)),
        ffmpeg=lambda: ffmpeg("acompressor=threshold=0.1:ratio=4:attack=10:release=100:detection=rms:knee=2")),
    row("expander, 2:1", ['expander={"threshold_db": -40, "ratio": 2}'],
        juce=lambda: juce(pb.NoiseGate(-40, 2, 1, 100)),
        ffmpeg=lambda: ffmpeg("agate=threshold=0.01:ratio=2:attack=1:release=100")),
    row("multiband, 3 bands, low latency", ['multiband={"crossover": "low_latency", "bands": [{"to_hz": 120, '
        '"threshold_db": -24, "ratio": 2}, {"to_hz": 2500, "threshold_db": -26, "ratio": 2}, {"to_hz": 20000, '
        '"threshold_db": -26, "ratio": 2}]}'],
        sox=lambda: sox("mcompand", "0.02,0.2 6:-24,-12", "120", "0.02,0.2 6:-26,-13", "2500", "0.02,0.2 6:-26,-13")),
    row("true-peak limiter, +6 dB", ['limiter={"drive_db": 6}'],
        juce=lambda: juce(pb.Gain(6), pb.BrickwallLimiter(ceiling_db=-1, true_peak=True)),
        ffmpeg=lambda: ffmpeg(f"volume=6dB,aresample={4 * RATE},alimiter=limit=-1dB:level=disabled:attack=5:release=50,"
                              f"aresample={RATE}")),
    row("clipper, hard, +6 dB (ours 16 times, ffmpeg 8 times)", ['clipper={"drive_db": 6}'],
        ffmpeg=lambda: ffmpeg("volume=6dB,asoftclip=type=hard:oversample=8")),
    row("saturation (ours 8 times, ffmpeg 4 times, JUCE without)", ['saturation={"circuit": "tape", "drive_db": 6, "mix_percent": 100}'],
        juce=lambda: juce(pb.Distortion(6)), ffmpeg=lambda: ffmpeg("volume=6dB,asoftclip=type=tanh:oversample=4")),
    row("dither to 16 bit, flat", ['dither={"bits": 16}'],
        ffmpeg=lambda: ffmpeg("aresample=osf=s16:dither_method=triangular")),
]


def main():
    print("| equal work, 30 s of stereo at 44.1 kHz | ours, ns per frame | peer | its ns per frame | ours is faster by |")
    print("|---|---:|---|---:|---:|")
    for name, chain, peers in ROWS:
        try:
            ours(*chain)
        except subprocess.CalledProcessError as error:
            print(f"| {name} | failed: {error.stderr.strip().splitlines()[-1]} | | | |")
            continue
        seconds = {key: [] for key in ["ours", *peers]}
        for _ in range(ROUNDS):
            seconds["ours"].append(ours(*chain))
            for peer, call in peers.items():
                seconds[peer].append(call())
        per_frame = {key: 1e9 * statistics.median(all_) / X.shape[1] for key, all_ in seconds.items()}
        for peer in peers:
            ratio = statistics.median(p / o for p, o in zip(seconds[peer], seconds["ours"]))
            print(f"| {name} | {per_frame['ours']:.1f} | {peer} | {per_frame[peer]:.1f} | {ratio:.2f} × |", flush=True)


main()
