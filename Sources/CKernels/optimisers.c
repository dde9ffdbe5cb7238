#include "CKernels.h"
#include "lanes.h"

// All of this waits for memory, not for arithmetic: every array is read and written once, in one pass. The loops are
// element by element, so the compiler's choice of registers cannot change a result.

INLINE void adam_step(
    float *restrict parameters, float *restrict mean, float *restrict square, float *restrict average,
    const float *restrict gradient, const KernelAdam adam, size_t count) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        float p = parameters[i];
        const float g = gradient[i] * adam.gradient_factor + adam.penalty * p;
        const float m = mean[i] + adam.mean_weight * (g - mean[i]);
        const float v = square[i] * adam.square_factor + adam.square_weight * g * g;
        p *= adam.shrinking;
        p += adam.step * m / (sqrtf(v) / adam.square_correction + adam.epsilon);
        mean[i] = m;
        square[i] = v;
        parameters[i] = p;
        if (average != NULL) average[i] += adam.average_weight * (p - average[i]);
    }
}

MULTIVERSIONED void kernel_adam(
    float *parameters, float *mean, float *square, float *average, const float *gradient, const KernelAdam *adam,
    size_t count) {
    // NULL is a constant at each call, so the loops have no branch.
    if (average == NULL) {
        adam_step(parameters, mean, square, NULL, gradient, *adam, count);
    } else {
        adam_step(parameters, mean, square, average, gradient, *adam, count);
    }
}

MULTIVERSIONED void kernel_running_average(float *average, const float *x, float weight, size_t count) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) average[i] += weight * (x[i] - average[i]);
}

MULTIVERSIONED double kernel_sum_squares(const float *x, size_t count) {
    double sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (size_t k = 0; k < 8; k++) sums[k] += (double)x[i + k] * (double)x[i + k];
    }
    for (size_t k = 0; i + k < count; k++) sums[k] += (double)x[i + k] * (double)x[i + k];
    for (size_t half = 4; half > 0; half /= 2) {
        for (size_t k = 0; k < half; k++) sums[k] += sums[k + half];
    }
    return sums[0];
}
