"""Run one network with one peer and print one JSON line. Imports are not timed.

python network_peers.py PEER DIR THREADS
PEER  sinabs, snntorch (step by step), snntorch-layerwise (each layer over all steps), brian2 (C++ standalone), nest
DIR   what dvsim's bench.Export wrote: job.json, net.toml, and for networks with input data.npz

Networks without input are built from net.toml, so every number in them is ours:
  lif   dV/dt = (drive - V)/tau, synapses are jumps      iaf_psc_delta
  cuba  the same with (g0 + g1 + drive - V)/tau, tau_syn  iaf_psc_exp with C = tau, so that pA are mV
  coba  the same with g0 (e0 - V) + g1 (e1 - V) - V       iaf_cond_exp with C = tau g_L
Differences that stay: connections, initial values and Poisson input are the peer's own draws. In Brian 2, what arrives
during the refractory time of a jumping neuron is not thrown away (its usual form); a spike arrives one step after our
delay says, so delays are one step shorter there, and decays for a step before it is tested; fixed in-degrees are probabilities of the same mean; Poisson input is
binomial of 1000 sources. The 0.1 ms peers of the recording take one event an input and step.
"seconds" is the simulation alone, each run; "build_seconds" what was before: connecting, generating and compiling code."""
import json
import math
import os
import pathlib
import resource
import sys
import time

peer, folder, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(threads)

import tomllib  # noqa: E402
from importlib import metadata  # noqa: E402

import numpy as np  # noqa: E402

job = json.loads((folder / "job.json").read_text())
toml = tomllib.loads((folder / "net.toml").read_text())
STEP = job["step_us"] / 1000  # ms
DIST = {"nest": "nest-simulator"}.get(peer, peer.removesuffix("-layerwise"))
peak = 0  # bytes, of the simulation, where it is another process


def ms(text):
    """A duration of net.toml in ms."""
    for unit, factor in (("us", 1e-3), ("ms", 1.0), ("s", 1e3)):
        if text.endswith(unit):
            return float(text[: -len(unit)]) * factor
    raise ValueError(text)


def number(x):
    return ms(x) if isinstance(x, str) else float(x)


