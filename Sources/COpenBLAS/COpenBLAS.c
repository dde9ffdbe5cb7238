#include "COpenBLAS.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// MARK: Core

// OpenBLAS 0.3.21 takes CPUs newer than itself for a Haswell, at half their speed. It reads OPENBLAS_CORETYPE in its
// constructor; a variable that the program sets is too late for that, even from .preinit_array, because the C library
// takes over the environment afterwards. So the library's own choice is undone and made again with the variable set,
// by the functions that its constructor and destructor call. They are weak here: other builds may not export them.

extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

static PrereadCoreChoice choice = PREREAD_CORE_LIBRARY;

static bool core_uses_avx512(const char *core) {
    return strcmp(core, "SkylakeX") == 0 || strcmp(core, "Cooperlake") == 0 || strcmp(core, "SapphireRapids") == 0;
}

// Constructors of the program run after those of its libraries and before main, on the only thread.
__attribute__((constructor)) static void choose_openblas_core(void) {
    if (getenv("OPENBLAS_CORETYPE") != NULL) {
        choice = PREREAD_CORE_USER;
        return;
    }
    if (!preread_cpu_has_avx512() || core_uses_avx512(openblas_get_corename())) {
        return;
    }
    choice = PREREAD_CORE_STUCK;
    if (gotoblas_dynamic_init == NULL || gotoblas_dynamic_quit == NULL) {
        return;
    }
    const char *core = __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX";
    if (setenv("OPENBLAS_CORETYPE", core, 0) != 0) {
        return;
    }
    gotoblas_dynamic_quit();
    gotoblas_dynamic_init();
    unsetenv("OPENBLAS_CORETYPE");
    if (core_uses_avx512(openblas_get_corename())) {
        choice = PREREAD_CORE_PROGRAM;
    }
}

PrereadCoreChoice preread_openblas_core_choice(void) {
    return choice;
}

bool preread_cpu_has_avx512(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f");
}

// MARK: Threads

void preread_openblas_stay_on_thread(void) {
    // In OpenMP builds the number is a property of the calling thread; setting it touches the library's tables.
    static _Thread_local bool is_set = false;
    static pthread_mutex_t tables = PTHREAD_MUTEX_INITIALIZER;
    if (is_set) {
        return;
    }
    pthread_mutex_lock(&tables);
    openblas_set_num_threads(1);
    pthread_mutex_unlock(&tables);
    is_set = true;
}
