"""Read one recording with one peer into arrays t, x, y, p; print events and seconds as JSON. Imports are not timed.

python peers.py PEER FILE"""
import json
import pathlib
import sys
import time

name, path = sys.argv[1], sys.argv[2]

if name == "aedat":
    import aedat, numpy as np

    def read():
        parts = [p["events"] for p in aedat.Decoder(path) if "events" in p]
        a = np.concatenate(parts)
        return a["t"], a["x"], a["y"], a["on"]
elif name == "dv-processing":
    import dv_processing as dv, numpy as np

    def read():
        r, parts = dv.io.MonoCameraRecording(path), []
        while (b := r.getNextEventBatch()) is not None:
            parts.append(b.numpy())
        a = np.concatenate(parts)
        return a["timestamp"], a["x"], a["y"], a["polarity"]
elif name == "faery":
    import faery

    def read():
        a = faery.events_stream_from_file(path).to_array()
        return a["t"], a["x"], a["y"], a["p"]
elif name == "tonic-raw":  # tonic's inner functions: its readers of versions 1 and 3 stop with an error
    import tonic.io as io

    def read():
        version, start, _ = io.read_aedat_header_from_file(path)
        e = io.get_aer_events_from_file(path, version, start)
        a = e["address"]
        if version == 2:
            return e["timeStamp"], a >> 12 & 0x3FF, a >> 22 & 0x1FF, a >> 11 & 1
        return e["timeStamp"], a >> 17 & 0x7FFF, a >> 2 & 0x7FFF, a >> 1 & 1
elif name == "tonic-bin":
    import numpy as np, tonic.io as io
    files = sorted(map(str, p.rglob("*.bin"))) if (p := pathlib.Path(path)).is_dir() else [path]

    def read():
        a = np.concatenate([io.read_mnist_file(f, io.events_struct) for f in files])
        return a["t"], a["x"], a["y"], a["p"]
elif name == "numpy-bin":  # what a NumPy user writes
    import numpy as np
    files = sorted(map(str, p.rglob("*.bin"))) if (p := pathlib.Path(path)).is_dir() else [path]

    def one(f):
        b = np.fromfile(f, np.uint8).reshape(-1, 5)
        t = (b[:, 2] & 127).astype(np.uint32) << 16 | b[:, 3].astype(np.uint32) << 8 | b[:, 4]
        return t, b[:, 0], b[:, 1], b[:, 2] >> 7

    def read():
        return tuple(np.concatenate(c) for c in zip(*map(one, files)))
else:
    sys.exit("no such peer: " + name)

start = time.perf_counter()
t, x, y, p = read()
print(json.dumps({"events": len(t), "seconds": time.perf_counter() - start}))