def peak_bytes(pid="self"):
    """Largest resident set of a process so far; 0 where the system does not tell. (getrusage begins with that of its parent.)"""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(text.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return 0


def layers():
    return toml["layer"]


def repeat(make):
    """make() -> run(); run() -> (seconds, spikes of each layer). Up to three runs, none after 3 s."""
    secs, build, spikes, run = [], None, None, None
    start = time.perf_counter()
    while len(secs) < 3 and (not secs or time.perf_counter() - start < 3):
        began = time.perf_counter()
        if run is None or peer == "nest":
            run = make()
        if build is None:
            build = time.perf_counter() - began
            start = time.perf_counter()
        s, spikes = run()
        secs.append(s)
    return secs, build, spikes


# ---- dense peers: a recording in steps, spikes counted a layer ----

def steps_of(data):
    k = data["t"] // job["step_us"]
    return k, int(k[-1]) + 1


def dense_layers():
    """The network over x [T, inputs] (dense) or over frames (conv), through the peer's neurons."""
    import torch
    torch.set_num_threads(threads)
    data = np.load(folder / "data.npz")
    k, steps = steps_of(data)
    h, w, c = job["input"]
    f = torch.nn.functional
    if job["file"] == "dense":
        ws = [torch.from_numpy(data[n].T.copy()) for n in ("w0", "w1")]
        x = np.zeros((steps, h * w * c), np.float32)
        np.add.at(x, (k, data["i"]), 1)
        x = torch.from_numpy(x)
        return [lambda a, m=m: f.linear(a, m) for m in ws], [(len(m),) for m in ws], lambda: [x] if peer != "snntorch" else x.split(1)
    w0, w1 = (torch.from_numpy(data[n].transpose(3, 2, 0, 1).copy()) for n in ("w0", "w1"))
    h4, w4 = h // 4, w // 4
    w2 = torch.from_numpy(data["w2"].reshape(h4, w4, 32, 10).transpose(3, 2, 0, 1).reshape(10, -1).copy())

    def pool(a):
        return f.avg_pool2d(a, 2) * 4
    i = data["i"].astype(np.int64)
    y, x, p = i // (w * c), i // c % w, i % c

    def frames():
        chunk = 50
        for a in range(0, steps, chunk):
            b = min(a + chunk, steps)
            lo, hi = np.searchsorted(k, [a, b])
            out = np.zeros((b - a, 2, h, w), np.float32)
            np.add.at(out, (k[lo:hi] - a, p[lo:hi], y[lo:hi], x[lo:hi]), 1)
            out = torch.from_numpy(out)
            yield from (out.split(1) if peer == "snntorch" else [out])
    parts = [lambda a: f.conv2d(a, w0, padding=1), lambda a: f.conv2d(pool(a), w1, padding=1), lambda a: f.linear(pool(a).flatten(1), w2)]
    return parts, [(16, h, w), (32, h // 2, w // 2), (10,)], frames


def betas():
    """beta and reset of the network's neurons."""
    n = next(layer["neuron"] for layer in layers() if "neuron" in layer)
    if n["model"] == "leaky":
        return n["beta"], "subtract"
    return math.exp(-STEP / ms(n["tau"])), "zero"


def sinabs():
    import sinabs.activation as sa
    import sinabs.layers as sl
    import torch
    parts, shapes, frames = dense_layers()
    beta, reset = betas()
    lif = [sl.LIF(tau_mem=-1 / math.log(beta), norm_input=False, spike_fn=sa.SingleSpike, reset_fn=sa.MembraneReset() if reset == "zero" else sa.MembraneSubtract()) for _ in parts]

    def run():
        for x in lif:
            x.reset_states()
        spikes = [0] * len(parts)
        start = time.perf_counter()
        with torch.no_grad():
            for a in frames():
                for n, part in enumerate(parts):
                    a = lif[n](part(a)[None])[0]
                    spikes[n] += int(a.sum())
        return time.perf_counter() - start, spikes
    return run


def snntorch():
    import snntorch as snn
    import torch
    parts, shapes, frames = dense_layers()
    beta, reset = betas()
    lif = [snn.Leaky(beta=beta, reset_mechanism=reset) for _ in parts]

    def run():
        state = [torch.zeros(1, *s) for s in shapes]
        spikes = [0] * len(parts)
        start = time.perf_counter()
        with torch.no_grad():
            for a in frames():
                for n, part in enumerate(parts):
                    current = part(a)
                    if len(a) == 1:
                        a, state[n] = lif[n](current, state[n])
                    else:
                        out = []
                        for t in range(len(current)):
                            s, state[n] = lif[n](current[t:t + 1], state[n])
                            out.append(s)
                        a = torch.cat(out)
                    spikes[n] += a.sum()
        spikes = [int(s) for s in spikes]
        return time.perf_counter() - start, spikes
    return run


# ---- event-based peers ----

def grid_input():
    """Input spikes on the 0.1 ms grid, one an input and step: index and step."""
    data = np.load(folder / "data.npz")
    k = data["t"] // job["step_us"]
    n = int(np.prod(job["input"]))
    u = np.unique(k * n + data["i"])
    return u % n, u // n, n, data


def nest():
    import nest as n
    n.set_verbosity("M_ERROR")
    n.ResetKernel()
    n.local_num_threads, n.resolution = threads, STEP
    if job["file"] == "dense":
        i, k, inputs, data = grid_input()
        order = np.lexsort((k, i))
        i, k = i[order], k[order]
        cut = np.searchsorted(i, np.arange(inputs + 1))
        g = n.Create("spike_generator", inputs, [{"spike_times": np.round((k[a:b] + 1) * STEP, 1)} for a, b in zip(cut, cut[1:])])
        relay = n.Create("parrot_neuron", inputs)
        n.Connect(g, relay, "one_to_one", {"delay": STEP})
        last, groups = relay, []
        for layer, w in zip(layers(), (data["w0"], data["w1"])):
            q = layer["neuron"]
            x = n.Create("iaf_psc_delta", layer["size"], {"C_m": 1.0, "tau_m": ms(q["tau"]), "t_ref": 0.0, "E_L": 0.0, "V_reset": 0.0, "V_m": 0.0, "V_th": q["threshold"]})
            n.Connect(last, x, "all_to_all", {"weight": w.T, "delay": STEP})
            groups.append(x)
            last = x
        until = (int(k.max()) + 5) * STEP
    else:
        groups, until = nest_populations(n), job["duration_us"] / 1000
    recorders = []
    for x in groups:
        recorders.append(n.Create("spike_recorder"))
        n.Connect(x, recorders[-1])

    def run():
        start = time.perf_counter()
        n.Simulate(until)
        return time.perf_counter() - start, [int(r.n_events) for r in recorders]
    return run


def nest_populations(n):
    rng = np.random.default_rng(1)

    def draw(init, size):
        if not isinstance(init, dict):
            return np.full(size, number(init))
        if init["kind"] == "uniform":
            return rng.uniform(number(init["min"]), number(init["max"]), size)
        return np.clip(rng.normal(number(init["mean"]), number(init["std"]), size), init.get("min", -np.inf), init.get("max", np.inf))

    def dist(x):
        if not isinstance(x, dict):
            return number(x)
        r = n.random.normal(number(x["mean"]), number(x["std"]))
        if "min" in x or "max" in x:
            r = n.math.redraw(r, number(x.get("min", -1e9)), number(x.get("max", 1e9)))
        return r
    groups = {}
    for layer in layers():
        q, size = layer["neuron"], layer["size"]
        p = {"V_th": q["threshold"], "V_reset": 0.0, "t_ref": ms(q.get("refractory", "0ms"))}
        drive, tau, unit = q.get("drive", 0.0), ms(q["tau"]), 1.0
        taus = q.get("tau_syn", "1ms")
        taus = [ms(t) for t in taus] if isinstance(taus, list) else [ms(taus)] * 2
        if q["model"] == "lif":
            model = "iaf_psc_delta"
            p.update(C_m=1.0, tau_m=tau, E_L=drive)
        elif q["model"] == "cuba":
            model = "iaf_psc_exp"
            p.update(C_m=tau, tau_m=tau, E_L=drive, tau_syn_ex=taus[0], tau_syn_in=taus[1])
        else:
            model, unit = "iaf_cond_exp", 10.0
            p.update(C_m=unit * tau, g_L=unit, E_L=drive, E_ex=q["reversal"][0], E_in=q["reversal"][1], tau_syn_ex=taus[0], tau_syn_in=taus[1])
        x = n.Create(model, size, p)
        x.V_m = draw(q.get("v_init", 0.0), size)
        for name, init in zip(("g_ex", "g_in"), q.get("syn_init", [])):
            setattr(x, name, unit * draw(init, size))
        groups[layer["name"]] = (x, unit)
        if "poisson" in layer:
            g = n.Create("poisson_generator", params={"rate": layer["poisson"]["rate"]})
            n.Connect(g, x, syn_spec={"weight": unit * layer["poisson"]["weight"], "delay": STEP})
    for layer in layers():
        x, unit = groups[layer["name"]]
        for c in layer.get("in", []):
            rule = dict(c["rule"])
            kind = rule.pop("kind")
            if kind == "fixed_total_number":
                rule = {"N": rule["total"]}
            sign = -unit if c.get("receptor", 0) == 1 and layer["neuron"]["model"] == "coba" else unit
            w = dist(c["weight"])
            n.Connect(groups[c["from"]][0], x, {"rule": kind, **rule}, {"weight": w if sign == 1 else w * sign, "delay": dist(c["delay"])})
    return [groups[layer["name"]][0] for layer in layers()]


def brian2():
    import tempfile

    import brian2 as b
    from brian2.devices.device import get_device
    b.BrianLogger.log_level_error()
    out = tempfile.TemporaryDirectory()
    b.set_device("cpp_standalone", directory=out.name, build_on_run=False)
    b.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
    b.defaultclock.dt = STEP * b.ms
    b.seed(1)
    b.start_scope()
    parts, monitors, where, until = (brian_recording if job["file"] == "dense" else brian_populations)(b)
    net = b.Network(*parts, *monitors)
    net.run(until * b.ms)
    device = get_device()  # b.device is a proxy
    device.build(directory=out.name, compile=True, run=False)

    def run():
        global peak
        # As device.run does it, but so that the memory of this process alone can be told.
        results = os.path.join(out.name, "results", "")
        os.makedirs(results, exist_ok=True)
        device.results_dir = results
        os.chdir(out.name)
        quiet = [(os.POSIX_SPAWN_OPEN, n, os.devnull, os.O_WRONLY, 0) for n in (1, 2)]
        pid = os.posix_spawn("./main", ["main", "--results_dir", results], {**os.environ, **device.run_environment_variables}, file_actions=quiet)
        done, status = 0, 0
        while not done:
            peak = max(peak, peak_bytes(pid))
            time.sleep(0.02)
            done, status = os.waitpid(pid, os.WNOHANG)
        if status != 0:
            raise RuntimeError(f"the program that Brian 2 made ended with status {status}")
        device.has_been_run = True
        seconds = float((pathlib.Path(results) / "last_run_info.txt").read_text().split()[0])
        return seconds, [int(np.sum(monitors[n].count[:][lo:hi])) for n, lo, hi in where]
    run.folder = out  # kept until the end
    return run


def brian_recording(b):
    """Groups, monitors, of each layer its monitor and place in it, and how long to run in ms."""
    i, k, inputs, data = grid_input()
    last = b.SpikeGeneratorGroup(inputs, i, k * STEP * b.ms)
    parts, monitors, where = [last], [], []
    for layer, w in zip(layers(), (data["w0"], data["w1"])):
        q = layer["neuron"]
        x = b.NeuronGroup(layer["size"], f"dv/dt = -v/({ms(q['tau'])}*ms) : 1", threshold=f"v>{q['threshold']}", reset="v=0", method="exact")
        s = b.Synapses(last, x, "w : 1", on_pre="v_post += w")
        s.connect()
        s.w = w.ravel()
        parts += [x, s]
        where.append((len(monitors), 0, layer["size"]))
        monitors.append(b.SpikeMonitor(x, record=False))
        last = x
    return parts, monitors, where, (int(k.max()) + 5) * STEP


def brian_populations(b):
    def value(init):
        if not isinstance(init, dict):
            return str(number(init))
        if init["kind"] == "uniform":
            return f"{init['min']} + rand()*{init['max'] - init['min']}"
        return f"clip({init['mean']} + randn()*{init['std']}, {init.get('min', -1e9)}, {init.get('max', 1e9)})"
    # Populations of equal neurons are one group of Brian's, parts of it their sub-groups.
    groups, place, monitors = {}, {}, []
    for layer in layers():
        groups.setdefault(json.dumps([layer["neuron"], layer.get("poisson")], sort_keys=True), []).append(layer)
    parts, slices, made = [], {}, []
    for members in groups.values():
        q, size = members[0]["neuron"], sum(m["size"] for m in members)
        tau, drive, model = ms(q["tau"]), q.get("drive", 0.0), q["model"]
        taus = q.get("tau_syn", [])
        taus = [ms(t) for t in (taus if isinstance(taus, list) else [taus])]
        synaptic = "".join(f"\ndg{n}/dt = -g{n}/({t}*ms) : 1" for n, t in enumerate(taus))
        total = "".join(f" + g{n}" for n in range(len(taus)))
        if model == "coba":
            total = "".join(f" + g{n}*({e} - v)" for n, e in enumerate(q["reversal"]))
        x = b.NeuronGroup(size, f"dv/dt = ({drive} - v{total})/({tau}*ms) : 1 (unless refractory)" + synaptic, threshold=f"v>{q['threshold']}", reset="v=0",
                          refractory=ms(q.get("refractory", "0ms")) * b.ms, method="exponential_euler" if model == "coba" else "exact")
        x.v = value(q.get("v_init", 0.0))
        for n, init in enumerate(q.get("syn_init", [])):
            setattr(x, f"g{n}", value(init))
        parts.append(x)
        where = "v" if model == "lif" else "g0"
        if members[0].get("poisson"):
            parts.append(b.PoissonInput(x, where, 1000, members[0]["poisson"]["rate"] / 1000 * b.Hz, weight=members[0]["poisson"]["weight"]))
        at = 0
        for m in members:
            slices[m["name"]] = (len(monitors), at, at + m["size"])
            place[m["name"]] = x[at:at + m["size"]]
            at += m["size"]
        monitors.append(b.SpikeMonitor(x, record=False))
        made.append((x, members))
    for x, members in made:
        wanted = {}
        for m in members:
            for c in m.get("in", []):
                wanted.setdefault(json.dumps(c, sort_keys=True), []).append(m["name"])
        for text, names in wanted.items():
            c = json.loads(text)
            if isinstance(c["weight"], dict) or isinstance(c["delay"], dict):
                raise ValueError("drawn weights and delays are not made with Brian 2 here")
            rule = c["rule"]
            source = place[c["from"]]
            p = rule["p"] if rule["kind"] == "pairwise_bernoulli" else rule["indegree"] / len(source)
            where = "v" if members[0]["neuron"]["model"] == "lif" else f"g{c.get('receptor', 0)}"
            for target in [x] if len(names) == len(members) else [place[n] for n in names]:
                s = b.Synapses(source, target, on_pre=f"{where}_post += {number(c['weight'])}", delay=max(0.0, ms(c["delay"]) - STEP) * b.ms)
                s.connect(p=p)
                parts.append(s)
    return parts, monitors, [slices[layer["name"]] for layer in layers()], job["duration_us"] / 1000


seconds, build, spikes = repeat({"sinabs": sinabs, "snntorch": snntorch, "snntorch-layerwise": snntorch, "brian2": brian2, "nest": nest}[peer])
print(json.dumps({"job": job["job"], "version": metadata.version(DIST), "seconds": seconds, "build_seconds": build, "spikes": spikes,
                  "duration_us": job["duration_us"], "threads": threads, "peak_bytes": peak or peak_bytes() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
