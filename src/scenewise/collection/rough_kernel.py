"""Inner products with vectors of bytes, compiled. Importing it loads the compiler."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(nogil=True, cache=True, boundscheck=False)
def products(codes, queries, scales, bases, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """out[k, i] = bases[k] + scales[k] · (codes[i] · queries[k]), for int8 [n, d] and int16 [q, d].

    The sums are taken in 32 bits: 127 · d · |queries| must lie within. Four rows at once, far from
    each other, keep more of memory under way than one: a third less time where it is what counts.
    """
    rows, numbers = codes.shape
    part = rows // 4
    for i in range(part):
        first, second = codes[i], codes[i + part]
        third, fourth = codes[i + 2 * part], codes[i + 3 * part]
        for k in range(queries.shape[0]):
            a = b = c = d = np.int32(0)
            for j in range(numbers):
                value = np.int32(queries[k, j])
                a += np.int32(first[j]) * value
                b += np.int32(second[j]) * value
                c += np.int32(third[j]) * value
                d += np.int32(fourth[j]) * value
            out[k, i] = bases[k] + scales[k] * np.float32(a)
            out[k, i + part] = bases[k] + scales[k] * np.float32(b)
            out[k, i + 2 * part] = bases[k] + scales[k] * np.float32(c)
            out[k, i + 3 * part] = bases[k] + scales[k] * np.float32(d)
    for i in range(4 * part, rows):
        for k in range(queries.shape[0]):
            a = np.int32(0)
            for j in range(numbers):
                a += np.int32(codes[i, j]) * np.int32(queries[k, j])
            out[k, i] = bases[k] + scales[k] * np.float32(a)
