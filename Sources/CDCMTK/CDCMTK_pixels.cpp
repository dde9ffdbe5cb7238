// Finding the frames of an image in its pixel data, and decoding one.

#include "CDCMTK_decode.hpp"
#include "CDCMTK_handle.hpp"

#include <algorithm>
#include <map>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfcache.h>
#include <dcmtk/dcmdata/dctk.h>

using namespace cdcmtk;

struct CDCMTK_frames {
    std::shared_ptr<const ByteSource> source;
    CDCMTK_pixel_module module;
    std::string transfer_syntax;
    Codec codec;
    Encoding encoding;
    PixelLocation pixels;
    /// Encapsulated: the index of each frame's first fragment, and the number of fragments at the end.
    std::vector<size_t> first_fragment;
};

namespace cdcmtk {

Codec codec_of(const std::string &syntax) {
    static const std::map<std::string, Codec> codecs = {
        {"1.2.840.10008.1.2", Codec::native},          {"1.2.840.10008.1.2.1", Codec::native},
        {"1.2.840.10008.1.2.2", Codec::native},        {"1.2.840.10008.1.2.1.99", Codec::native},
        {"1.2.840.10008.1.2.5", Codec::rle},           {"1.2.840.10008.1.2.4.50", Codec::jpeg},
        {"1.2.840.10008.1.2.4.51", Codec::jpeg},       {"1.2.840.10008.1.2.4.57", Codec::jpeg},
        {"1.2.840.10008.1.2.4.70", Codec::jpeg},       {"1.2.840.10008.1.2.4.80", Codec::jpeg_ls},
        {"1.2.840.10008.1.2.4.81", Codec::jpeg_ls},    {"1.2.840.10008.1.2.4.90", Codec::jpeg_2000},
        {"1.2.840.10008.1.2.4.91", Codec::jpeg_2000},  {"1.2.840.10008.1.2.4.201", Codec::jpeg_2000},
        {"1.2.840.10008.1.2.4.202", Codec::jpeg_2000}, {"1.2.840.10008.1.2.4.203", Codec::jpeg_2000}};
    const auto found = codecs.find(syntax);
    if (found == codecs.end()) throw Failure(CDCMTK_UNSUPPORTED_SYNTAX, "no decoder for this transfer syntax");
    return found->second;
}

}  // namespace cdcmtk

namespace {

constexpr uint64_t largest_volume = uint64_t(4) << 30, most_frames = 20'000;

uint64_t frame_bytes(const CDCMTK_pixel_module &module) {
    return uint64_t(module.rows) * module.columns * (module.bits_allocated / 8);
}

/// Sizes are compared in 64 bits before anything is allocated.
void check_module(const CDCMTK_pixel_module &module) {
    const bool words = module.bits_allocated == 8 || module.bits_allocated == 16 || module.bits_allocated == 32;
    const bool bits = words && module.bits_stored >= 1 && module.bits_stored <= module.bits_allocated &&
                      module.high_bit < module.bits_allocated && module.high_bit + 1 >= module.bits_stored;
    if (!bits || module.rows == 0 || module.columns == 0 || module.frames == 0 || module.rows > 65535 ||
        module.columns > 65535 || module.pixel_representation > 1)
        throw Failure(CDCMTK_BAD_PIXEL_MODULE, "the attributes of the image pixel module contradict each other");
    if (module.frames > most_frames || frame_bytes(module) > largest_volume / module.frames)
        throw Failure(CDCMTK_TOO_LARGE, "the decoded frames would take more than 4 GiB or are more than 20,000");
}

void check_native(const CDCMTK_frames &frames) {
    const uint64_t needed = frame_bytes(frames.module) * frames.module.frames;
    const uint64_t padded = needed + (needed & 1);
    if (frames.pixels.length < needed)
        throw Failure(CDCMTK_TRUNCATED_PIXELS, "the pixel data are shorter than rows x columns x frames");
    if (frames.pixels.length > padded)
        throw Failure(CDCMTK_BAD_PIXEL_MODULE, "the pixel data are longer than rows x columns x frames");
}

uint64_t little_endian(const uint8_t *p, size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) value |= uint64_t(p[i]) << 8 * i;
    return value;
}

