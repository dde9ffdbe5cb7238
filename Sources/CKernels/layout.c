#include "CKernels.h"
#include "lanes.h"

void kernel_transpose(const float *x, float *y, size_t rows, size_t columns, size_t first, size_t end) {
    // Blocks of 16 × 16 keep one cache line of either side in use.
    enum { BLOCK = 16 };
    for (size_t r0 = 0; r0 < rows; r0 += BLOCK) {
        const size_t r1 = r0 + BLOCK < rows ? r0 + BLOCK : rows;
        for (size_t c0 = first; c0 < end; c0 += BLOCK) {
            const size_t c1 = c0 + BLOCK < end ? c0 + BLOCK : end;
            for (size_t c = c0; c < c1; c++) {
                for (size_t r = r0; r < r1; r++) y[c * rows + r] = x[r * columns + c];
            }
        }
    }
}

/// One tap row of one patch: the taps inside the image are one run of memory.
INLINE void pack_tap_row(const float *row, float *y, const KernelPatches *p, ptrdiff_t column) {
    const size_t channels = p->channels;
    for (size_t kx = 0; kx < p->kernel_columns; kx++, y += channels) {
        const ptrdiff_t c = column + (ptrdiff_t)kx;
        if (c < 0 || c >= (ptrdiff_t)p->columns) {
            memset(y, 0, channels * sizeof(float));
        } else {
            memcpy(y, row + (size_t)c * channels, channels * sizeof(float));
        }
    }
}

void kernel_pack_patches(const float *x, float *y, const KernelPatches *p, size_t first, size_t end) {
    const size_t tap_row = p->kernel_columns * p->channels;
    for (size_t pixel = first; pixel < end; pixel++) {
        const ptrdiff_t row = (ptrdiff_t)(pixel / p->output_columns * p->stride) + p->offset_row;
        const ptrdiff_t column = (ptrdiff_t)(pixel % p->output_columns * p->stride) + p->offset_column;
        const int inside = column >= 0 && column + (ptrdiff_t)p->kernel_columns <= (ptrdiff_t)p->columns;
        for (size_t ky = 0; ky < p->kernel_rows; ky++, y += tap_row) {
            const ptrdiff_t r = row + (ptrdiff_t)ky;
            if (r < 0 || r >= (ptrdiff_t)p->rows) {
                memset(y, 0, tap_row * sizeof(float));
                continue;
            }
            const float *source = x + (size_t)r * p->columns * p->channels;
            if (inside) {
                memcpy(y, source + (size_t)column * p->channels, tap_row * sizeof(float));
            } else {
                pack_tap_row(source, y, p, column);
            }
        }
    }
}

INLINE void add_channels(const float *x, float *y, size_t channels) {
    size_t i = 0;
    for (; i + LANES <= channels; i += LANES) lanes_store(y + i, lanes_load(y + i) + lanes_load(x + i));
    for (; i < channels; i++) y[i] += x[i];
}

/// The output position along one axis whose tap `tap` reads `position`; no position below `end` where there is none.
INLINE size_t reading_output(ptrdiff_t position, ptrdiff_t offset, size_t tap, size_t stride, size_t end) {
    const ptrdiff_t distance = position - offset - (ptrdiff_t)tap;
    return distance < 0 || (size_t)distance % stride != 0 ? end : (size_t)distance / stride;
}

MULTIVERSIONED void kernel_add_patches(
    const float *y, float *x, const KernelPatches *p, size_t first_output, size_t end_output, size_t first,
    size_t end) {
    const size_t patch = p->kernel_rows * p->kernel_columns * p->channels;
    for (size_t r = first; r < end; r++) {
        for (size_t ky = 0; ky < p->kernel_rows; ky++) {
            const size_t row = reading_output((ptrdiff_t)r, p->offset_row, ky, p->stride, end_output);
            if (row < first_output || row >= end_output) continue;
            const float *patches = y + (row - first_output) * p->output_columns * patch;
            for (size_t kx = 0; kx < p->kernel_columns; kx++) {
                const float *taps = patches + (ky * p->kernel_columns + kx) * p->channels;
                float *target = x + r * p->columns * p->channels;
                for (size_t c = 0; c < p->columns; c++, target += p->channels) {
                    const size_t column =
                        reading_output((ptrdiff_t)c, p->offset_column, kx, p->stride, p->output_columns);
                    if (column < p->output_columns) add_channels(taps + column * patch, target, p->channels);
                }
            }
        }
    }
}

void kernel_spread_phase(
    const float *x, size_t x_stride, float *y, size_t columns, size_t channels, int phase_row, int phase_column,
    size_t first, size_t end) {
    for (size_t r = first; r < end; r++) {
        float *row = y + (2 * r + (size_t)phase_row) * 2 * columns * channels;
        for (size_t c = 0; c < columns; c++) {
            const float *source = x + (r * columns + c) * x_stride;
            memcpy(row + (2 * c + (size_t)phase_column) * channels, source, channels * sizeof(float));
        }
    }
}
