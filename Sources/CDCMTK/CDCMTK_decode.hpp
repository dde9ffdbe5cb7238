// One compressed frame in, stored words out.

#pragma once

#include "CDCMTK_internal.hpp"
#include "CDCMTK_pixels.h"

namespace cdcmtk {

enum class Codec { native, rle, jpeg, jpeg_ls, jpeg_2000 };

/// The codec of a transfer syntax; an unknown one is a failure.
Codec codec_of(const std::string &transfer_syntax);

/// Where the words of one decoded frame go: rows × columns words, little-endian.
struct Target {
    const CDCMTK_pixel_module &module;
    uint8_t *words;

    size_t pixels() const { return size_t(module.rows) * module.columns; }
    size_t word_size() const { return module.bits_allocated / 8; }
};

using Bytes = std::vector<uint8_t>;

/// PS3.5 annex G. Our own: the decoder of DCMTK 3.6.7 reads beyond a fragment (its issue 1213).
void decode_rle(const Bytes &code, const Target &target);

/// JPEG processes 1, 2, 4 and 14 and JPEG-LS through DCMTK's codecs.
void decode_with_dcmtk(const Bytes &code, const std::string &transfer_syntax, const Target &target);

/// JPEG 2000 and high-throughput JPEG 2000 through OpenJPEG; DCMTK has no decoder.
void decode_jpeg_2000(const Bytes &code, const Target &target);

}  // namespace cdcmtk
