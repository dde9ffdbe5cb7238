// Frames of greyscale pixel data, decoded one at a time, without DCMTK's rendering.

#ifndef CDCMTK_PIXELS_H
#define CDCMTK_PIXELS_H

#include "CDCMTK_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The image pixel module of a greyscale image (PS3.3 section C.7.6.3), checked by the caller.
typedef struct {
    uint32_t rows;
    uint32_t columns;
    uint32_t frames;
    /// 8, 16 or 32.
    uint16_t bits_allocated;
    uint16_t bits_stored;
    uint16_t high_bit;
    /// 1 for two's complement.
    uint16_t pixel_representation;
} CDCMTK_pixel_module;

/// Where each frame lies. Immutable: frames may be decoded from several threads at once, also after the file is closed.
typedef struct CDCMTK_frames CDCMTK_frames;

/// Checks that the pixel data hold the frames that the module claims, and finds each. NULL on failure.
CDCMTK_frames *CDCMTK_frames_open(const CDCMTK_file *file, const CDCMTK_pixel_module *module, CDCMTK_error *error);

void CDCMTK_frames_close(CDCMTK_frames *frames);

/// Decodes a frame (from 0) to rows × columns words of bits_allocated / 8 bytes in little-endian order, as stored: bits
/// beyond bits_stored are not masked. `length` must be exactly that many bytes.
bool CDCMTK_frames_decode(const CDCMTK_frames *frames, uint32_t frame, void *target, size_t length,
                          CDCMTK_error *error);

#ifdef __cplusplus
}
#endif

#endif
