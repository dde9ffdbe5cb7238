#include "CKernels.h"
#include "activate.h"
#include "lanes.h"
#include "rounding.h"

/// Where an output position reads: two taps and the weight of the second.
typedef struct {
    size_t low, high;
    float weight;
} Taps;

/// src = (dst + 0.5) · input / output - 0.5, clamped at 0, in fp32.
INLINE Taps half_pixel_taps(size_t position, size_t input, size_t output) {
    const float scale = (float)input / (float)output;
    float source = ((float)position + 0.5f) * scale - 0.5f;
    if (source < 0.0f) source = 0.0f;
    size_t low = (size_t)source;
    if (low > input - 1) low = input - 1;
    return (Taps){low, low + 1 < input ? low + 1 : low, source - (float)low};
}

enum { RESIZED_COLUMNS = 512 };

/// One input row of a one-channel image, interpolated along the row at `count` positions.
INLINE void resize_row(const float *row, const Taps *taps, size_t count, float *y) {
    for (size_t c = 0; c < count; c++) {
        y[c] = (1.0f - taps[c].weight) * row[taps[c].low] + taps[c].weight * row[taps[c].high];
    }
}

/// One channel: rows are interpolated along themselves once, not again for every output row between them. The arithmetic is
/// that of several channels.
INLINE void resize_one_channel(
    const float *x, size_t rows, size_t columns, float *y, size_t output_rows, size_t output_columns, size_t first,
    size_t end) {
    Taps taps[RESIZED_COLUMNS];
    float upper[RESIZED_COLUMNS], lower[RESIZED_COLUMNS];
    for (size_t start = 0; start < output_columns; start += RESIZED_COLUMNS) {
        const size_t count = output_columns - start < RESIZED_COLUMNS ? output_columns - start : RESIZED_COLUMNS;
        for (size_t c = 0; c < count; c++) taps[c] = half_pixel_taps(start + c, columns, output_columns);
        size_t upper_row = rows, lower_row = rows;
        for (size_t r = first; r < end; r++) {
            const Taps v = half_pixel_taps(r, rows, output_rows);
            if (v.low != upper_row) {
                if (v.low == lower_row) {
                    memcpy(upper, lower, count * sizeof(float));
                } else {
                    resize_row(x + v.low * columns, taps, count, upper);
                }
                upper_row = v.low;
            }
            if (v.high != lower_row) {
                resize_row(x + v.high * columns, taps, count, lower);
                lower_row = v.high;
            }
            float *target = y + r * output_columns + start;
            for (size_t c = 0; c < count; c++) target[c] = (1.0f - v.weight) * upper[c] + v.weight * lower[c];
        }
    }
}

MULTIVERSIONED void kernel_resize_bilinear(
    const float *x, size_t rows, size_t columns, size_t channels, float *y, size_t output_rows, size_t output_columns,
    size_t first, size_t end) {
    if (channels == 1) {
        resize_one_channel(x, rows, columns, y, output_rows, output_columns, first, end);
        return;
    }
    for (size_t r = first; r < end; r++) {
        const Taps v = half_pixel_taps(r, rows, output_rows);
        const float *upper = x + v.low * columns * channels;
        const float *lower = x + v.high * columns * channels;
        float *target = y + r * output_columns * channels;
        for (size_t c = 0; c < output_columns; c++, target += channels) {
            const Taps h = half_pixel_taps(c, columns, output_columns);
            const float *a = upper + h.low * channels, *b = upper + h.high * channels;
            const float *d = lower + h.low * channels, *e = lower + h.high * channels;
            for (size_t k = 0; k < channels; k++) {
                const float top = (1.0f - h.weight) * a[k] + h.weight * b[k];
                const float bottom = (1.0f - h.weight) * d[k] + h.weight * e[k];
                target[k] = (1.0f - v.weight) * top + v.weight * bottom;
            }
        }
    }
}

/// Adds one output row's gradient, times `weight`, to the input row that it was read from.
INLINE void spread_row(
    const float *dy, size_t output_columns, float *dx, size_t columns, size_t channels, float weight) {
    for (size_t c = 0; c < output_columns; c++, dy += channels) {
        const Taps h = half_pixel_taps(c, columns, output_columns);
        const float low = weight * (1.0f - h.weight), high = weight * h.weight;
        float *a = dx + h.low * channels, *b = dx + h.high * channels;
        for (size_t k = 0; k < channels; k++) a[k] += low * dy[k];
        for (size_t k = 0; k < channels; k++) b[k] += high * dy[k];
    }
}

