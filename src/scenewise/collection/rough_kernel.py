"""Inner products with vectors of bytes, compiled. Importing it loads the compiler."""

from __future__ import annotations

import numba
import numpy as np

# Without the freedom to sum in any order the loop would take one number at a time.
_SUMS = {"reassoc", "contract", "nsz"}


@numba.njit(nogil=True, cache=True, boundscheck=False, fastmath=_SUMS)
def products(codes, queries, bases, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """out[k, i] = bases[k] + codes[i] · queries[k], for int8 [n, d] and float32 [q, d]."""
    rows, numbers = codes.shape
    for i in range(rows):
        for k in range(queries.shape[0]):
            total = np.float32(0)
            for j in range(numbers):
                total += np.float32(codes[i, j]) * queries[k, j]
            out[k, i] = bases[k] + total
