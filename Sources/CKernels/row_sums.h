#pragma once

// Sums along one row, in one order for forward and backward.

#include "lanes.h"

INLINE float row_sum(const float *x, size_t width) {
    Lanes sum = lanes_of(0.0f);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) sum += lanes_load(x + i);
    if (i < width) sum += lanes_load_part(x + i, width - i, 0.0f);
    return lanes_sum(sum);
}

INLINE float row_squares(const float *x, size_t width, float mean) {
    Lanes sum = lanes_of(0.0f);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        Lanes d = lanes_load(x + i) - mean;
        sum += d * d;
    }
    if (i < width) {
        Lanes d = lanes_load_part(x + i, width - i, mean) - mean;
        sum += d * d;
    }
    return lanes_sum(sum);
}
