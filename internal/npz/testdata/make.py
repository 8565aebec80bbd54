"""Writes types.npz, deflated.npz and fortran.npy with NumPy 2.4.6, for the tests. Values are a rule of the index, so that the tests know them."""
import numpy as np

n = np.arange(24)
a = {}
for t in ("<f2", "<f4", ">f4", "<f8", ">f8", "|i1", "<i2", ">i4", "<i8", "|u1", ">u2", "<u4", "<u8"):
    a[t.replace("<", "le_").replace(">", "be_").replace("|", "")] = (n - (0 if "u" in t else 12)).astype(t).reshape(2, 3, 4)
a["bool"] = n % 3 == 0
a["text"] = np.array([["ÄÖ", "a"], ["", "日本語"]])
a["bytes"] = np.array([b"ab", b"c"])
a["config"] = np.array('{"beta": 0.9}')
a["scalar"] = np.array(0.25)
a["empty"] = np.zeros((3, 0), np.float32)
a["fortran"] = np.asfortranarray(n.reshape(2, 3, 4).astype(np.float32))
np.savez("types.npz", **a)
np.savez_compressed("deflated.npz", w=np.sin(np.arange(5000)).astype(np.float32), z=np.zeros(100000, np.int64))
np.save("fortran.npy", np.asfortranarray(n.reshape(4, 6).astype(np.int32)))
