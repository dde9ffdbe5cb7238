#include "COpenBLAS.h"

#include <stdlib.h>

// OpenBLAS 0.3.21 takes CPUs newer than itself for a Haswell, at half the speed. It reads OPENBLAS_CORETYPE in its
// constructor, which runs before main; entries of .preinit_array run before the constructor of any shared library.

static PrereadCoreChoice choice = PREREAD_CORE_LEFT_ALONE;

static void choose_openblas_core(void) {
    if (getenv("OPENBLAS_CORETYPE") != NULL) {
        choice = PREREAD_CORE_SET_BY_USER;
        return;
    }
    __builtin_cpu_init();
    const char *core = NULL;
    if (__builtin_cpu_supports("avx512bf16")) {
        core = "Cooperlake";
    } else if (__builtin_cpu_supports("avx512f")) {
        core = "SkylakeX";
    }
    if (core != NULL && setenv("OPENBLAS_CORETYPE", core, 0) == 0) {
        choice = PREREAD_CORE_FORCED;
    }
}

__attribute__((section(".preinit_array"), used)) static void (*const before_constructors)(void) = choose_openblas_core;

PrereadCoreChoice preread_openblas_core_choice(void) {
    return choice;
}

bool preread_cpu_has_avx512(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f");
}
