#include "CKernels.h"
#include "activate.h"
#include "lanes.h"

/// Φ(x) + x · φ(x).
INLINE Lanes gelu_derivative(Lanes x) {
    // Beyond 13 the density is below the smallest fp32 number.
    const Lanes near = lanes_max(lanes_min(x, lanes_of(13.0f)), lanes_of(-13.0f));
    return 0.5f * twice_normal_distribution(x) + near * (0.39894228f * lanes_exp(near * near * -0.5f));
}

// `activation` is a constant at each call, so the switch disappears and every loop has one body.
INLINE void activate_all(const float *x, float *y, size_t count, KernelActivation activation) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) lanes_store(y + i, activate(lanes_load(x + i), activation));
    if (i < count) {
        lanes_store_part(y + i, activate(lanes_load_part(x + i, count - i, 0.0f), activation), count - i);
    }
}

MULTIVERSIONED void kernel_activation(const float *x, float *y, size_t count, KernelActivation activation) {
    switch (activation) {
    case KERNEL_IDENTITY: memmove(y, x, count * sizeof(float)); break;
    case KERNEL_RELU: activate_all(x, y, count, KERNEL_RELU); break;
    case KERNEL_GELU: activate_all(x, y, count, KERNEL_GELU); break;
    case KERNEL_SIGMOID: activate_all(x, y, count, KERNEL_SIGMOID); break;
    case KERNEL_GELU_SHORT: activate_all(x, y, count, KERNEL_GELU_SHORT); break;
    }
}

/// dy times the derivative, at the input of GELU, at the result of the others.
INLINE Lanes activation_gradient(Lanes dy, Lanes at, KernelActivation activation) {
    switch (activation) {
    case KERNEL_RELU: return lanes_select(at > 0.0f, dy, lanes_of(0.0f));
    case KERNEL_GELU: return dy * gelu_derivative(at);
    case KERNEL_SIGMOID: return dy * (at * (1.0f - at));
    default: return dy;
    }
}

INLINE void activation_gradients(
    const float *dy, const float *at, float *dx, size_t count, KernelActivation activation) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        lanes_store(dx + i, activation_gradient(lanes_load(dy + i), lanes_load(at + i), activation));
    }
    if (i < count) {
        const size_t rest = count - i;
        const Lanes g = lanes_load_part(dy + i, rest, 0.0f), point = lanes_load_part(at + i, rest, 0.0f);
        lanes_store_part(dx + i, activation_gradient(g, point, activation), rest);
    }
}

MULTIVERSIONED void kernel_activation_gradient(
    const float *dy, const float *at, float *dx, size_t count, KernelActivation activation) {
    switch (activation) {
    case KERNEL_IDENTITY: memmove(dx, dy, count * sizeof(float)); break;
    case KERNEL_RELU: activation_gradients(dy, at, dx, count, KERNEL_RELU); break;
    case KERNEL_GELU: activation_gradients(dy, at, dx, count, KERNEL_GELU); break;
    case KERNEL_SIGMOID: activation_gradients(dy, at, dx, count, KERNEL_SIGMOID); break;
    case KERNEL_GELU_SHORT: activation_gradients(dy, at, dx, count, KERNEL_GELU); break;
    }
}

INLINE void bias_activate_rows(float *x, size_t rows, size_t width, const float *bias, KernelActivation activation) {
    for (size_t r = 0; r < rows; r++, x += width) {
        size_t i = 0;
        for (; i + LANES <= width; i += LANES) {
            lanes_store(x + i, activate(lanes_load(x + i) + lanes_load(bias + i), activation));
        }
        if (i < width) {
            Lanes sum = lanes_load_part(x + i, width - i, 0.0f) + lanes_load_part(bias + i, width - i, 0.0f);
            lanes_store_part(x + i, activate(sum, activation), width - i);
        }
    }
}

MULTIVERSIONED void kernel_bias_activation_rows(
    float *x, size_t rows, size_t width, const float *bias, KernelActivation activation) {
    if (bias == NULL) {
        switch (activation) {
        case KERNEL_IDENTITY: break;
        case KERNEL_RELU: activate_all(x, x, rows * width, KERNEL_RELU); break;
        case KERNEL_GELU: activate_all(x, x, rows * width, KERNEL_GELU); break;
        case KERNEL_SIGMOID: activate_all(x, x, rows * width, KERNEL_SIGMOID); break;
        case KERNEL_GELU_SHORT: activate_all(x, x, rows * width, KERNEL_GELU_SHORT); break;
        }
        return;
    }
    switch (activation) {
    case KERNEL_IDENTITY: bias_activate_rows(x, rows, width, bias, KERNEL_IDENTITY); break;
    case KERNEL_RELU: bias_activate_rows(x, rows, width, bias, KERNEL_RELU); break;
    case KERNEL_GELU: bias_activate_rows(x, rows, width, bias, KERNEL_GELU); break;
    case KERNEL_SIGMOID: bias_activate_rows(x, rows, width, bias, KERNEL_SIGMOID); break;
    case KERNEL_GELU_SHORT: bias_activate_rows(x, rows, width, bias, KERNEL_GELU_SHORT); break;
    }
}

MULTIVERSIONED void kernel_add(const float *a, const float *b, float *y, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) lanes_store(y + i, lanes_load(a + i) + lanes_load(b + i));
    for (; i < count; i++) y[i] = a[i] + b[i];
}

MULTIVERSIONED void kernel_multiply(const float *a, const float *b, float *y, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) lanes_store(y + i, lanes_load(a + i) * lanes_load(b + i));
    for (; i < count; i++) y[i] = a[i] * b[i];
}

MULTIVERSIONED void kernel_scale(const float *a, float factor, float *y, size_t count) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) lanes_store(y + i, lanes_load(a + i) * factor);
    for (; i < count; i++) y[i] = a[i] * factor;
}
