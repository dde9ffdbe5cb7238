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

INLINE Lanes sigmoid(Lanes x) {
    return 1.0f / (1.0f + lanes_exp(-x));
}

INLINE Lanes activate(Lanes x, KernelActivation activation) {
    switch (activation) {
    case KERNEL_RELU: return lanes_max(x, lanes_of(0.0f));
    case KERNEL_GELU: return gelu(x);
    case KERNEL_SIGMOID: return sigmoid(x);
    default: return x;
    }
}
