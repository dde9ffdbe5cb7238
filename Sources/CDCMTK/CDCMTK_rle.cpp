// RLE Lossless (PS3.5 annex G).

#include "CDCMTK_decode.hpp"

#include <algorithm>

namespace cdcmtk {
namespace {

[[noreturn]] void damaged(const char *why) { throw Failure(CDCMTK_DECODE_FAILED, why); }

uint32_t header_word(const Bytes &code, size_t index) {
    const uint8_t *p = code.data() + 4 * index;
    return uint32_t(p[0]) | uint32_t(p[1]) << 8 | uint32_t(p[2]) << 16 | uint32_t(p[3]) << 24;
}

/// Expands code[begin, end) into every `stride`-th byte of the target (section G.3.2).
void expand(const Bytes &code, size_t begin, size_t end, uint8_t *out, size_t count, size_t stride) {
    size_t done = 0;
    for (size_t at = begin; done < count;) {
        if (at >= end) damaged("an RLE segment ends before the frame is full");
        const int control = static_cast<int8_t>(code[at++]);
        if (control == -128) continue;
        const size_t run = static_cast<size_t>(control < 0 ? 1 - control : 1 + control);
        const size_t source = control < 0 ? 1 : run;
        if (source > end - at) damaged("an RLE run reaches beyond its segment");
        if (run > count - done) damaged("an RLE segment is longer than the frame");
        for (size_t i = 0; i < run; ++i) out[(done + i) * stride] = code[control < 0 ? at : at + i];
        done += run;
        at += source;
    }
}

}  // namespace

void decode_rle(const Bytes &code, const Target &target) {
    if (code.size() < 64) damaged("an RLE fragment is shorter than its header");
    const size_t segments = target.word_size();
    if (header_word(code, 0) != segments) damaged("the number of RLE segments does not match Bits Allocated");
    for (size_t segment = 0; segment < segments; ++segment) {
        const size_t begin = header_word(code, 1 + segment);
        const size_t end = segment + 1 < segments ? header_word(code, 2 + segment) : code.size();
        if (begin < 64 || end > code.size() || begin > end) damaged("an RLE segment lies outside its fragment");
        // The most significant byte comes first (section G.2).
        expand(code, begin, end, target.words + (segments - 1 - segment), target.pixels(), segments);
    }
}

}  // namespace cdcmtk
