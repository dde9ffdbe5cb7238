// JPEG 2000 frames through OpenJPEG's memory streams.

#include "CDCMTK_decode.hpp"

#include <algorithm>
#include <cstring>

#include <openjpeg.h>

namespace cdcmtk {
namespace {

[[noreturn]] void damaged(const char *why) { throw Failure(CDCMTK_DECODE_FAILED, why); }

/// A codestream and how far it has been read.
struct Reader {
    const Bytes &code;
    size_t position;
};

OPJ_SIZE_T read_some(void *buffer, OPJ_SIZE_T count, void *user) {
    auto &reader = *static_cast<Reader *>(user);
    const size_t left = reader.code.size() - reader.position;
    if (left == 0) return static_cast<OPJ_SIZE_T>(-1);
    const size_t take = std::min<size_t>(left, count);
    std::memcpy(buffer, reader.code.data() + reader.position, take);
    reader.position += take;
    return take;
}

OPJ_OFF_T skip_some(OPJ_OFF_T count, void *user) {
    auto &reader = *static_cast<Reader *>(user);
    const size_t left = reader.code.size() - reader.position;
    if (count < 0 || static_cast<size_t>(count) > left) return -1;
    reader.position += static_cast<size_t>(count);
    return count;
}

OPJ_BOOL seek_to(OPJ_OFF_T position, void *user) {
    auto &reader = *static_cast<Reader *>(user);
    if (position < 0 || static_cast<size_t>(position) > reader.code.size()) return OPJ_FALSE;
    reader.position = static_cast<size_t>(position);
    return OPJ_TRUE;
}

// OpenJPEG's handles are the same type, so each has a deleter of its own.
struct DestroyStream {
    void operator()(opj_stream_t *stream) const { opj_stream_destroy(stream); }
};
struct DestroyCodec {
    void operator()(opj_codec_t *codec) const { opj_destroy_codec(codec); }
};
struct DestroyImage {
    void operator()(opj_image_t *image) const { opj_image_destroy(image); }
};

/// Checks the header before anything of the image's size is allocated.
void check(const opj_image_t &image, const CDCMTK_pixel_module &module) {
    if (image.numcomps != 1) damaged("the JPEG 2000 codestream has more than one component");
    const opj_image_comp_t &component = image.comps[0];
    if (component.w != module.columns || component.h != module.rows)
        damaged("the JPEG 2000 codestream has another size than the image");
    if (component.prec == 0 || component.prec > module.bits_allocated)
        damaged("the JPEG 2000 codestream has more bits than are allocated");
}

/// The bits of each sample in a word. Whether they are signed is for Pixel Representation to say, not for the
/// codestream, which some writers mark wrongly: two's complement of the same bits is what was stored.
void copy_samples(const opj_image_comp_t &component, const Target &target) {
    if (!component.data) damaged("a JPEG 2000 frame has no samples");
    const uint32_t mask = component.prec >= 32 ? 0xffffffffu : (1u << component.prec) - 1;
    const uint32_t sign = 1u << (component.prec - 1);
    const bool extend = target.module.pixel_representation == 1;
    const size_t size = target.word_size();
    for (size_t i = 0; i < target.pixels(); ++i) {
        uint32_t bits = static_cast<uint32_t>(component.data[i]) & mask;
        if (extend && (bits & sign)) bits |= ~mask;
        for (size_t byte = 0; byte < size; ++byte)
            target.words[i * size + byte] = static_cast<uint8_t>(bits >> 8 * byte);
    }
}

}  // namespace

void decode_jpeg_2000(const Bytes &code, const Target &target) {
    static const uint8_t box[] = {0, 0, 0, 12, 'j', 'P', ' ', ' '};
    const bool boxed = code.size() >= sizeof box && std::memcmp(code.data(), box, sizeof box) == 0;
    std::unique_ptr<opj_codec_t, DestroyCodec> codec(opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
    std::unique_ptr<opj_stream_t, DestroyStream> stream(
        opj_stream_create(std::max<size_t>(code.size(), 1), OPJ_TRUE));
    if (!codec || !stream) throw std::bad_alloc();
    Reader reader{code, 0};
    opj_stream_set_user_data(stream.get(), &reader, nullptr);
    opj_stream_set_user_data_length(stream.get(), code.size());
    opj_stream_set_read_function(stream.get(), read_some);
    opj_stream_set_skip_function(stream.get(), skip_some);
    opj_stream_set_seek_function(stream.get(), seek_to);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    if (!opj_setup_decoder(codec.get(), &parameters)) damaged("OpenJPEG cannot be set up");
    opj_image_t *read = nullptr;
    const bool header = opj_read_header(stream.get(), codec.get(), &read);
    std::unique_ptr<opj_image_t, DestroyImage> image(read);
    if (!header || !image) damaged("a frame is no JPEG 2000 codestream");
    check(*image, target.module);
    if (!opj_decode(codec.get(), stream.get(), image.get())) damaged("a JPEG 2000 codestream is damaged");
    check(*image, target.module);
    copy_samples(image->comps[0], target);
}

}  // namespace cdcmtk
