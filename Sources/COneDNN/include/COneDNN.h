#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The type of both operands of a product; sums and results are fp32.
typedef enum {
    PREREAD_FLOAT32 = 0,
    PREREAD_BFLOAT16 = 1,
} PrereadElementType;

/// A product result[m, n] = Σ left[m, k] · right[k, n]; steps are in elements.
typedef struct {
    int64_t rows, columns, inner;       ///< the lengths of m, n and k
    int64_t left_row, left_column;      ///< from one m to the next, and from one k to the next
    int64_t right_row, right_column;    ///< from one k to the next, and from one n to the next
    int64_t result_row;                 ///< from one m to the next; columns are adjacent
    PrereadElementType type;
    bool adds;                          ///< whether the product is added to what is there
} PrereadProductShape;

/// A compiled product of one shape. Any number of threads may run it at once.
typedef struct PrereadProduct PrereadProduct;

/// Compiles a product that runs on its calling thread alone; NULL where the library has none for it on this CPU.
///
/// Costs some tenths of a millisecond: made once for a shape and kept.
PrereadProduct *preread_product_create(const PrereadProductShape *shape);

/// Frees it; no thread may be running it.
void preread_product_destroy(PrereadProduct *product);

/// Computes the product on the calling thread; false when the library refuses or memory is short.
bool preread_product_run(const PrereadProduct *product, const void *left, const void *right, float *result);

/// Whether the CPU multiplies bf16 numbers in its own instructions (AVX512-BF16), and so faster than fp32.
bool preread_cpu_multiplies_bfloat16(void);

/// Whether the CPU has what the library's fast products are written for (AVX-512 F, BW, VL and DQ).
bool preread_cpu_has_avx512_core(void);
