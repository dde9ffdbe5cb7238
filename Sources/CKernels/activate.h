#pragma once

// The activations of sixteen numbers at once.

#include "CKernels.h"
#include "lanes.h"

/// Twice the normal distribution function, 1 + erf(x / √2).
INLINE Lanes twice_normal_distribution(Lanes x) {
    Lanes t = lanes_abs(x) * 0.70710678f;
    // For large t the tail 1 - erf is computed directly: on the negative side nothing cancels.
    Lanes tail = lanes_select(t > 1.0f, lanes_erfc_large(t), 1.0f - lanes_erf_small(lanes_min(t, lanes_of(1.0f))));
    return lanes_select(x < 0.0f, tail, 2.0f - tail);
}

INLINE Lanes gelu(Lanes x) {
    return 0.5f * x * twice_normal_distribution(x);
}

/// Abramowitz and Stegun, 7.1.26: one polynomial in 1 / (1 + p·t) for the whole of 1 - erf(t).
INLINE Lanes gelu_short(Lanes x) {
#pragma clang fp contract(fast)
    const Lanes t = lanes_abs(x) * 0.70710678f;
    const Lanes k = 1.0f / (1.0f + t * 0.3275911f);
    Lanes p = lanes_of(1.061405429f);
    p = p * k - 1.453152027f;
    p = p * k + 1.421413741f;
    p = p * k - 0.284496736f;
    p = p * k + 0.254829592f;
    const Lanes tail = p * k * lanes_exp_short(-(t * t));
    return 0.5f * x * lanes_select(x < 0.0f, tail, 2.0f - tail);
}

INLINE Lanes sigmoid(Lanes x) {
    return 1.0f / (1.0f + lanes_exp(-x));
}

INLINE Lanes activate(Lanes x, KernelActivation activation) {
    switch (activation) {
    case KERNEL_RELU: return lanes_max(x, lanes_of(0.0f));
    case KERNEL_GELU: return gelu(x);
    case KERNEL_SIGMOID: return sigmoid(x);
    case KERNEL_GELU_SHORT: return gelu_short(x);
    default: return x;
    }
}
