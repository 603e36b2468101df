"""Makes reference.json: what SciPy says of samples that the tests compare (python3 make.py > reference.json; SciPy 1.x, NumPy 2.x)."""

import json

import numpy
import scipy
from scipy.stats import ks_2samp

random = numpy.random.default_rng(9)


def normal(mean, deviation, count):
    return [float(f"{value:.9g}") for value in random.normal(mean, deviation, count)]


def whole(low, high, count):
    return [int(value) for value in random.integers(low, high, count)]


samples = {
    "the same normal distribution": (normal(0, 1, 1000), normal(0, 1, 500)),
    "a mean that has moved a little": (normal(0, 1, 1000), normal(0.15, 1, 500)),
    "a mean that has moved far": (normal(20, 3, 1000), normal(26, 3, 500)),
    "another deviation": (normal(0, 1, 400), normal(0, 1.4, 300)),
    "whole numbers with many ties": (whole(0, 40, 1000), whole(2, 42, 500)),
    "two values": (whole(0, 2, 200), [1] * 30 + [0] * 70),
    "a constant that stays": ([5.0] * 100, [5.0] * 50),
    "a constant that changes": ([5.0] * 100, [6.0] * 50),
    "few values": (normal(0, 1, 12), normal(0.5, 1, 10)),
}


def compare(name, before, after):
    exact = ks_2samp(before, after, method="exact")
    limit = ks_2samp(before, after, method="asymp")
    return {
        "name": name,
        "before": before,
        "after": after,
        "statistic": float(exact.statistic),
        "exact": float(exact.pvalue),
        "limit": float(limit.pvalue),
    }


print(
    json.dumps(
        {
            "scipy": scipy.__version__,
            "numpy": numpy.__version__,
            "comparisons": [compare(name, *both) for name, both in samples.items()],
        }
    )
)
