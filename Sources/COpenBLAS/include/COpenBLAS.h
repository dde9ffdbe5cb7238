#pragma once

#include <cblas.h>
#include <stdbool.h>

/// Who chose the core that OpenBLAS's kernels are written for.
typedef enum {
    PREREAD_CORE_LIBRARY = 0, ///< the library: the CPU has no AVX-512, or the library knows the CPU
    PREREAD_CORE_USER = 1,    ///< OPENBLAS_CORETYPE stands in the environment
    PREREAD_CORE_PROGRAM = 2, ///< this program: the library had overlooked AVX-512
    PREREAD_CORE_STUCK = 3,   ///< the library overlooked AVX-512 and cannot be told
} PrereadCoreChoice;

/// Who chose the core.
///
/// The choice is made before `main`. The reference to this function makes the linker take its object, and with it the
/// constructor that makes the choice.
PrereadCoreChoice preread_openblas_core_choice(void);

/// Whether the CPU has AVX-512F.
bool preread_cpu_has_avx512(void);

/// Makes OpenBLAS calls of the calling thread run on that thread alone; costs a comparison after the first time.
///
/// OpenBLAS's own threads spin between calls and starve whoever shares the cores, so work is divided by the caller.
void preread_openblas_stay_on_thread(void);
