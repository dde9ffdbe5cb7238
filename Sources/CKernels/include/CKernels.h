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
    KERNEL_GELU_SHORT = 4, ///< x · Φ(x) within 8e-5 plus a part in 100,000: for results that are rounded to bf16 or less
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

// MARK: Gradients of rows

/// dx[r,:] = scale · y · (dy − Σ dy · y), where y[r,:] is the softmax of scale · x; dx may be dy.
void kernel_softmax_gradient_rows(
    const float *dy, const float *y, float *dx, size_t rows, size_t width, float scale);

/// The gradient of kernel_softmax_relative_rows, whose result is y: g[r,:], in place, turns from the result's gradient into
/// that of x, and term_gradients `[rows, terms_width]` become those of the terms. The last
/// row of g must be followed by 16 elements that may be read.
void kernel_softmax_relative_gradient_rows(
    const float *y, float *g, size_t rows, size_t keys_high, size_t keys_wide, float scale, float *term_gradients,
    size_t terms_width, const int32_t *high_start, const int32_t *wide_start);

/// The gradient of kernel_layer_norm_rows with regard to x; dx may be dy.
void kernel_layer_norm_gradient_rows(
    const float *dy, const float *x, float *dx, size_t rows, size_t width, const float *scale, float epsilon);

/// statistics[r,:] = mean and 1 / sqrt(variance + epsilon) of x[r,:], as kernel_layer_norm_rows computes them.
void kernel_layer_norm_statistics(const float *x, size_t rows, size_t width, float epsilon, float *statistics);

/// The gradient of kernel_layer_norm_rows with regard to its scale, for columns [first, end): Σ dy · normalised x over the
/// rows, added in double precision, row after row. That with regard to its shift is kernel_sum_rows of dy.
void kernel_layer_norm_gradient_sums(
    const float *dy, const float *x, const float *statistics, size_t rows, size_t width, float *dscale, size_t first,
    size_t end);

/// y[c] = Σ a[:, c] · b[:, c] for columns [first, end), added in double precision, row after row.
void kernel_sum_row_products(
    const float *a, const float *b, size_t rows, size_t width, float *y, size_t first, size_t end);

// MARK: Losses

/// A loss that every pixel has on its own, from its logit x, p = sigmoid(x) and its label y in 0…1.
typedef enum {
    /// -y·log p - (1 - y)·log(1 - p)
    KERNEL_CROSS_ENTROPY = 0,
    /// -α·y·(1 - p)²·log(p + ε) - (1 - α)·(1 - y)·p²·log(1 - p + ε) with ε = 1e-12 (Lin et al. 2017, γ = 2)
    KERNEL_FOCAL = 1,
} KernelPixelLoss;

/// Sums over the pixels of a mask, or the derivatives of a loss with regard to them.
typedef struct {
    double product;      ///< Σ p·y
    double probability;  ///< Σ p
    double squares;      ///< Σ p²
    double label;        ///< Σ y
    double pixel_loss;   ///< Σ of the pixel loss
    double intersection; ///< pixels with x > 0 and y > ½
    double either;       ///< pixels with x > 0 or y > ½
} KernelMaskSums;

/// The sums over `count` pixels, in double precision. Where a gradient will be wanted, every pixel's probability and the
/// derivative of its loss with regard to its logit, too, rounded to fp32; else both are NULL.
void kernel_mask_sums(
    const float *logits, const float *labels, size_t count, KernelPixelLoss loss, double alpha, KernelMaskSums *sums,
    float *probabilities, float *slopes);

/// The gradient with regard to the logits, from that with regard to a mask's sums, and from what kernel_mask_sums kept;
/// the sums of the label and of the pixel counts have no influence.
void kernel_mask_gradient(
    const float *labels, const float *probabilities, const float *slopes, size_t count,
    const KernelMaskSums *by_sums, float *gradient);

// MARK: Elements

/// y = activation(x); y may be x.
void kernel_activation(const float *x, float *y, size_t count, KernelActivation activation);

/// dx = dy · activation'; `at` is the input of GELU, the result of the other activations. dx may be dy.
void kernel_activation_gradient(
    const float *dy, const float *at, float *dx, size_t count, KernelActivation activation);

/// y = a + b; y may be a or b.
void kernel_add(const float *a, const float *b, float *y, size_t count);

/// y = a · b; y may be a or b.
void kernel_multiply(const float *a, const float *b, float *y, size_t count);

