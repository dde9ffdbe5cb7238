#ifndef CLINUX_H
#define CLINUX_H

// System calls that glibc declares under _GNU_SOURCE alone, which Swift's Glibc module does not define.

#include <stddef.h>

/// A file of this many bytes in memory, without a name and closed on exec, whose size nobody can change any more.
///
/// Returns a descriptor, or -1 with errno set. See: 'man 2 memfd_create', 'man 2 fcntl', "File Sealing".
int CLinux_memory_file(const char *name, size_t length);

/// Keeps the heap from growing by holes: large memory is mapped and given back for ever from `threshold` bytes on.
///
/// glibc raises the threshold to the size of the largest mapping that was freed. From then on such memory comes from the
/// heap, small memory that lives long settles in the holes, and the heap grows by as much as was ever used between.
/// Called before other threads run. See: 'man 3 mallopt', M_MMAP_THRESHOLD, "dynamic mmap threshold".
void CLinux_map_large_memory(size_t threshold);

/// Gives free pages of the heap back to the system. See: 'man 3 malloc_trim'
void CLinux_trim_heap(void);

#endif
