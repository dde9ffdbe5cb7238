#pragma once

#include <cblas.h>
#include <stdbool.h>

/// What `preread_choose_openblas_core` did before `main`.
typedef enum {
    PREREAD_CORE_LEFT_ALONE = 0,  ///< the CPU has no AVX-512, the library's own choice is right
    PREREAD_CORE_SET_BY_USER = 1, ///< OPENBLAS_CORETYPE was set in the environment
    PREREAD_CORE_FORCED = 2,      ///< OPENBLAS_CORETYPE was set here
} PrereadCoreChoice;

/// How the kernel was chosen.
///
/// Whoever starts OpenBLAS calls this: the reference makes the linker take this object, and with it the function that
/// runs before the library's constructor.
PrereadCoreChoice preread_openblas_core_choice(void);

/// Whether the CPU has AVX-512F.
bool preread_cpu_has_avx512(void);