/// Finds the fragment whose item starts at each offset, counted from the first fragment's item (PS3.5 section A.4).
bool match_offsets(CDCMTK_frames &frames, const std::vector<uint64_t> &offsets) {
    const auto &fragments = frames.pixels.fragments;
    std::map<uint64_t, size_t> starts;
    for (size_t i = 0; i < fragments.size(); ++i) starts[fragments[i].offset - fragments[0].offset] = i;
    std::vector<size_t> first;
    for (const uint64_t offset : offsets) {
        const auto found = starts.find(offset);
        if (found == starts.end() || (!first.empty() && found->second <= first.back())) return false;
        first.push_back(found->second);
    }
    if (first.empty() || first[0] != 0) return false;
    first.push_back(fragments.size());
    frames.first_fragment = std::move(first);
    return true;
}

/// The basic offset table, or the extended one (7FE0,0001).
std::vector<uint64_t> offset_table(const CDCMTK_frames &frames, DcmItem &data_set) {
    std::vector<uint64_t> offsets;
    const uint32_t count = frames.module.frames;
    if (frames.pixels.offset_table.length == count * uint64_t(4)) {
        Bytes bytes(frames.pixels.offset_table.length);
        frames.source->read(frames.pixels.offset_table.offset, bytes.data(), bytes.size());
        for (uint32_t i = 0; i < count; ++i) offsets.push_back(little_endian(bytes.data() + 4 * size_t(i), 4));
        return offsets;
    }
    DcmElement *extended = nullptr;
    if (data_set.findAndGetElement(DcmTagKey(0x7fe0, 0x0001), extended).good() &&
        extended->getLengthField() == count * uint64_t(8)) {
        Bytes bytes(extended->getLengthField());
        DcmFileCache cache;
        if (extended->getPartialValue(bytes.data(), 0, static_cast<Uint32>(bytes.size()), &cache, EBO_LittleEndian)
                .good())
            for (uint32_t i = 0; i < count; ++i) offsets.push_back(little_endian(bytes.data() + 8 * size_t(i), 8));
    }
    return offsets;
}

/// Without a table: a frame starts where a fragment starts with the first marker of a codestream.
bool match_markers(CDCMTK_frames &frames) {
    std::vector<size_t> first;
    for (size_t i = 0; i < frames.pixels.fragments.size(); ++i) {
        const Fragment &fragment = frames.pixels.fragments[i];
        if (fragment.length < 4) continue;
        uint8_t head[4];
        frames.source->read(fragment.offset, head, sizeof head);
        const bool jpeg = head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff;
        const bool jpeg_2000 = little_endian(head, 4) == 0x51ff4fff || little_endian(head, 4) == 0x0c000000;
        if (frames.codec == Codec::jpeg_2000 ? jpeg_2000 : jpeg) first.push_back(i);
    }
    if (first.size() != frames.module.frames || first[0] != 0) return false;
    first.push_back(frames.pixels.fragments.size());
    frames.first_fragment = std::move(first);
    return true;
}

void check_encapsulated(CDCMTK_frames &frames, DcmItem &data_set) {
    const size_t fragments = frames.pixels.fragments.size(), count = frames.module.frames;
    if (fragments < count) throw Failure(CDCMTK_TRUNCATED_PIXELS, "there are fewer fragments than frames");
    if (count == 1 || fragments == count) {
        for (size_t i = 0; i < count; ++i) frames.first_fragment.push_back(i);
        frames.first_fragment.push_back(fragments);
        return;
    }
    if (frames.codec == Codec::rle)
        throw Failure(CDCMTK_BAD_PIXEL_MODULE, "an RLE image has another number of fragments than frames");
    if (!match_offsets(frames, offset_table(frames, data_set)) && !match_markers(frames))
        throw Failure(CDCMTK_BAD_PIXEL_MODULE, "the fragments cannot be assigned to the frames");
}

