#include "CKernels.h"
#include "lanes.h"
#include "rounding.h"

// Softmax inside attention windows. A row of scores is laid out in groups of keys whose lengths are whole vectors, and the
// division by the row's sum is left to the mixed values, which are fewer.

// Below every score, and still finite: its exponential is the smallest that there is.
static const float ABSENT = -1e30f;

/// Where the exponentials of a row go: over the scores, or rounded to bf16 side by side.
typedef struct {
    float *scores;
    uint16_t *rounded;
} RowTarget;

INLINE Lanes store_exponentials(RowTarget target, size_t i, Lanes x, float largest) {
    if (target.rounded == NULL) {
        const Lanes e = lanes_exp(x - largest);
        lanes_store(target.scores + i, e);
        return e;
    }
    const LaneHalves halves = lanes_round_bfloat16(lanes_exp_short(x - largest));
    memcpy(target.rounded + i, &halves, sizeof halves);
    // What is summed is what is multiplied.
    return lanes_of_bfloat16(halves);
}

/// Turns logits, `slots` of them, into exponentials; answers 1 / their sum.
INLINE float exponentials(float *row, uint16_t *rounded, size_t slots, Lanes largest_lanes) {
    const float largest = lanes_largest(largest_lanes);
    const RowTarget target = {row, rounded};
    Lanes sum = lanes_of(0.0f);
    for (size_t i = 0; i < slots; i += LANES) sum += store_exponentials(target, i, lanes_load(row + i), largest);
    return 1.0f / lanes_sum(sum);
}

/// The first `count` <= 16 lanes, the others ABSENT.
INLINE Lanes present_lanes(const float *x, size_t count) {
    return count >= LANES ? lanes_load(x) : lanes_load_part(x, count, ABSENT);
}

INLINE float largest_of(const float *x, size_t count) {
    float largest = x[0];
    for (size_t i = 1; i < count; i++) largest = x[i] > largest ? x[i] : largest;
    return largest;
}

/// Σ exp(x - largest) for x[first..<end].
INLINE float exponential_sum(const float *x, size_t first, size_t end, float largest) {
    Lanes sum = lanes_of(0.0f);
    for (size_t i = first; i < end; i += LANES) {
        const Lanes e = lanes_exp(present_lanes(x + i, end - i) - largest);
        sum += e;
    }
    return lanes_sum(sum);
}

/// What all padding keys together add to the logit of one of them: log Σ exp(high + wide). The sum over a rectangle of keys
/// is the product of two sums.
INLINE float padding_term(const KernelWindow *w, const float *high, const float *wide) {
    const size_t edge = w->edge, rows = w->rows, columns = w->columns;
    const float high_largest = largest_of(high, edge), wide_largest = largest_of(wide, edge);
    const float right = exponential_sum(high, 0, rows, high_largest) * exponential_sum(wide, columns, edge, wide_largest);
    const float below = exponential_sum(high, rows, edge, high_largest) * exponential_sum(wide, 0, edge, wide_largest);
    return logf(right + below) + high_largest + wide_largest;
}

INLINE float window_row(const KernelWindow *w, float *row, uint16_t *rounded, size_t query) {
    const float *high = row + w->slots + w->high_start[query], *wide = row + w->slots + w->wide_start[query];
    const float *outer = w->outer_is_rows ? high : wide, *inner = w->outer_is_rows ? wide : high;
    const size_t groups = w->outer_is_rows ? w->rows : w->columns, keys = w->outer_is_rows ? w->columns : w->rows;
    float padding = 0.0f;
    if (w->padding_slot >= 0) padding = row[w->padding_slot] * w->scale + padding_term(w, high, wide);
    Lanes largest = lanes_of(ABSENT);
    for (size_t k = 0; k < keys; k += LANES) {
        const Lanes terms = present_lanes(inner + k, keys - k);
        for (size_t g = 0; g < groups; g++) {
            float *part = row + g * w->group_slots + k;
            const Lanes x = lanes_load(part) * w->scale + outer[g] + terms;
            lanes_store(part, x);
            largest = lanes_max(largest, x);
        }
    }
    for (size_t i = groups * w->group_slots; i < w->slots; i += LANES) lanes_store(row + i, lanes_of(ABSENT));
    if (w->padding_slot >= 0) {
        row[w->padding_slot] = padding;
        largest = lanes_max(largest, lanes_of(padding));
    }
    return exponentials(row, rounded, w->slots, largest);
}