/// y = a · factor; y may be a.
void kernel_scale(const float *a, float factor, float *y, size_t count);

/// y = x rounded to bf16 (the upper half of an fp32), to nearest and to even on a tie; a NaN stays a quiet NaN. Rows of x
/// stand `x_stride` elements apart, those of y lie side by side.
void kernel_round_bfloat16_rows(const float *x, size_t x_stride, uint16_t *y, size_t rows, size_t width);

// MARK: Products for inference

/// A tile of a product before it is finished: sums in fp32, or in s32 with what turns them into numbers.
typedef struct {
    const float *sums;            ///< `[rows, stride]`; NULL where they are integers
    const int32_t *integers;      ///< as sums, of u8 rows and s8 weights; NULL where they are fp32
    size_t columns, stride;
    const float *bias;            ///< `[columns]` or NULL
    const float *row_scales;      ///< `[rows]`: the step of a row's quantised elements; integers only, as what follows
    const int32_t *row_zeros;     ///< `[rows]`: the integer that stands for 0
    const float *weight_scales;   ///< `[columns]`
    const int32_t *weight_sums;   ///< `[columns]`: Σ of a column's quantised weights
    int adds;                     ///< whether the result is added to what is there
    const float *residual;        ///< laid out as the result, added before the activation; or NULL
    uint16_t *halves;             ///< where the result goes rounded to bf16, laid out as the result, instead; or NULL
} KernelTile;

/// y[places[r],:] = activation(tile[r,:] + bias + residual[places[r],:]), or added to it; rows of y stand `y_stride`
/// elements apart. places NULL means 0, 1, 2, … Nothing is added where the result is rounded.
void kernel_finish_tile(
    const KernelTile *tile, size_t rows, float *y, size_t y_stride, const int32_t *places, KernelActivation activation);

/// kernel_layer_norm_rows with the result rounded to bf16.
void kernel_layer_norm_rounded_rows(
    const float *x, uint16_t *y, size_t rows, size_t width, const float *scale, const float *shift, float epsilon);

/// Rounds every row to 8 bits over its own range, which includes 0: x ≈ (y - zeros[r]) · scales[r]. Rows of x stand
/// `x_stride` elements apart, those of y lie side by side.
void kernel_quantise_rows(
    const float *x, size_t x_stride, uint8_t *y, size_t rows, size_t width, float *scales, int32_t *zeros);

/// Rounds the weights of every output (a row) to -127…127: x ≈ y · scales[r]; sums[r] = Σ y[r,:].
void kernel_quantise_weights(
    const float *x, size_t x_stride, int8_t *y, size_t rows, size_t width, float *scales, int32_t *sums);

/// A checksum that tells damaged from whole bytes at the speed of memory; not one that withstands intent. bytes may be
/// NULL where there are none.
uint64_t kernel_checksum(const uint8_t *bytes, size_t count);

// MARK: Attention for inference

/// How the keys of a window of `edge × edge` positions, of which `rows × columns` are real, lie in a row of scores: in
/// groups, a group for each real row (or column), its keys one for each real column (or row), up to whole vectors. Behind
/// the `slots` scores stand the query's relative terms.
typedef struct {
    size_t edge, rows, columns;
    int outer_is_rows;            ///< whether a group is a row of the window; else it is a column
    size_t group_slots;           ///< the slots of a group, a multiple of 16
    size_t slots;                 ///< all slots, a multiple of 16
    ptrdiff_t padding_slot;       ///< a free slot whose key stands for all padding keys, which are equal; -1 without padding
    float scale;
    const int32_t *high_start;    ///< for each query where its terms for ascending rows begin behind the slots
    const int32_t *wide_start;    ///< the same for columns
} KernelWindow;

/// Softmax with a decomposed relative position term, without the division by the sum: scores `[rows, stride]` become
/// exponentials of scale · score + high + wide - the largest, in place or in bf16 in `rounded` `[rows, slots]`; factors[r]
/// is 1 / their sum. Slots without a key become as good as 0.
void kernel_window_softmax(
    const KernelWindow *window, float *scores, size_t stride, uint16_t *rounded, size_t rows, float *factors);

/// The same for scale · score + bias, both `[rows, slots]`; slots is a multiple of 16.
void kernel_biased_softmax(
    float *scores, size_t slots, uint16_t *rounded, size_t rows, float scale, const float *bias, float *factors);