/// Reads native words. Only words of 16 and 32 bits, and VR OW, have a byte order.
void read_native(const CDCMTK_frames &frames, uint64_t begin, uint8_t *out, size_t length) {
    const size_t word = frames.module.bits_allocated / 8;
    const bool pairs = word == 1 && frames.pixels.words;
    if (!frames.encoding.big_endian || (word == 1 && !pairs)) {
        frames.source->read(frames.pixels.offset + begin, out, length);
        return;
    }
    if (word > 1) {
        frames.source->read(frames.pixels.offset + begin, out, length);
        for (size_t i = 0; i < length; i += word) std::reverse(out + i, out + i + word);
        return;
    }
    // Bytes in swapped 16-bit words; a frame may start in the middle of one.
    const uint64_t even = begin & ~uint64_t(1);
    Bytes words(static_cast<size_t>(((begin + length + 1) & ~uint64_t(1)) - even));
    frames.source->read(frames.pixels.offset + even, words.data(), words.size());
    for (size_t i = 0; i < length; ++i) out[i] = words[static_cast<size_t>(begin - even + i) ^ 1];
}

Bytes frame_code(const CDCMTK_frames &frames, uint32_t frame) {
    const auto &fragments = frames.pixels.fragments;
    const size_t first = frames.first_fragment[frame], last = frames.first_fragment[size_t(frame) + 1];
    uint64_t total = 0;
    for (size_t i = first; i < last; ++i) total += fragments[i].length;
    // The largest frame, not compressible at all, and tables.
    if (total > 2 * frame_bytes(frames.module) + (1 << 20))
        throw Failure(CDCMTK_DECODE_FAILED, "a compressed frame is longer than the frame itself could be");
    Bytes code(static_cast<size_t>(total));
    size_t done = 0;
    for (size_t i = first; i < last; ++i) {
        frames.source->read(fragments[i].offset, code.data() + done, fragments[i].length);
        done += fragments[i].length;
    }
    return code;
}

}  // namespace

CDCMTK_frames *CDCMTK_frames_open(const CDCMTK_file *file, const CDCMTK_pixel_module *module, CDCMTK_error *error) {
    return guarded<CDCMTK_frames *>(error, nullptr, [&] {
        auto frames = std::make_unique<CDCMTK_frames>();
        frames->module = *module;
        check_module(*module);
        frames->source = file->source;
        frames->transfer_syntax = file->meta.transfer_syntax;
        frames->encoding = file->encoding;
        frames->pixels = file->pixels;
        if (frames->pixels.kind == CDCMTK_PIXELS_NONE)
            throw Failure(CDCMTK_MISSING_ATTRIBUTE, "there are no pixel data");
        frames->codec = codec_of(frames->transfer_syntax);
        const bool native = frames->pixels.kind == CDCMTK_PIXELS_NATIVE;
        if (native != (frames->codec == Codec::native))
            throw Failure(CDCMTK_BAD_PIXEL_MODULE, "the pixel data are not encoded as the transfer syntax says");
        if (native)
            check_native(*frames);
        else
            check_encapsulated(*frames, *file->data_set);
        return frames.release();
    });
}

void CDCMTK_frames_close(CDCMTK_frames *frames) {
    guarded<bool>(nullptr, false, [&] {
        delete frames;
        return true;
    });
}

bool CDCMTK_frames_decode(const CDCMTK_frames *frames, uint32_t frame, void *target, size_t length,
                          CDCMTK_error *error) {
    return guarded<bool>(error, false, [&] {
        if (frame >= frames->module.frames || length != frame_bytes(frames->module))
            throw Failure(CDCMTK_INTERNAL, "the caller asked for a frame that is not there");
        const Target words{frames->module, static_cast<uint8_t *>(target)};
        if (frames->codec == Codec::native) {
            read_native(*frames, frame * frame_bytes(frames->module), words.words, length);
            return true;
        }
        const Bytes code = frame_code(*frames, frame);
        switch (frames->codec) {
        case Codec::rle: decode_rle(code, words); break;
        case Codec::jpeg_2000: decode_jpeg_2000(code, words); break;
        default: decode_with_dcmtk(code, frames->transfer_syntax, words);
        }
        return true;
    });
}
