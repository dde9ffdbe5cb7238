#pragma once

// Sixteen fp32 lanes, whatever the CPU: the compiler splits them into the registers that it has. The order of every
// addition is therefore the same on all CPUs, and so are the results, bit for bit.

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Every function that takes lanes by value is inlined, so there is no call whose convention could differ.
#pragma clang diagnostic ignored "-Wpsabi"

#define LANES 16
#if __has_feature(thread_sanitizer)
// The function that picks a version runs before the sanitizer is ready.
#define MULTIVERSIONED
#else
#define MULTIVERSIONED __attribute__((target_clones("default", "avx2", "avx512f")))
#endif
#define INLINE __attribute__((always_inline)) static inline

typedef float Lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t LaneBits __attribute__((vector_size(64), aligned(4)));

INLINE Lanes lanes_of(float value) {
    return (Lanes){0} + value;
}

INLINE Lanes lanes_load(const float *source) {
    Lanes x;
    memcpy(&x, source, sizeof x);
    return x;
}

INLINE void lanes_store(float *target, Lanes x) {
    memcpy(target, &x, sizeof x);
}

/// The first `count` < 16 lanes from memory, the others `filler`.
INLINE Lanes lanes_load_part(const float *source, size_t count, float filler) {
    Lanes x = lanes_of(filler);
    memcpy(&x, source, count * sizeof(float));
    return x;
}

INLINE void lanes_store_part(float *target, Lanes x, size_t count) {
    memcpy(target, &x, count * sizeof(float));
}

INLINE Lanes lanes_select(LaneBits mask, Lanes yes, Lanes no) {
    return (Lanes)((mask & (LaneBits)yes) | (~mask & (LaneBits)no));
}

INLINE Lanes lanes_max(Lanes a, Lanes b) {
    return lanes_select(a > b, a, b);
}

INLINE Lanes lanes_min(Lanes a, Lanes b) {
    return lanes_select(a < b, a, b);
}

INLINE Lanes lanes_abs(Lanes x) {
    return (Lanes)((LaneBits)x & 0x7fffffff);
}

/// The sum of all lanes, added pairwise.
INLINE float lanes_sum(Lanes x) {
    float part[LANES];
    memcpy(part, &x, sizeof part);
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t i = 0; i < half; i++) part[i] += part[i + half];
    }
    return part[0];
}

INLINE float lanes_largest(Lanes x) {
    float part[LANES];
    memcpy(part, &x, sizeof part);
    float largest = part[0];
    for (size_t i = 1; i < LANES; i++) largest = part[i] > largest ? part[i] : largest;
    return largest;
}

/// e to the power of x for x in [-87, 88], clamped outside; relative error below 2e-7.
INLINE Lanes lanes_exp(Lanes x) {
    x = lanes_max(lanes_min(x, lanes_of(88.0f)), lanes_of(-87.0f));
    // Adding 1.5·2^23 rounds to an integer; ln 2 is split so that n times its first part is exact.
    const Lanes shift = lanes_of(12582912.0f);
    Lanes n = (x * 1.44269504f + shift) - shift;
    Lanes r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    // Minimax polynomial of degree 6 on [-ln2/2, ln2/2], fitted for this kernel.
    Lanes p = lanes_of(0.00139561f);
    p = p * r + 0.008375159f;
    p = p * r + 0.041666083f;
    p = p * r + 0.16666415f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    LaneBits exponent = (__builtin_convertvector(n, LaneBits) + 127) << 23;
    return p * (Lanes)exponent;
}

/// e to the power of x for x in [-87, 88], clamped outside; relative error below 4e-6. Multiplications and additions may be
/// fused, so CPUs with and without such instructions differ in the last bits.
INLINE Lanes lanes_exp_short(Lanes x) {
#pragma clang fp contract(fast)
    x = lanes_max(lanes_min(x, lanes_of(88.0f)), lanes_of(-87.0f)) * 1.44269504f;
    const Lanes shift = lanes_of(12582912.0f);
    const Lanes n = (x + shift) - shift;
    const Lanes r = x - n;
    // 2 to the power of r by its Taylor series.
    Lanes p = lanes_of(0.0013333558f);
    p = p * r + 0.009618129f;
    p = p * r + 0.05550411f;
    p = p * r + 0.2402265f;
    p = p * r + 0.6931472f;
    p = p * r + 1.0f;
    const LaneBits exponent = (__builtin_convertvector(n, LaneBits) + 127) << 23;
    return p * (Lanes)exponent;
}

/// erf(|x|) for |x| <= 1.
INLINE Lanes lanes_erf_small(Lanes t) {
    Lanes s = t * t;
    Lanes p = lanes_of(-9.680137e-06f);
    p = p * s + 0.00011270544f;
    p = p * s - 0.0008484711f;
    p = p * s + 0.005221075f;
    p = p * s - 0.026865445f;
    p = p * s + 0.11283783f;
    p = p * s - 0.37612638f;
    p = p * s + 1.1283792f;
    return p * t;
}

/// 1 - erf(t) for t >= 1, 0 from 4.5 on where it is below 2e-10, as e to the power of a polynomial in t (minimax on [1, 4], fitted for this kernel).
INLINE Lanes lanes_erfc_large(Lanes t) {
    const LaneBits vanished = t > 4.5f;
    t = lanes_min(t, lanes_of(4.5f));
    Lanes p = lanes_of(-1.8048866e-05f);
    p = p * t + 0.00039447987f;
    p = p * t - 0.003953692f;
    p = p * t + 0.024483738f;
    p = p * t - 0.107197985f;
    p = p * t - 0.63442117f;
    p = p * t - 1.128938f;
    p = p * t + 4.508842e-05f;
    return lanes_select(vanished, lanes_of(0.0f), lanes_exp(p));
}
