#include "CKernels.h"
#include "lanes.h"
#include "rounding.h"

MULTIVERSIONED void kernel_round_bfloat16_rows(
    const float *x, size_t x_stride, uint16_t *y, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, x += x_stride, y += width) {
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) {
            const LaneHalves halves = lanes_round_bfloat16(lanes_load(x + i));
            memcpy(y + i, &halves, sizeof halves);
        }
        if (i < width) {
            float part[LANES] = {0};
            memcpy(part, x + i, (width - i) * sizeof(float));
            const LaneHalves halves = lanes_round_bfloat16(lanes_load(part));
            memcpy(y + i, &halves, (width - i) * sizeof(uint16_t));
        }
    }
}