/// y[places[r],:] = x[r,:] · factors[r]; rows of y stand `y_stride` elements apart; rows without a place (below 0) are left
/// out.
void kernel_scatter_scaled_rows(
    const float *x, size_t rows, size_t width, const float *factors, float *y, size_t y_stride, const int32_t *places);

/// y[r,:] = x[places[r],:], `filling` where the place is -1, zeros where it is below.
void kernel_gather_rows(
    const float *x, size_t x_stride, const float *filling, const int32_t *places, size_t rows, size_t width, float *y);

/// The same, rounded to bf16.
void kernel_gather_rounded_rows(
    const float *x, size_t x_stride, const float *filling, const int32_t *places, size_t rows, size_t width,
    uint16_t *y);

/// The same of rows that are in bf16 already.
void kernel_gather_halves(
    const uint16_t *x, size_t x_stride, const uint16_t *filling, const int32_t *places, size_t rows, size_t width,
    uint16_t *y);

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

/// The transpose of packing: x[r,:,:] += what patches of the output rows [first_output, end_output) hold of it, for input
/// rows r in [first, end), taps in ascending order. y holds those patches only.
void kernel_add_patches(
    const float *y, float *x, const KernelPatches *patches, size_t first_output, size_t end_output, size_t first,
    size_t end);

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

/// The adjoint of kernel_resize_bilinear: dx `[rows, columns]` from dy `[output_rows, output_columns]`, input rows
/// [first, end), contributions in ascending order of the output pixel.
void kernel_resize_bilinear_gradient(
    const float *dy, size_t rows, size_t columns, size_t channels, float *dx, size_t output_rows,
    size_t output_columns, size_t first, size_t end);

/// Draws masks on an image `grid × grid` that was enlarged twice: x `[end - first, 4, 4, width]` holds pixels [first, end),
/// the phases (row by row) of the first and of the second enlargement; the logit of a mask at a place is the product of
/// the mask's channels `[masks, width]` with the place's. logits is `[masks, 4 · grid, 4 · grid]`; width is a multiple of 16
/// or below it.
void kernel_draw_upscaled(
    const float *x, size_t width, const float *channels, size_t masks, size_t grid, size_t first, size_t end,
    float *logits);

/// 3×3 depthwise convolution with padding 1, then the activation: output rows [first, end). `weight` is
/// `[3, 3, channels]`, bias may be NULL.
void kernel_depthwise3x3(
    const float *x, size_t rows, size_t columns, size_t channels, const float *weight, const float *bias, size_t stride,
    float *y, size_t first, size_t end, KernelActivation activation);

/// One output row of kernel_depthwise3x3 in bf16: sums are in fp32, the result is rounded. rows are the three input rows of
/// `columns` pixels that it reads, NULL for one outside of the image.
void kernel_depthwise3x3_rounded(
    const uint16_t *const rows[3], size_t columns, size_t channels, const float *weight, const float *bias,
    size_t stride, uint16_t *y, KernelActivation activation);

// MARK: Optimisers

/// What one step of Adam or AdamW does; the scalars are rounded to fp32 once, as PyTorch does.
typedef struct {
    float gradient_factor;   ///< the gradient is multiplied by this first: 1, or less where it is clipped
    float penalty;           ///< Adam's weight decay: the gradient gets penalty · parameter added; 0 for none
    float shrinking;         ///< AdamW's weight decay: the parameter is multiplied by this; 1 for none
    float mean_weight;       ///< 1 - β₁
    float square_factor;     ///< β₂
    float square_weight;     ///< 1 - β₂
    float square_correction; ///< √(1 - β₂ᵗ)
    float epsilon;
    float step;              ///< -η / (1 - β₁ᵗ)
    float average_weight;    ///< 1 - decay of the running average
} KernelAdam;

/// One step of Adam for `count` parameters in a single pass; mean and square are the running moments of the gradient.
/// `average` is the running average of the parameters, or NULL.
void kernel_adam(
    float *parameters, float *mean, float *square, float *average, const float *gradient, const KernelAdam *adam,
    size_t count);

/// average += weight · (x - average).
void kernel_running_average(float *average, const float *x, float weight, size_t count);

/// Σ x² in double precision: eight partial sums, element i goes to sum i mod 8, the sums are added pairwise.
double kernel_sum_squares(const float *x, size_t count);

// MARK: Threads

/// Tells the processor that a thread looks for work in a loop.
static inline void kernel_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}