/// One channel: what reads from an input row is gathered column by column, and then spread along the row once. Input rows
/// from `first`, output rows from `start`.
INLINE void resize_one_channel_gradient(
    const float *dy, size_t rows, size_t columns, float *dx, size_t output_rows, size_t output_columns, size_t start,
    size_t first, size_t end) {
    float gathered[RESIZED_COLUMNS];
    Taps taps[RESIZED_COLUMNS];
    for (size_t left = 0; left < output_columns; left += RESIZED_COLUMNS) {
        const size_t count = output_columns - left < RESIZED_COLUMNS ? output_columns - left : RESIZED_COLUMNS;
        for (size_t c = 0; c < count; c++) taps[c] = half_pixel_taps(left + c, columns, output_columns);
        size_t from = start;
        for (size_t row = first; row < end; row++) {
            while (from < output_rows && half_pixel_taps(from, rows, output_rows).high < row) from++;
            memset(gathered, 0, count * sizeof(float));
            for (size_t r = from; r < output_rows; r++) {
                const Taps v = half_pixel_taps(r, rows, output_rows);
                if (v.low > row) break;
                const float weight = (v.low == row ? 1.0f - v.weight : 0.0f) + (v.high == row ? v.weight : 0.0f);
                const float *source = dy + r * output_columns + left;
                for (size_t c = 0; c < count; c++) gathered[c] += weight * source[c];
            }
            float *target = dx + row * columns;
            for (size_t c = 0; c < count; c++) {
                target[taps[c].low] += (1.0f - taps[c].weight) * gathered[c];
                target[taps[c].high] += taps[c].weight * gathered[c];
            }
        }
    }
}

MULTIVERSIONED void kernel_resize_bilinear_gradient(
    const float *dy, size_t rows, size_t columns, size_t channels, float *dx, size_t output_rows,
    size_t output_columns, size_t first, size_t end) {
    memset(dx + first * columns * channels, 0, (end - first) * columns * channels * sizeof(float));
    // Taps ascend with the output row: what is read from `first` on starts at the first output row whose second tap is
    // there, found by halving.
    size_t low = 0, high = output_rows;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (half_pixel_taps(middle, rows, output_rows).high < first) low = middle + 1; else high = middle;
    }
    if (channels == 1) {
        resize_one_channel_gradient(dy, rows, columns, dx, output_rows, output_columns, low, first, end);
        return;
    }
    for (size_t r = low; r < output_rows; r++) {
        const Taps v = half_pixel_taps(r, rows, output_rows);
        if (v.low >= end) break;
        const float *source = dy + r * output_columns * channels;
        if (v.low >= first) {
            spread_row(source, output_columns, dx + v.low * columns * channels, columns, channels, 1.0f - v.weight);
        }
        if (v.high >= first && v.high < end) {
            spread_row(source, output_columns, dx + v.high * columns * channels, columns, channels, v.weight);
        }
    }
}

/// One output pixel: bias and the taps that lie inside the image, in the order of the taps; then the activation.
INLINE void depthwise_pixel(
    const float *const taps[9], const float *weight, const float *bias, size_t channels, float *y,
    KernelActivation activation) {
    size_t k = 0;
    for (; k + LANES <= channels; k += LANES) {
        Lanes sum = bias ? lanes_load(bias + k) : lanes_of(0.0f);
        for (size_t t = 0; t < 9; t++) {
            if (taps[t]) sum += lanes_load(taps[t] + k) * lanes_load(weight + t * channels + k);
        }
        lanes_store(y + k, activate(sum, activation));
    }
    if (k < channels) {
        const size_t count = channels - k;
        Lanes sum = bias ? lanes_load_part(bias + k, count, 0.0f) : lanes_of(0.0f);
        for (size_t t = 0; t < 9; t++) {
            if (!taps[t]) continue;
            sum += lanes_load_part(taps[t] + k, count, 0.0f) * lanes_load_part(weight + t * channels + k, count, 0.0f);
        }
        lanes_store_part(y + k, activate(sum, activation), count);
    }
}

/// A convolution's operands.
typedef struct {
    const float *x;
    size_t rows, columns, channels;
    const float *weight, *bias;
    size_t stride;
} Depthwise;

INLINE void depthwise_rows(const Depthwise *d, float *y, size_t first, size_t end, KernelActivation activation) {
    const size_t output_columns = (d->columns + d->stride - 1) / d->stride;
    for (size_t r = first; r < end; r++) {
        for (size_t c = 0; c < output_columns; c++) {
            const float *taps[9];
            for (size_t t = 0; t < 9; t++) {
                // Unsigned wrap-around puts positions before the image beyond its end.
                const size_t row = r * d->stride + t / 3 - 1, column = c * d->stride + t % 3 - 1;
                const int inside = row < d->rows && column < d->columns;
                taps[t] = inside ? d->x + (row * d->columns + column) * d->channels : NULL;
            }
            float *target = y + (r * output_columns + c) * d->channels;
            depthwise_pixel(taps, d->weight, d->bias, d->channels, target, activation);
        }
    }
}

