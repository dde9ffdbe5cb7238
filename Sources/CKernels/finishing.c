#include "CKernels.h"
#include "activate.h"
#include "lanes.h"
#include "rounding.h"

// What follows a tile of a product while it is in the cache: scales, bias, activation, the residual stream.

typedef int32_t LaneIntegers __attribute__((vector_size(64), aligned(4)));

/// The first `count` <= 16 lanes.
INLINE Lanes load_some(const float *x, size_t count) {
    return count == LANES ? lanes_load(x) : lanes_load_part(x, count, 0.0f);
}

INLINE void store_some(float *y, Lanes x, size_t count) {
    if (count == LANES) lanes_store(y, x); else lanes_store_part(y, x, count);
}


/// The lanes of one row of a tile as numbers: a sum, or for integers (sum - zero · Σ weights) · both scales.
INLINE Lanes tile_lanes(const KernelTile *t, size_t row, size_t i, size_t count) {
    if (t->integers == NULL) return load_some(t->sums + row * t->stride + i, count);
    LaneIntegers sums = {0}, weights = {0};
    memcpy(&sums, t->integers + row * t->stride + i, count * sizeof(int32_t));
    memcpy(&weights, t->weight_sums + i, count * sizeof(int32_t));
    const LaneIntegers exact = sums - weights * t->row_zeros[row];
    return __builtin_convertvector(exact, Lanes) * t->row_scales[row] * load_some(t->weight_scales + i, count);
}

/// Where a row of the result begins.
typedef struct {
    float *y;
    const float *residual;
    uint16_t *halves;
} TileRow;

INLINE void finish_lanes(
    const KernelTile *t, size_t row, size_t i, size_t count, TileRow target, KernelActivation activation) {
    Lanes x = tile_lanes(t, row, i, count);
    if (t->bias) x += load_some(t->bias + i, count);
    if (target.residual) x += load_some(target.residual + i, count);
    x = activate(x, activation);
    if (target.halves) {
        const LaneHalves halves = lanes_round_bfloat16(x);
        memcpy(target.halves + i, &halves, count * sizeof(uint16_t));
        return;
    }
    if (t->adds) x += load_some(target.y + i, count);
    store_some(target.y + i, x, count);
}

INLINE void finish_row(const KernelTile *t, size_t row, TileRow target, KernelActivation activation) {
    size_t i = 0;
    for (; i + LANES <= t->columns; i += LANES) finish_lanes(t, row, i, LANES, target, activation);
    if (i < t->columns) finish_lanes(t, row, i, t->columns - i, target, activation);
}

INLINE void finish_rows(
    const KernelTile *t, size_t rows, float *y, size_t y_stride, const int32_t *places, KernelActivation activation) {
    for (size_t r = 0; r < rows; r++) {
        const size_t offset = (places ? (size_t)places[r] : r) * y_stride;
        const TileRow target = {
            y ? y + offset : NULL, t->residual ? t->residual + offset : NULL, t->halves ? t->halves + offset : NULL};
        finish_row(t, r, target, activation);
    }
}

MULTIVERSIONED void kernel_finish_tile(
    const KernelTile *tile, size_t rows, float *y, size_t y_stride, const int32_t *places, KernelActivation activation) {
    switch (activation) {
    case KERNEL_IDENTITY: finish_rows(tile, rows, y, y_stride, places, KERNEL_IDENTITY); break;
    case KERNEL_RELU: finish_rows(tile, rows, y, y_stride, places, KERNEL_RELU); break;
    case KERNEL_GELU: finish_rows(tile, rows, y, y_stride, places, KERNEL_GELU); break;
    case KERNEL_SIGMOID: finish_rows(tile, rows, y, y_stride, places, KERNEL_SIGMOID); break;
    case KERNEL_GELU_SHORT: finish_rows(tile, rows, y, y_stride, places, KERNEL_GELU_SHORT); break;
    }
}

// MARK: 8-bit integers

/// The smallest and the largest element, and 0.
INLINE void row_range(const float *x, size_t width, float *low, float *high) {
    Lanes least = lanes_of(0.0f), most = lanes_of(0.0f);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        const Lanes part = lanes_load(x + i);
        least = lanes_min(least, part);
        most = lanes_max(most, part);
    }
    if (i < width) {
        const Lanes part = lanes_load_part(x + i, width - i, 0.0f);
        least = lanes_min(least, part);
        most = lanes_max(most, part);
    }
    *low = -lanes_largest(-least);
    *high = lanes_largest(most);
}

typedef uint8_t LaneBytes __attribute__((vector_size(16), aligned(1)));
typedef int8_t LaneSignedBytes __attribute__((vector_size(16), aligned(1)));

INLINE LaneBytes bytes_of(Lanes x, float factor, float zero) {
    // Adding 1.5·2^23 rounds to the nearest integer, to the even one on a tie.
    const Lanes shift = lanes_of(12582912.0f);
    Lanes q = (x * factor + zero + shift) - shift;
    q = lanes_min(lanes_max(q, lanes_of(0.0f)), lanes_of(255.0f));
    return __builtin_convertvector(__builtin_convertvector(q, LaneIntegers), LaneBytes);
}

MULTIVERSIONED void kernel_quantise_rows(
    const float *x, size_t x_stride, uint8_t *y, size_t rows, size_t width, float *scales, int32_t *zeros) {
    for (size_t r = 0; r < rows; r++, x += x_stride, y += width) {
        float low, high;
        row_range(x, width, &low, &high);
        const float range = high - low;
        const float factor = range > 0.0f ? 255.0f / range : 0.0f;
        const float zero = range > 0.0f ? (float)(int32_t)(0.5f - low * factor) : 0.0f;
        scales[r] = range / 255.0f;
        zeros[r] = (int32_t)zero;
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) {
            const LaneBytes bytes = bytes_of(lanes_load(x + i), factor, zero);
            memcpy(y + i, &bytes, sizeof bytes);
        }
        if (i < width) {
            const LaneBytes bytes = bytes_of(lanes_load_part(x + i, width - i, 0.0f), factor, zero);
            memcpy(y + i, &bytes, width - i);
        }
    }
}

INLINE LaneIntegers nearest_integers(Lanes x) {
    const Lanes shift = lanes_of(12582912.0f);
    return __builtin_convertvector((x + shift) - shift, LaneIntegers);
}

MULTIVERSIONED void kernel_quantise_weights(
    const float *x, size_t x_stride, int8_t *y, size_t rows, size_t width, float *scales, int32_t *sums) {
    for (size_t r = 0; r < rows; r++, x += x_stride, y += width) {
        float low, high;
        row_range(x, width, &low, &high);
        const float largest = high > -low ? high : -low;
        const float factor = largest > 0.0f ? 127.0f / largest : 0.0f;
        LaneIntegers sum = {0};
        for (size_t i = 0; i < width; i += LANES) {
            const size_t count = width - i < LANES ? width - i : LANES;
            const LaneIntegers q = nearest_integers(load_some(x + i, count) * factor);
            const LaneSignedBytes bytes = __builtin_convertvector(q, LaneSignedBytes);
            memcpy(y + i, &bytes, count);
            sum += q;
        }
        int32_t parts[LANES];
        memcpy(parts, &sum, sizeof parts);
        sums[r] = 0;
        for (size_t i = 0; i < LANES; i++) sums[r] += parts[i];
        scales[r] = largest / 127.0f;
    }
}
