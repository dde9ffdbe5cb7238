#include "CKernels.h"
#include "lanes.h"
#include "rounding.h"
#include "row_sums.h"

// Fillers of the last, partial vector: the smallest finite value never wins a maximum, its exponential counts as zero
// only where the sum leaves it out.
static const float LOWEST = -3.402823466e38f;

INLINE float row_largest(const float *x, size_t width) {
    Lanes largest = lanes_of(LOWEST);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) largest = lanes_max(largest, lanes_load(x + i));
    if (i < width) largest = lanes_max(largest, lanes_load_part(x + i, width - i, LOWEST));
    return lanes_largest(largest);
}

INLINE void row_softmax(float *x, size_t width, float scale) {
    // scale > 0, so the largest product belongs to the largest element.
    const float largest = row_largest(x, width) * scale;
    Lanes sum = lanes_of(0.0f);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        Lanes e = lanes_exp(lanes_load(x + i) * scale - largest);
        sum += e;
        lanes_store(x + i, e);
    }
    if (i < width) {
        lanes_store_part(x + i, lanes_exp(lanes_load_part(x + i, width - i, 0.0f) * scale - largest), width - i);
        sum += lanes_load_part(x + i, width - i, 0.0f);
    }
    const float factor = 1.0f / lanes_sum(sum);
    for (i = 0; i + LANES <= width; i += LANES) lanes_store(x + i, lanes_load(x + i) * factor);
    for (; i < width; i++) x[i] *= factor;
}

/// The softmax of sixteen rows that are shorter than a vector, a row in each lane: a vector for each row would be mostly
/// empty. Sums are made in row_softmax's order, so the result is the same bit for bit.
INLINE void narrow_rows_softmax(float *x, size_t width, float scale) {
    Lanes columns[LANES];
    float lanes[LANES];
    Lanes largest = lanes_of(LOWEST);
    for (size_t c = 0; c < width; c++) {
        for (size_t r = 0; r < LANES; r++) lanes[r] = x[r * width + c];
        columns[c] = lanes_load(lanes);
        largest = lanes_max(largest, columns[c]);
    }
    largest = largest * scale;
    Lanes sums[LANES];
    for (size_t c = 0; c < LANES; c++) {
        if (c < width) columns[c] = lanes_exp(columns[c] * scale - largest);
        sums[c] = c < width ? columns[c] : lanes_of(0.0f);
    }
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t c = 0; c < half; c++) sums[c] += sums[c + half];
    }
    const Lanes factor = 1.0f / sums[0];
    for (size_t c = 0; c < width; c++) {
        lanes_store(lanes, columns[c] * factor);
        for (size_t r = 0; r < LANES; r++) x[r * width + c] = lanes[r];
    }
}

MULTIVERSIONED void kernel_softmax_rows(float *x, size_t rows, size_t width, float scale) {
    size_t r = 0;
    if (width < LANES) {
        for (; r + LANES <= rows; r += LANES) narrow_rows_softmax(x + r * width, width, scale);
    }
    for (; r < rows; r++) row_softmax(x + r * width, width, scale);
}

MULTIVERSIONED void kernel_softmax_relative_rows(
    float *x, size_t rows, size_t keys_high, size_t keys_wide, float scale, const float *terms, size_t terms_width,
    const int32_t *high_start, const int32_t *wide_start) {
    for (size_t r = 0; r < rows; r++) {
        const float *high = terms + r * terms_width + high_start[r];
        const float *wide = terms + r * terms_width + wide_start[r];
        float *row = x + r * keys_high * keys_wide;
        for (size_t ky = 0; ky < keys_high; ky++) {
            float *part = row + ky * keys_wide;
            for (size_t kx = 0; kx < keys_wide; kx++) part[kx] = (part[kx] * scale + high[ky]) + wide[kx];
        }
        row_softmax(row, keys_high * keys_wide, 1.0f);
    }
}

MULTIVERSIONED void kernel_layer_norm_rows(
    const float *x, float *y, size_t rows, size_t width, const float *scale, const float *shift, float epsilon) {
    for (size_t r = 0; r < rows; r++, x += width, y += width) {
        const float mean = row_sum(x, width) / (float)width;
        const float factor = 1.0f / sqrtf(row_squares(x, width, mean) / (float)width + epsilon);
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) {
            Lanes normal = (lanes_load(x + i) - mean) * factor;
            lanes_store(y + i, normal * lanes_load(scale + i) + lanes_load(shift + i));
        }
        for (; i < width; i++) y[i] = (x[i] - mean) * factor * scale[i] + shift[i];
    }
}

MULTIVERSIONED void kernel_layer_norm_rounded_rows(
    const float *x, uint16_t *y, size_t rows, size_t width, const float *scale, const float *shift, float epsilon) {
    for (size_t r = 0; r < rows; r++, x += width, y += width) {
        const float mean = row_sum(x, width) / (float)width;
        const float factor = 1.0f / sqrtf(row_squares(x, width, mean) / (float)width + epsilon);
        for (size_t i = 0; i < width; i += LANES) {
            const size_t count = width - i < LANES ? width - i : LANES;
            Lanes part = {0}, scales = {0}, shifts = {0};
            memcpy(&part, x + i, count * sizeof(float));
            memcpy(&scales, scale + i, count * sizeof(float));
            memcpy(&shifts, shift + i, count * sizeof(float));
            const LaneHalves halves = lanes_round_bfloat16((part - mean) * factor * scales + shifts);
            memcpy(y + i, &halves, count * sizeof(uint16_t));
        }
    }
}

MULTIVERSIONED void kernel_multiply_rows(const float *x, const float *factors, float *y, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, x += width, y += width) {
        for (size_t i = 0; i < width; i++) y[i] = x[i] * factors[i];
    }
}

enum { SUMMED_COLUMNS = 256 };

MULTIVERSIONED void kernel_sum_rows(const float *x, size_t rows, size_t width, float *y, size_t first, size_t end) {
    for (size_t start = first; start < end; start += SUMMED_COLUMNS) {
        const size_t columns = end - start < SUMMED_COLUMNS ? end - start : SUMMED_COLUMNS;
        double sums[SUMMED_COLUMNS] = {0};
        for (size_t r = 0; r < rows; r++) {
            const float *row = x + r * width + start;
            for (size_t c = 0; c < columns; c++) sums[c] += row[c];
        }
        for (size_t c = 0; c < columns; c++) y[start + c] = (float)sums[c];
    }
}
