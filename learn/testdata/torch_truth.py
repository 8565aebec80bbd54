"""Write torch.npz: what torch and snnTorch compute, for the tests of package learn.
Made with torch 2.15 and snnTorch 1.0.0: python torch_truth.py

optim.NAME.{config,w,g}   w [STEPS + 1, N]: weights before and after each step with gradients g [STEPS, N]
schedule.NAME             rates of EPOCHS epochs from a base rate of 0.1, one scheduler step an epoch
temporal.spk, .targets    spikes [T, B, C] and classes; temporal.NAME the loss, temporal.NAME.gradient on spk
population.spk, .targets  spikes of 6 neurons for 3 classes, likewise
predict.temporal          accuracy_temporal of temporal.spk; predict.population accuracy_rate of population.spk
latency.input             values 0 to 1; latency.OPTIONS their spikes [T, N], options as ParseCoding reads them
delta.input               a sequence [T, 3] whose steps are exact in float32; delta.NAME its spikes
"""
import json, pathlib
import numpy as np, snntorch.functional as SF, torch
from snntorch import spikegen
from torch.optim import lr_scheduler as S

F32 = np.float32
out = {}
rng = np.random.default_rng(7)

N, STEPS = 11, 12
w0, g = rng.normal(0, 0.3, N).astype(F32), rng.normal(0, 0.5, (STEPS, N)).astype(F32)
g[:, 0] = 0                     # never a gradient: only weight decay moves it
g[:, 1] *= 1e-5                 # about Adam's eps
g[4:, 2] = 0                    # moments that die away
for name, make, cfg in [
    ("adam", torch.optim.Adam, dict(lr=1e-3)),
    ("adam_l2", torch.optim.Adam, dict(lr=2e-3, weight_decay=0.02)),
    ("adam_betas", torch.optim.Adam, dict(lr=5e-3, betas=[0.8, 0.99], eps=1e-6)),
    ("adamw", torch.optim.AdamW, dict(lr=1e-3, weight_decay=0.01)),
    ("sgd", torch.optim.SGD, dict(lr=0.05)),
    ("sgd_momentum", torch.optim.SGD, dict(lr=0.05, momentum=0.9)),
    ("sgd_momentum_decay", torch.optim.SGD, dict(lr=0.05, momentum=0.9, weight_decay=0.02)),
    ("sgd_nesterov", torch.optim.SGD, dict(lr=0.05, momentum=0.9, weight_decay=0.02, nesterov=True)),
]:
    p = torch.nn.Parameter(torch.from_numpy(w0.copy()))
    opt, w = make([p], **cfg), [w0.copy()]
    for k in range(STEPS):
        p.grad = torch.from_numpy(g[k].copy())
        opt.step()
        w.append(p.detach().numpy().copy())
    out |= {f"optim.{name}.w": np.stack(w), f"optim.{name}.config": json.dumps(cfg)}
out["optim.g"] = g

EPOCHS, BASE = 20, 0.1
for name, make in [
    ("constant", lambda o: S.ConstantLR(o, factor=1)),
    ("step:every=6:gamma=0.3", lambda o: S.StepLR(o, 6, 0.3)),
    ("exponential:0.9", lambda o: S.ExponentialLR(o, 0.9)),
    ("cosine:0", lambda o: S.CosineAnnealingLR(o, EPOCHS)),
    ("cosine:0.25", lambda o: S.CosineAnnealingLR(o, EPOCHS, eta_min=0.25 * BASE)),
    ("warmup_cosine:warmup=0.2:start=0.1:min=0.01", lambda o: S.SequentialLR(o, [S.LinearLR(o, start_factor=0.1, total_iters=4), S.CosineAnnealingLR(o, EPOCHS - 4, eta_min=0.01 * BASE)], milestones=[4])),
]:
    o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    s, r = make(o), []
    for _ in range(EPOCHS):
        r.append(o.param_groups[0]["lr"])
        o.step()
        s.step()
    out[f"schedule.{name}"] = np.array(r)

