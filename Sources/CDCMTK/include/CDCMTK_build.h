#ifndef CDCMTK_BUILD_H
#define CDCMTK_BUILD_H

// Builds a DICOM data set with dcmdata and serialises it as a Part-10 file to memory.
//
// Swift cannot call dcmdata's classes nor catch their exceptions. Nothing here opens a file: DCMTK 3.6.7 reports
// success on a full disk, so the caller writes the bytes. Functions return 0 for success; CDCMTK_builder_message then
// says what failed, without any value of the data set. A builder belongs to one thread at a time.

#include <stddef.h>
#include <stdint.h>

#include "CDCMTK_file.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CDCMTK_builder CDCMTK_builder;

/// The data set or an item of a sequence in it. Owned by the builder and valid as long as that lives.
typedef struct CDCMTK_builder_item CDCMTK_builder_item;

/// What the file meta information says beyond what the data set holds itself.
typedef struct {
    /// ASCII, at most 64 characters.
    const char *implementation_class_uid;
    /// ASCII, at most 16 characters.
    const char *implementation_version_name;
    /// 0: Explicit VR Little Endian. Not 0: Deflated Explicit VR Little Endian.
    int32_t deflated;
} CDCMTK_file_meta;

/// Takes a piece of the file. Returning anything but 0 ends the serialisation with an error.
typedef int32_t (*CDCMTK_bytes_sink)(void *context, const uint8_t *bytes, size_t count);

/// An empty data set, or NULL when memory is short.
CDCMTK_builder *CDCMTK_builder_create(void);
void CDCMTK_builder_destroy(CDCMTK_builder *builder);

/// Why the last call failed; empty when none did.
const char *CDCMTK_builder_message(const CDCMTK_builder *builder);

CDCMTK_builder_item *CDCMTK_builder_root(CDCMTK_builder *builder);

/// Puts the value field of an element with a text VR (AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT), or OB.
///
/// `tag` is group << 16 | element; `vr` is two letters. The bytes are stored as they are, in whatever character set;
/// only the padding to even length is added. An element of that tag is replaced.
int32_t CDCMTK_builder_put_bytes(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag, const char *vr,
                                const uint8_t *bytes, size_t count);

/// Copies an element of a data set that was read, sequence or not, without decoding it. Absent elements are left out.
int32_t CDCMTK_builder_copy(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag, CDCMTK_item *source);

int32_t CDCMTK_builder_put_uint16(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag,
                                 const uint16_t *values, size_t count);

int32_t CDCMTK_builder_put_uint32(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag,
                                 const uint32_t *values, size_t count);

int32_t CDCMTK_builder_put_float64(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag,
                                  const double *values, size_t count);

/// Puts an element with VR AT: each value is a tag.
int32_t CDCMTK_builder_put_tags(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag,
                               const uint32_t *values, size_t count);

/// Puts native Pixel Data (7FE0,0010) with VR OB. `count` has to be even.
int32_t CDCMTK_builder_put_pixel_bytes(CDCMTK_builder *builder, const uint8_t *bytes, size_t count);

/// Puts native Pixel Data (7FE0,0010) with VR OW.
int32_t CDCMTK_builder_put_pixel_words(CDCMTK_builder *builder, const uint16_t *words, size_t count);

/// Puts a sequence without items; one of that tag is replaced.
int32_t CDCMTK_builder_put_empty_sequence(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag);

/// Appends an item to a sequence, which is created when absent. NULL on failure.
CDCMTK_builder_item *CDCMTK_builder_append_item(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag);

/// Hands the complete file to the sink in pieces: zero preamble, file meta information, data set.
///
/// The data set must hold SOP Class UID and SOP Instance UID. Sequences have explicit lengths, group lengths are left
/// out.
int32_t CDCMTK_builder_serialize(CDCMTK_builder *builder, const CDCMTK_file_meta *meta, CDCMTK_bytes_sink sink,
                                 void *context);

/// Hands the data set alone to the sink, in Explicit VR Little Endian: what stands in an item of a sequence.
int32_t CDCMTK_builder_serialize_dataset(CDCMTK_builder *builder, CDCMTK_bytes_sink sink, void *context);

#ifdef __cplusplus
}
#endif

#endif
