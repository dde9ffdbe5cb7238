#include "CKernels.h"
#include "lanes.h"
#include "row_sums.h"

INLINE float row_dot(const float *a, const float *b, size_t width) {
    Lanes sum = lanes_of(0.0f);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) sum += lanes_load(a + i) * lanes_load(b + i);
    if (i < width) sum += lanes_load_part(a + i, width - i, 0.0f) * lanes_load_part(b + i, width - i, 0.0f);
    return lanes_sum(sum);
}

INLINE void softmax_gradient_row(const float *dy, const float *y, float *dx, size_t width, float scale) {
    const float dot = row_dot(dy, y, width);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        lanes_store(dx + i, (lanes_load(dy + i) - dot) * lanes_load(y + i) * scale);
    }
    for (; i < width; i++) dx[i] = (dy[i] - dot) * y[i] * scale;
}

MULTIVERSIONED void kernel_softmax_gradient_rows(
    const float *dy, const float *y, float *dx, size_t rows, size_t width, float scale) {
    for (size_t r = 0; r < rows; r++, dy += width, y += width, dx += width) {
        softmax_gradient_row(dy, y, dx, width, scale);
    }
}

/// Adds one row's gradients of its logits to those of the terms for rows of keys and for columns of keys.
INLINE void sum_key_rows_and_columns(const float *g, size_t keys_high, size_t keys_wide, float *high, float *wide) {
    for (size_t first = 0; first < keys_wide; first += LANES) {
        const size_t count = keys_wide - first < LANES ? keys_wide - first : LANES;
        LaneBits mask;
        for (size_t i = 0; i < LANES; i++) mask[i] = i < count ? -1 : 0;
        Lanes columns = lanes_of(0.0f);
        for (size_t ky = 0; ky < keys_high; ky++) {
            const Lanes part = (Lanes)((LaneBits)lanes_load(g + ky * keys_wide + first) & mask);
            columns += part;
            high[ky] += lanes_sum(part);
        }
        lanes_store_part(wide + first, columns, count);
    }
}

MULTIVERSIONED void kernel_softmax_relative_gradient_rows(
    const float *y, float *g, size_t rows, size_t keys_high, size_t keys_wide, float scale, float *term_gradients,
    size_t terms_width, const int32_t *high_start, const int32_t *wide_start) {
    const size_t width = keys_high * keys_wide;
    memset(term_gradients, 0, rows * terms_width * sizeof(float));
    for (size_t r = 0; r < rows; r++, y += width, g += width, term_gradients += terms_width) {
        softmax_gradient_row(g, y, g, width, 1.0f);
        float *high = term_gradients + high_start[r], *wide = term_gradients + wide_start[r];
        sum_key_rows_and_columns(g, keys_high, keys_wide, high, wide);
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) lanes_store(g + i, lanes_load(g + i) * scale);
        for (; i < width; i++) g[i] *= scale;
    }
}

/// What the gradient of one normalised row is put together from.
typedef struct {
    float mean, factor;
    float sum;     ///< the mean of dy · scale
    float product; ///< the mean of dy · scale · normal
} NormRow;

INLINE NormRow norm_row(const float *dy, const float *x, size_t width, const float *scale, float epsilon) {
    const float mean = row_sum(x, width) / (float)width;
    const float factor = 1.0f / sqrtf(row_squares(x, width, mean) / (float)width + epsilon);
    Lanes sum = lanes_of(0.0f), product = lanes_of(0.0f);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
        const Lanes g = lanes_load(dy + i) * lanes_load(scale + i);
        sum += g;
        product += g * ((lanes_load(x + i) - mean) * factor);
    }
    if (i < width) {
        const size_t rest = width - i;
        const Lanes g = lanes_load_part(dy + i, rest, 0.0f) * lanes_load_part(scale + i, rest, 0.0f);
        sum += g;
        product += g * ((lanes_load_part(x + i, rest, mean) - mean) * factor);
    }
    return (NormRow){mean, factor, lanes_sum(sum) / (float)width, lanes_sum(product) / (float)width};
}

MULTIVERSIONED void kernel_layer_norm_gradient_rows(
    const float *dy, const float *x, float *dx, size_t rows, size_t width, const float *scale, float epsilon) {
    for (size_t r = 0; r < rows; r++, dy += width, x += width, dx += width) {
        const NormRow row = norm_row(dy, x, width, scale, epsilon);
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) {
            const Lanes normal = (lanes_load(x + i) - row.mean) * row.factor;
            const Lanes g = lanes_load(dy + i) * lanes_load(scale + i);
            lanes_store(dx + i, (g - row.sum - normal * row.product) * row.factor);
        }
        for (; i < width; i++) {
            const float normal = (x[i] - row.mean) * row.factor;
            dx[i] = (dy[i] * scale[i] - row.sum - normal * row.product) * row.factor;
        }
    }
}

MULTIVERSIONED void kernel_layer_norm_statistics(
    const float *x, size_t rows, size_t width, float epsilon, float *statistics) {
    for (size_t r = 0; r < rows; r++, x += width) {
        const float mean = row_sum(x, width) / (float)width;
        statistics[2 * r] = mean;
        statistics[2 * r + 1] = 1.0f / sqrtf(row_squares(x, width, mean) / (float)width + epsilon);
    }
}

enum { SUMMED_COLUMNS = 256 };

MULTIVERSIONED void kernel_layer_norm_gradient_sums(
    const float *dy, const float *x, const float *statistics, size_t rows, size_t width, float *dscale, size_t first,
    size_t end) {
    for (size_t start = first; start < end; start += SUMMED_COLUMNS) {
        const size_t columns = end - start < SUMMED_COLUMNS ? end - start : SUMMED_COLUMNS;
        double sums[SUMMED_COLUMNS] = {0};
        for (size_t r = 0; r < rows; r++) {
            const float *g = dy + r * width + start, *row = x + r * width + start;
            const float mean = statistics[2 * r], factor = statistics[2 * r + 1];
            for (size_t c = 0; c < columns; c++) sums[c] += g[c] * ((row[c] - mean) * factor);
        }
        for (size_t c = 0; c < columns; c++) dscale[start + c] = (float)sums[c];
    }
}

MULTIVERSIONED void kernel_sum_row_products(
    const float *a, const float *b, size_t rows, size_t width, float *y, size_t first, size_t end) {
    for (size_t start = first; start < end; start += SUMMED_COLUMNS) {
        const size_t columns = end - start < SUMMED_COLUMNS ? end - start : SUMMED_COLUMNS;
        double sums[SUMMED_COLUMNS] = {0};
        for (size_t r = 0; r < rows; r++) {
            const float *left = a + r * width + start, *right = b + r * width + start;
            for (size_t c = 0; c < columns; c++) sums[c] += left[c] * right[c];
        }
        for (size_t c = 0; c < columns; c++) y[start + c] = (float)sums[c];
    }
}
