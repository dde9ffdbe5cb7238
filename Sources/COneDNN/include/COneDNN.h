#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The type of both operands of a product.
typedef enum {
    PREREAD_FLOAT32 = 0,   ///< sums and results are fp32
    PREREAD_BFLOAT16 = 1,  ///< sums and results are fp32
    PREREAD_INTEGER8 = 2,  ///< the left side is u8, the right one s8; sums and results are s32
} PrereadElementType;

/// A product result[m, n] = Σ left[m, k] · right[k, n]; steps are in elements.
typedef struct {
    int64_t rows, columns, inner;       ///< the lengths of m, n and k
    int64_t left_row, left_column;      ///< from one m to the next, and from one k to the next
    int64_t right_row, right_column;    ///< from one k to the next, and from one n to the next
    int64_t result_row;                 ///< from one m to the next; columns are adjacent
    PrereadElementType type;
    bool adds;                          ///< whether the product is added to what is there
    bool is_packed;                     ///< whether the right side is in the library's own layout; see preread_product_pack
} PrereadProductShape;

/// A compiled product of one shape. Any number of threads may run it at once.
typedef struct PrereadProduct PrereadProduct;

/// Compiles a product that runs on its calling thread alone; NULL where the library has none for it on this CPU.
///
/// Costs some tenths of a millisecond: made once for a shape and kept.
PrereadProduct *preread_product_create(const PrereadProductShape *shape);

/// Frees it; no thread may be running it.
void preread_product_destroy(PrereadProduct *product);

/// Computes the product on the calling thread; false when the library refuses or memory is short. The result is s32
/// for integers, else fp32.
bool preread_product_run(const PrereadProduct *product, const void *left, const void *right, void *result);

/// The bytes of a packed right side. Its layout depends on the columns, the length of the sums and the type, not on the
/// rows; it is the same for all processes with this library on this kind of CPU.
size_t preread_product_packed_bytes(const PrereadProduct *product);

/// Packs a right side, which lies in memory as the shape's steps say (fp32, or s8 for integers); false when the library
/// refuses or memory is short. `packed` starts at a multiple of 64 bytes.
bool preread_product_pack(const PrereadProduct *product, const void *right, void *packed);

/// The library's version as major · 10,000 + minor · 100 + patch.
int preread_onednn_version(void);

enum { PREREAD_CPU_NAME_SIZE = 49 };

/// The CPU's own name and what of AVX-512 it has, as text: libraries choose layouts by these.
void preread_cpu_name(char name[PREREAD_CPU_NAME_SIZE]);

/// Whether the CPU multiplies 8-bit integers without saturating in between (AVX512-VNNI).
bool preread_cpu_multiplies_integer8(void);

/// Whether the CPU multiplies bf16 numbers in its own instructions (AVX512-BF16), and so faster than fp32.
bool preread_cpu_multiplies_bfloat16(void);

/// Whether the CPU has what the library's fast products are written for (AVX-512 F, BW, VL and DQ).
bool preread_cpu_has_avx512_core(void);