MULTIVERSIONED void kernel_window_softmax(
    const KernelWindow *window, float *scores, size_t stride, uint16_t *rounded, size_t rows, float *factors) {
    for (size_t r = 0; r < rows; r++) {
        uint16_t *target = rounded == NULL ? NULL : rounded + r * window->slots;
        factors[r] = window_row(window, scores + r * stride, target, r);
    }
}

MULTIVERSIONED void kernel_biased_softmax(
    float *scores, size_t slots, uint16_t *rounded, size_t rows, float scale, const float *bias, float *factors) {
    for (size_t r = 0; r < rows; r++, scores += slots, bias += slots) {
        Lanes largest = lanes_of(ABSENT);
        for (size_t i = 0; i < slots; i += LANES) {
            const Lanes x = lanes_load(scores + i) * scale + lanes_load(bias + i);
            lanes_store(scores + i, x);
            largest = lanes_max(largest, x);
        }
        factors[r] = exponentials(scores, rounded == NULL ? NULL : rounded + r * slots, slots, largest);
    }
}

MULTIVERSIONED void kernel_scatter_scaled_rows(
    const float *x, size_t rows, size_t width, const float *factors, float *y, size_t y_stride, const int32_t *places) {
    for (size_t r = 0; r < rows; r++, x += width) {
        if (places[r] < 0) continue;
        float *target = y + (size_t)places[r] * y_stride;
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) lanes_store(target + i, lanes_load(x + i) * factors[r]);
        for (; i < width; i++) target[i] = x[i] * factors[r];
    }
}

MULTIVERSIONED void kernel_gather_rows(
    const float *x, size_t x_stride, const float *filling, const int32_t *places, size_t rows, size_t width, float *y) {
    for (size_t r = 0; r < rows; r++, y += width) {
        const float *source = places[r] >= 0 ? x + (size_t)places[r] * x_stride : filling;
        if (places[r] < -1) memset(y, 0, width * sizeof(float)); else memcpy(y, source, width * sizeof(float));
    }
}

MULTIVERSIONED void kernel_gather_rounded_rows(
    const float *x, size_t x_stride, const float *filling, const int32_t *places, size_t rows, size_t width,
    uint16_t *y) {
    for (size_t r = 0; r < rows; r++, y += width) {
        const float *source = places[r] >= 0 ? x + (size_t)places[r] * x_stride : filling;
        if (places[r] < -1) {
            memset(y, 0, width * sizeof(uint16_t));
            continue;
        }
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) {
            const LaneHalves halves = lanes_round_bfloat16(lanes_load(source + i));
            memcpy(y + i, &halves, sizeof halves);
        }
        if (i < width) {
            const LaneHalves halves = lanes_round_bfloat16(lanes_load_part(source + i, width - i, 0.0f));
            memcpy(y + i, &halves, (width - i) * sizeof(uint16_t));
        }
    }
}

MULTIVERSIONED void kernel_gather_halves(
    const uint16_t *x, size_t x_stride, const uint16_t *filling, const int32_t *places, size_t rows, size_t width,
    uint16_t *y) {
    for (size_t r = 0; r < rows; r++, y += width) {
        const uint16_t *source = places[r] >= 0 ? x + (size_t)places[r] * x_stride : filling;
        if (places[r] < -1) {
            memset(y, 0, width * sizeof(uint16_t));
        } else if (width == 2 * LANES) {
            // What LiteMedSAM's heads have: two moves instead of a call.
            memcpy(y, source, 2 * LANES * sizeof(uint16_t));
        } else {
            memcpy(y, source, width * sizeof(uint16_t));
        }
    }
}
