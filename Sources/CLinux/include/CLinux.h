#ifndef CLINUX_H
#define CLINUX_H

// System calls that glibc declares under _GNU_SOURCE alone, which Swift's Glibc module does not define.

#include <stddef.h>

/// A file of this many bytes in memory, without a name and closed on exec, whose size nobody can change any more.
///
/// Returns a descriptor, or -1 with errno set. See: 'man 2 memfd_create', 'man 2 fcntl', "File Sealing".
int CLinux_memory_file(const char *name, size_t length);

#endif
