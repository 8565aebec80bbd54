"""Train the network of snnTorch's tutorial with one peer and print one JSON line. Imports are not timed.

python train_peers.py PEER JOB DATA EPOCHS THREADS
PEER  snntorch (the tutorial's loop), snntorch-compile (each layer over all steps, through torch.compile), spikingjelly (multi-step mode)
JOB   nmnist (2312-256-10 on N-MNIST's folders, 25 bins, frames in memory), nmnist+load (reads and bins every file in the epoch, with tonic),
      tutorial (784-256-10 on MNIST's idx files, constant input over 25 steps)
All: beta 0.95, threshold 1, batch 128, Adam 1e-3, cross-entropy of the summed output spikes."""
import gzip
import json
import pathlib
import resource
import struct
import sys
import time

import numpy as np
import torch

peer, job, data, epochs, threads = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
STEPS, BATCH, HIDDEN, OUT, BETA = 25, 128, 256, 10, 0.95
INPUTS = 784 if job == "tutorial" else 2312
torch.set_num_threads(threads)
torch.manual_seed(1)
order = np.random.default_rng(1)


def snntorch_parts():
    import snntorch as snn
    from snntorch import surrogate
    spike = surrogate.atan() if job == "tutorial" else surrogate.fast_sigmoid(slope=25)
    return torch.nn.ModuleList([torch.nn.Linear(INPUTS, HIDDEN), snn.Leaky(beta=BETA, spike_grad=spike),
                                torch.nn.Linear(HIDDEN, OUT), snn.Leaky(beta=BETA, spike_grad=spike)])


def build():
    """Returns the parameters and forward(x), x [T, B, INPUTS] or for the tutorial [B, INPUTS], giving summed output spikes."""
    if peer == "spikingjelly":
        from spikingjelly.activation_based import functional, layer, neuron, surrogate

        def lif():
            return neuron.LIFNode(tau=1 / (1 - BETA), decay_input=False, v_reset=None, detach_reset=True, surrogate_function=surrogate.ATan(), step_mode="m")
        net = torch.nn.Sequential(layer.Linear(INPUTS, HIDDEN, step_mode="m"), lif(), layer.Linear(HIDDEN, OUT, step_mode="m"), lif())

        def forward(x):
            functional.reset_net(net)
            if job == "tutorial":
                x = x.expand(STEPS, *x.shape)
            return net(x).sum(0)
        return net.parameters(), forward
    net = snntorch_parts()
    fc1, lif1, fc2, lif2 = net

    def by_step(x):
        m1, m2, out = lif1.init_leaky(), lif2.init_leaky(), []
        for t in range(STEPS):
            s, m1 = lif1(fc1(x if job == "tutorial" else x[t]), m1)
            s, m2 = lif2(fc2(s), m2)
            out.append(s)
        return torch.stack(out).sum(0)

    def by_layer(x):
        for fc, lif in ((fc1, lif1), (fc2, lif2)):
            current, m, out = fc(x), lif.init_leaky(), []
            for t in range(STEPS):
                s, m = lif(current[t], m)
                out.append(s)
            x = torch.stack(out)
        return x.sum(0)
    if peer == "snntorch-compile":
        return net.parameters(), torch.compile(by_step if job == "tutorial" else by_layer)
    return net.parameters(), by_step


def idx(name):
    path = next(p for p in (data / name, data / (name + ".gz")) if p.exists())
    raw = (gzip.open if path.suffix == ".gz" else open)(path, "rb").read()
    n = raw[3]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * n).reshape(struct.unpack(">" + "I" * n, raw[4:4 + 4 * n]))


def samples():
    """Returns get(indices) -> input tensor, and the labels."""
    if job == "tutorial":
        x = torch.from_numpy(idx("train-images-idx3-ubyte").reshape(-1, INPUTS).copy()).float() / 255
        return (lambda j: x[j]), idx("train-labels-idx1-ubyte").astype(np.int64)
    import tonic
    import tonic.io
    frame = tonic.transforms.ToFrame(sensor_size=(34, 34, 2), n_time_bins=STEPS)
    files = sorted(p for d in ("Train", "train") if (data / d).is_dir() for p in (data / d).rglob("*.bin"))

    def read(f):
        return frame(tonic.io.read_mnist_file(str(f), tonic.io.events_struct)).reshape(STEPS, INPUTS).astype(np.uint8)
    labels = np.array([int(f.parent.name) for f in files])
    if job == "nmnist+load":
        return (lambda j: torch.from_numpy(np.stack([read(files[k]) for k in j])).transpose(0, 1).float()), labels
    x = np.stack([read(f) for f in files])
    return (lambda j: torch.from_numpy(x[j]).transpose(0, 1).float()), labels


params, forward = build()
optimizer, loss = torch.optim.Adam(params, lr=1e-3), torch.nn.CrossEntropyLoss()
get, labels = samples()
seconds = []
for epoch in range(epochs):
    start = time.perf_counter()
    shuffled = order.permutation(len(labels))
    for i in range(0, len(labels), BATCH):
        j = shuffled[i:i + BATCH]
        value = loss(forward(get(j)), torch.from_numpy(labels[j]))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        value.item()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "samples": len(labels), "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