def loss(name, f, spk, y):
    t = torch.from_numpy(spk).clone().requires_grad_()
    l = f(t, torch.from_numpy(y))
    l.sum().backward()
    out.update({name: l.detach().numpy().astype(F32).reshape(-1), name + ".gradient": t.grad.numpy()})

T, B, C = 12, 6, 4
spk, y = (rng.random((T, B, C)) < 0.15).astype(F32), rng.integers(0, C, B)
spk[:, 0, 1] = 0                # silent
spk[0, 1, 2] = 1                # fires at once
spk[:, 2, :] = 0; spk[-1, 2, 0] = 1  # only in the last step: counts as silent does
out |= {"temporal.spk": spk, "temporal.targets": y}
# off_target is written out: with its default -1 (documented as the last step) and an on_target above it,
# snnTorch 1.0.0 makes all targets max(on_target, 0) and 0, never the last step.
for name, f in [
    ("mse_temporal:on=0:off=11:tolerance=0", SF.mse_temporal_loss(on_target=0, off_target=T - 1)),
    ("mse_temporal:on=2:off=9:tolerance=3", SF.mse_temporal_loss(on_target=2, off_target=9, tolerance=3)),
    ("ce_temporal", SF.ce_temporal_loss()),
    ("ce_temporal_reciprocal", SF.ce_temporal_loss(inverse="reciprocal")),
]:
    loss("temporal." + name, f, spk, y)
out["predict.temporal"] = np.float64(SF.acc.accuracy_temporal(torch.from_numpy(spk), torch.from_numpy(y)))

spk, y = (rng.random((T, B, 6)) < 0.4).astype(F32), rng.integers(0, 3, B)
out |= {"population.spk": spk, "population.targets": y}
loss("population.ce_count", SF.ce_count_loss(population_code=True, num_classes=3), spk, y)
loss("population.mse_count", SF.mse_count_loss(correct_rate=0.75, incorrect_rate=0.13, population_code=True, num_classes=3), spk, y)
out["predict.population"] = np.float64(SF.acc.accuracy_rate(torch.from_numpy(spk), torch.from_numpy(y), population_code=True, num_classes=3))

x = np.concatenate([[0, 0.005, 0.01, 0.010001, 0.0101, 0.5, 1], np.arange(256) / 255, rng.random(40)]).astype(F32)
out["latency.input"] = x
for T, text, kw in [
    (30, "tau=2", dict(tau=2)),
    (10, "tau=5:bypass=1", dict(tau=5, bypass=True)),
    (30, "normalize=1", dict(normalize=True)),
    (30, "tau=3:threshold=0.2:first=4:normalize=1", dict(tau=3, threshold=0.2, first_spike_time=4, normalize=True)),
    (60, "tau=3:first=4:clip=1", dict(tau=3, first_spike_time=4, clip=True)),
    (12, "linear=1:normalize=1:clip=1:threshold=0.1", dict(linear=True, normalize=True, clip=True, threshold=0.1)),
    (12, "tau=7:linear=1:first=3", dict(tau=7, linear=True, first_spike_time=3)),
    (12, "tau=15:linear=1:bypass=1", dict(tau=15, linear=True, bypass=True)),
]:
    out["latency." + text] = spikegen.latency(torch.from_numpy(x), num_steps=T, **kw).numpy().astype(np.uint8)

seq = (rng.integers(-8, 9, (14, 3)) / 8).astype(F32)
out["delta.input"] = seq
for name, kw in [("exact", dict(off_spike=True)), ("padded", dict(padding=True)), ("padded_off", dict(padding=True, off_spike=True))]:
    out["delta." + name] = spikegen.delta(torch.from_numpy(seq), threshold=0.25, **kw).numpy().astype(np.int8)

np.savez_compressed(pathlib.Path(__file__).with_name("torch.npz"), **out)