MULTIVERSIONED void kernel_depthwise3x3(
    const float *x, size_t rows, size_t columns, size_t channels, const float *weight, const float *bias, size_t stride,
    float *y, size_t first, size_t end, KernelActivation activation) {
    const Depthwise d = {x, rows, columns, channels, weight, bias, stride};
    switch (activation) {
    case KERNEL_IDENTITY: depthwise_rows(&d, y, first, end, KERNEL_IDENTITY); break;
    case KERNEL_RELU: depthwise_rows(&d, y, first, end, KERNEL_RELU); break;
    case KERNEL_GELU: depthwise_rows(&d, y, first, end, KERNEL_GELU); break;
    case KERNEL_SIGMOID: depthwise_rows(&d, y, first, end, KERNEL_SIGMOID); break;
    case KERNEL_GELU_SHORT: depthwise_rows(&d, y, first, end, KERNEL_GELU_SHORT); break;
    }
}

INLINE Lanes load_halves(const uint16_t *x, size_t count) {
    LaneHalves halves = {0};
    memcpy(&halves, x, count * sizeof(uint16_t));
    return lanes_of_bfloat16(halves);
}

INLINE void depthwise_lanes(
    const uint16_t *const taps[9], const float *weight, const float *bias, size_t channels, size_t k, size_t count,
    uint16_t *y, KernelActivation activation) {
#pragma clang fp contract(fast)
    Lanes sum = {0};
    if (bias) memcpy(&sum, bias + k, count * sizeof(float));
    for (size_t t = 0; t < 9; t++) {
        if (!taps[t]) continue;
        Lanes factors = {0};
        memcpy(&factors, weight + t * channels + k, count * sizeof(float));
        sum = load_halves(taps[t] + k, count) * factors + sum;
    }
    const LaneHalves halves = lanes_round_bfloat16(activate(sum, activation));
    memcpy(y + k, &halves, count * sizeof(uint16_t));
}

INLINE void depthwise_rounded(
    const uint16_t *const rows[3], size_t columns, size_t channels, const float *weight, const float *bias,
    size_t stride, uint16_t *y, KernelActivation activation) {
    for (size_t c = 0; c < columns; c += stride, y += channels) {
        const uint16_t *taps[9];
        for (size_t t = 0; t < 9; t++) {
            // Unsigned wrap-around puts positions before the row beyond its end.
            const size_t column = c + t % 3 - 1;
            taps[t] = rows[t / 3] && column < columns ? rows[t / 3] + column * channels : NULL;
        }
        size_t k = 0;
        for (; k + LANES <= channels; k += LANES) {
            depthwise_lanes(taps, weight, bias, channels, k, LANES, y, activation);
        }
        if (k < channels) depthwise_lanes(taps, weight, bias, channels, k, channels - k, y, activation);
    }
}

MULTIVERSIONED void kernel_depthwise3x3_rounded(
    const uint16_t *const rows[3], size_t columns, size_t channels, const float *weight, const float *bias,
    size_t stride, uint16_t *y, KernelActivation activation) {
    switch (activation) {
    case KERNEL_GELU_SHORT: depthwise_rounded(rows, columns, channels, weight, bias, stride, y, KERNEL_GELU_SHORT); break;
    case KERNEL_IDENTITY: depthwise_rounded(rows, columns, channels, weight, bias, stride, y, KERNEL_IDENTITY); break;
    default: depthwise_rounded(rows, columns, channels, weight, bias, stride, y, activation); break;
    }
}

INLINE float channel_product(const float *x, const float *channels, size_t width) {
    Lanes sum = lanes_of(0.0f);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) sum += lanes_load(x + i) * lanes_load(channels + i);
    if (i < width) sum += lanes_load_part(x + i, width - i, 0.0f) * lanes_load_part(channels + i, width - i, 0.0f);
    return lanes_sum(sum);
}

MULTIVERSIONED void kernel_draw_upscaled(
    const float *x, size_t width, const float *channels, size_t masks, size_t grid, size_t first, size_t end,
    float *logits) {
    for (size_t pixel = first; pixel < end; pixel++) {
        for (size_t phase = 0; phase < 16; phase++, x += width) {
            const size_t outer = phase / 4, inner = phase % 4;
            const size_t row = 4 * (pixel / grid) + 2 * (outer / 2) + inner / 2;
            const size_t column = 4 * (pixel % grid) + 2 * (outer % 2) + inner % 2;
            for (size_t m = 0; m < masks; m++) {
                logits[(m * 4 * grid + row) * 4 * grid + column] = channel_product(x, channels + m * width, width);
            }
        }
    }
}
