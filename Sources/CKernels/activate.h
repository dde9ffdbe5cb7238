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

/// 0.5 + t · P(t²) for the normal distribution function, least squares of x times the error on [-4.5, 4.5], exact at both
/// ends: no division and no exponential. Below -4.5 the result is 0.
INLINE Lanes gelu_short(Lanes x) {
#pragma clang fp contract(fast)
    const Lanes limit = lanes_of(4.5f);
    const Lanes t = lanes_max(lanes_min(x, limit), -limit), s = t * t;
    Lanes p = lanes_of(3.0000021e-11f);
    p = p * s - 3.28390782e-09f;
    p = p * s + 1.58025547e-07f;
    p = p * s - 4.43168113e-06f;
    p = p * s + 8.12096706e-05f;
    p = p * s - 0.00103625301f;
    p = p * s + 0.00958065243f;
    p = p * s - 0.065977268f;
    p = p * s + 0.398708573f;
    return lanes_select(x < -limit, lanes_of(0.0f), x * (p * t + 0.5f));
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
