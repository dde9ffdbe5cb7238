#pragma once

// Sixteen numbers in bf16, the upper half of an fp32.

#include "lanes.h"

typedef uint32_t LaneWords __attribute__((vector_size(64), aligned(4)));
typedef uint16_t LaneHalves __attribute__((vector_size(32), aligned(2)));

// Integer arithmetic, so that the result is the same on all CPUs; AVX512-BF16's own conversion drops subnormal numbers.
INLINE LaneHalves lanes_round_bfloat16(Lanes x) {
    const LaneWords bits = (LaneWords)x;
    const LaneWords nearest = bits + 0x7fff + ((bits >> 16) & 1);
    const LaneBits is_nan = (bits & 0x7fffffff) > 0x7f800000;
    const LaneWords mask = (LaneWords)is_nan;
    return __builtin_convertvector(((mask & (bits | 0x400000)) | (~mask & nearest)) >> 16, LaneHalves);
}

INLINE Lanes lanes_of_bfloat16(LaneHalves x) {
    return (Lanes)(__builtin_convertvector(x, LaneWords) << 16);
}
