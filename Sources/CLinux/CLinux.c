#define _GNU_SOURCE

#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

int CLinux_memory_file(const char *name, size_t length) {
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -1;
    // A child that could cut the file short would have the parent killed by SIGBUS.
    if (ftruncate(descriptor, (off_t)length) != 0 ||
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        int error = errno;
        close(descriptor);
        errno = error;
        return -1;
    }
    return descriptor;
}

void CLinux_map_large_memory(size_t threshold) {
    // A value that glibc does not take leaves it as it was: more memory, and nothing else.
    (void)mallopt(M_MMAP_THRESHOLD, (int)threshold);
}

void CLinux_trim_heap(void) { (void)malloc_trim(0); }
