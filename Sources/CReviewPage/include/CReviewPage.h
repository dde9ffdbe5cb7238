/// The files of the review page, embedded in the program.
#pragma once

#include <stddef.h>

/// One file of the page.
struct preread_page_file {
    /// The path below the page's root, for example "viewer/canvas.js".
    const char *name;
    const char *media_type;
    const unsigned char *bytes;
    size_t length;
};

/// All files; the last entry's name is null.
extern const struct preread_page_file preread_page_files[];

/// The file of that index, as long as no smaller one is the last: Swift cannot import an array whose length is left open.
static inline const struct preread_page_file *preread_page_file_at(size_t index) {
    return &preread_page_files[index];
}
