#pragma once

// The hot loops that BLAS does not have. Each works on whole rows, so that a caller may split the rows between threads
// without changing one bit of the result. Sizes are numbers of elements; arrays are dense and row-major; n, rows, width
// are as in [rows, width]; images are [rows, columns, channels].

#include <stddef.h>
#include <stdint.h>

/// What a linear map or convolution is followed by.
typedef enum {
    KERNEL_IDENTITY = 0,
    KERNEL_RELU = 1,
    KERNEL_GELU = 2, ///< x · Φ(x), the exact one with erf
    KERNEL_SIGMOID = 3,
} KernelActivation;

// MARK: Rows

/// x[r,:] = softmax(scale · x[r,:]).
void kernel_softmax_rows(float *x, size_t rows, size_t width, float scale);

/// Softmax with a decomposed relative position term, for queries of one head in a window of `keys_high × keys_wide`:
/// x[r, ky·keys_wide + kx] = softmax(scale · x + high[ky] + wide[kx]), where high = terms + high_start[r] and
/// wide = terms + wide_start[r] within the query's row of `terms` `[rows, terms_width]`.
void kernel_softmax_relative_rows(
    float *x, size_t rows, size_t keys_high, size_t keys_wide, float scale, const float *terms, size_t terms_width,
    const int32_t *high_start, const int32_t *wide_start);

/// y[r,:] = (x[r,:] - mean) / sqrt(variance + epsilon) · scale + shift, with the biased variance; y may be x.
void kernel_layer_norm_rows(
    const float *x, float *y, size_t rows, size_t width, const float *scale, const float *shift, float epsilon);

/// x[r,:] = activation(x[r,:] + bias); bias may be NULL.
void kernel_bias_activation_rows(
    float *x, size_t rows, size_t width, const float *bias, KernelActivation activation);

/// y[r,:] = x[r,:] · factors, element by element; y may be x.
void kernel_multiply_rows(const float *x, const float *factors, float *y, size_t rows, size_t width);

/// y[c] = Σ x[:, c] for columns [first, end), added in double precision, row after row.
void kernel_sum_rows(const float *x, size_t rows, size_t width, float *y, size_t first, size_t end);

// MARK: Elements

/// y = activation(x); y may be x.
void kernel_activation(const float *x, float *y, size_t count, KernelActivation activation);

/// y = a + b; y may be a or b.
void kernel_add(const float *a, const float *b, float *y, size_t count);

/// y = a · factor; y may be a.
void kernel_scale(const float *a, float factor, float *y, size_t count);

/// y = x rounded to bf16 (the upper half of an fp32), to nearest and to even on a tie; a NaN stays a quiet NaN. Rows of x
/// stand `x_stride` elements apart, those of y lie side by side.
void kernel_round_bfloat16_rows(const float *x, size_t x_stride, uint16_t *y, size_t rows, size_t width);

// MARK: Layout

/// y[c, r] = x[r, c] for c in [first, end).
void kernel_transpose(const float *x, float *y, size_t rows, size_t columns, size_t first, size_t end);

/// y[c, r] = x[r, c]; rows of x stand `x_stride` elements apart, those of y `y_stride`.
void kernel_pack_transposed(
    const float *x, size_t x_stride, float *y, size_t y_stride, size_t rows, size_t columns);

/// The shape of a convolution over one image.
typedef struct {
    size_t rows, columns, channels;         ///< the input image
    size_t output_rows, output_columns;     ///< the output grid
    size_t kernel_rows, kernel_columns;     ///< the taps
    size_t stride;
    ptrdiff_t offset_row, offset_column;    ///< input position of the first tap of output (0, 0); -padding, usually
} KernelPatches;

/// Packs the patches of output pixels [first, end) (row-major): y `[end - first, kernel_rows · kernel_columns · channels]`,
/// ordered tap row, tap column, channel; zeros where a tap lies outside the image.
void kernel_pack_patches(const float *x, float *y, const KernelPatches *patches, size_t first, size_t end);

/// Spreads one phase of an upsampled image: y[2r + phase_row, 2c + phase_column, :] = x[r, c, :] for rows r in
/// [first, end); x is `[rows, columns]` pixels whose channels stand `x_stride` elements apart from pixel to pixel.
void kernel_spread_phase(
    const float *x, size_t x_stride, float *y, size_t columns, size_t channels, int phase_row, int phase_column,
    size_t first, size_t end);

// MARK: Images

/// Two-tap bilinear interpolation at half-pixel centres, edges clamped, no anti-aliasing: output rows [first, end).
void kernel_resize_bilinear(
    const float *x, size_t rows, size_t columns, size_t channels, float *y, size_t output_rows, size_t output_columns,
    size_t first, size_t end);

/// 3×3 depthwise convolution with padding 1: output rows [first, end). `weight` is `[3, 3, channels]`, bias may be NULL.
void kernel_depthwise3x3(
    const float *x, size_t rows, size_t columns, size_t channels, const float *weight, const float *bias, size_t stride,
    float *y, size_t first, size_t end);
