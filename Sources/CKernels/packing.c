#include "CKernels.h"
#include "lanes.h"

// One step of the transposition of 16×16 lanes: swaps the blocks of `distance` lanes beside the diagonal.
#define EXCHANGE(rows, distance)                                                                                       \
    for (size_t i = 0; i < LANES; i++) {                                                                               \
        if (i & (distance)) continue;                                                                                  \
        const Lanes a = rows[i], b = rows[i + (distance)];                                                             \
        rows[i] = __builtin_shufflevector(a, b, LOW_##distance);                                                       \
        rows[i + (distance)] = __builtin_shufflevector(a, b, HIGH_##distance);                                         \
    }

#define LOW_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define LOW_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31

INLINE void transpose_lanes(const float *x, size_t x_stride, float *y, size_t y_stride) {
    Lanes rows[LANES];
    for (size_t i = 0; i < LANES; i++) rows[i] = lanes_load(x + i * x_stride);
    EXCHANGE(rows, 8)
    EXCHANGE(rows, 4)
    EXCHANGE(rows, 2)
    EXCHANGE(rows, 1)
    for (size_t i = 0; i < LANES; i++) lanes_store(y + i * y_stride, rows[i]);
}

MULTIVERSIONED void kernel_pack_transposed(
    const float *x, size_t x_stride, float *y, size_t y_stride, size_t rows, size_t columns) {
    const size_t whole_rows = rows / LANES * LANES, whole_columns = columns / LANES * LANES;
    for (size_t r = 0; r < whole_rows; r += LANES) {
        for (size_t c = 0; c < whole_columns; c += LANES) {
            transpose_lanes(x + r * x_stride + c, x_stride, y + c * y_stride + r, y_stride);
        }
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = r < whole_rows ? whole_columns : 0; c < columns; c++) {
            y[c * y_stride + r] = x[r * x_stride + c];
        }
    }
}
