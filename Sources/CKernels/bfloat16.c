#include "CKernels.h"
#include "lanes.h"

typedef uint32_t LaneWords __attribute__((vector_size(64), aligned(4)));
typedef uint16_t LaneHalves __attribute__((vector_size(32), aligned(2)));

// Integer arithmetic, so that the result is the same on all CPUs; AVX512-BF16's own conversion drops subnormal numbers.
INLINE LaneHalves lanes_bfloat16(const float *x) {
    LaneWords bits;
    memcpy(&bits, x, sizeof bits);
    const LaneWords nearest = bits + 0x7fff + ((bits >> 16) & 1);
    const LaneBits is_nan = (bits & 0x7fffffff) > 0x7f800000;
    const LaneWords mask = (LaneWords)is_nan;
    return __builtin_convertvector(((mask & (bits | 0x400000)) | (~mask & nearest)) >> 16, LaneHalves);
}

MULTIVERSIONED void kernel_round_bfloat16_rows(
    const float *x, size_t x_stride, uint16_t *y, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, x += x_stride, y += width) {
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) {
            const LaneHalves halves = lanes_bfloat16(x + i);
            memcpy(y + i, &halves, sizeof halves);
        }
        if (i < width) {
            float part[LANES] = {0};
            memcpy(part, x + i, (width - i) * sizeof(float));
            const LaneHalves halves = lanes_bfloat16(part);
            memcpy(y + i, &halves, (width - i) * sizeof(uint16_t));
        }
    }
}
