// Opening a DICOM file: bounded, checked for structure without recursion, and only then parsed by DCMTK.

#ifndef CDCMTK_FILE_H
#define CDCMTK_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Why a call failed.
typedef enum {
    CDCMTK_OK = 0,
    CDCMTK_NOT_DICOM,
    /// The structure of the data set is broken or exceeds the limits of nesting and number.
    CDCMTK_MALFORMED,
    /// The pixel data end before they should.
    CDCMTK_TRUNCATED_PIXELS,
    /// A size is over the limit; nothing of that size was allocated.
    CDCMTK_TOO_LARGE,
    /// No decoder for this transfer syntax.
    CDCMTK_UNSUPPORTED_SYNTAX,
    CDCMTK_DECODE_FAILED,
    /// The attributes that describe the pixels contradict each other or the pixel data.
    CDCMTK_BAD_PIXEL_MODULE,
    CDCMTK_MISSING_ATTRIBUTE,
    CDCMTK_NOT_REGULAR,
    /// A system call failed; `system_error` says how.
    CDCMTK_IO_ERROR,
    /// Out of memory, or a defect of this shim or of DCMTK.
    CDCMTK_INTERNAL,
    /// DCMTK's data dictionary is not installed: attributes cannot be told apart.
    CDCMTK_NO_DICTIONARY
} CDCMTK_status;

/// What a failed call reports. The message never holds a value of an attribute.
typedef struct {
    CDCMTK_status status;
    /// errno for `CDCMTK_IO_ERROR`, otherwise 0.
    int32_t system_error;
    /// UTF-8, NUL-terminated.
    char message[256];
} CDCMTK_error;

/// An open file: its parsed data set without the top-level pixel data, and where the pixel data lie.
typedef struct CDCMTK_file CDCMTK_file;

/// A data set or a sequence item, borrowed from a file (or from a builder).
typedef struct CDCMTK_item CDCMTK_item;

typedef enum { CDCMTK_PIXELS_NONE = 0, CDCMTK_PIXELS_NATIVE, CDCMTK_PIXELS_ENCAPSULATED } CDCMTK_pixel_kind;

/// What is known of a file beside its data set.
typedef struct {
    uint64_t file_size;
    /// NUL-terminated UIDs from the file meta information, without padding; empty where absent.
    char transfer_syntax[65];
    char media_storage_class[65];
    char media_storage_instance[65];
    /// No file meta information with a transfer syntax: the encoding was guessed.
    bool no_meta;
    /// The preamble holds something that is neither zero nor a TIFF header.
    bool odd_preamble;
    CDCMTK_pixel_kind pixel_kind;
    /// Bytes of native pixel data.
    uint64_t pixel_length;
    /// Fragments of encapsulated pixel data, without the basic offset table.
    uint64_t fragment_count;
} CDCMTK_file_info;

/// Opens a regular file by the bytes of its path; links and pipes are refused. NULL on failure.
CDCMTK_file *CDCMTK_file_open(const char *path, CDCMTK_error *error);

/// Opens the file behind a descriptor, which is duplicated and not moved. NULL on failure.
CDCMTK_file *CDCMTK_file_open_descriptor(int descriptor, CDCMTK_error *error);

/// Opens a copy of bytes in memory. NULL on failure.
CDCMTK_file *CDCMTK_file_open_memory(const void *bytes, size_t length, CDCMTK_error *error);

/// As `CDCMTK_file_open_descriptor`; the items of some top-level sequences (`tags`: group << 16 | element) are checked for
/// structure but not parsed: `CDCMTK_file_open_apart_item` does that one by one, so that a list of thousands of items
/// need not be in memory.
CDCMTK_file *CDCMTK_file_open_apart(int descriptor, const uint32_t *tags, size_t count, CDCMTK_error *error);

/// Whether a sequence was left for later: it is there, and one of those that were asked for.
bool CDCMTK_file_is_apart(const CDCMTK_file *file, uint32_t tag);

/// The number of items of a sequence that was left for later; otherwise 0.
size_t CDCMTK_file_apart_count(const CDCMTK_file *file, uint32_t tag);

/// Parses an item of a sequence that was left for later: its elements are the data set of a file of its own, which has no
/// pixel data and is closed like any other. NULL on failure. Safe from any thread.
CDCMTK_file *CDCMTK_file_open_apart_item(const CDCMTK_file *file, uint32_t tag, size_t index, CDCMTK_error *error);

void CDCMTK_file_close(CDCMTK_file *file);

CDCMTK_file_info CDCMTK_file_get_info(const CDCMTK_file *file);

/// The top-level data set; it lives as long as the file. Reading one file's items from two threads at once is not safe.
CDCMTK_item *CDCMTK_file_dataset(CDCMTK_file *file);

/// Copies native pixel data, as stored: `length` bytes from `offset`. Safe from any thread.
bool CDCMTK_file_read_pixels(const CDCMTK_file *file, uint64_t offset, void *target, size_t length,
                             CDCMTK_error *error);

#ifdef __cplusplus
}
#endif

#endif
