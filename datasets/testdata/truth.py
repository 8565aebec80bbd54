"""Writes truth.json: what other programs make of a few real files.

    python truth.py ../../../shared/data > truth.json

Needs numpy and tonic 1.7.0. For N-MNIST: the frames of tonic's ToFrame(n_time_bins) as
[bin][y][x][polarity], little-endian uint16, their CRC-32 and sum. For MNIST: CRC-32 of
the pixels and of the labels, read with gzip and nothing else."""
import gzip, json, pathlib, sys, zlib
import numpy as np
import tonic

data = pathlib.Path(sys.argv[1])
truth = {"tonic": tonic.__version__, "frames": [], "idx": []}
kind = np.dtype([("x", int), ("y", int), ("t", int), ("p", int)])
names = sorted(p for p in (data / "nmnist-small").glob("T*/*/*.bin"))
for path in names[::67] + [data / "atis" / "nmnist_sample.bin"]:
    events = tonic.io.read_mnist_file(str(path), dtype=kind)
    for bins in (1, 10, 25, 300):
        frames = tonic.transforms.ToFrame(sensor_size=(34, 34, 2), n_time_bins=bins)(events).transpose(0, 2, 3, 1)
        truth["frames"].append({"file": str(path.relative_to(data)), "bins": bins, "sum": int(frames.sum()),
                                "crc32": zlib.crc32(np.ascontiguousarray(frames).astype("<u2").tobytes())})
for part in ("train", "t10k"):
    for what, head in (("images-idx3", 16), ("labels-idx1", 8)):
        raw = gzip.decompress((data / "mnist" / f"{part}-{what}-ubyte.gz").read_bytes())[head:]
        truth["idx"].append({"file": f"{part}-{what}-ubyte.gz", "bytes": len(raw), "crc32": zlib.crc32(raw)})
json.dump(truth, sys.stdout, indent=1)
print()
