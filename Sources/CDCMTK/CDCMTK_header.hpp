// Reading the head of one element, for the structure check.

#pragma once

#include "CDCMTK_scan.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcvr.h>

namespace cdcmtk {

constexpr uint32_t undefined_length = 0xffffffff;
constexpr uint32_t item_tag = 0xfffee000, item_end = 0xfffee00d, sequence_end = 0xfffee0dd, pixel_tag = 0x7fe00010;

[[noreturn]] inline void malformed(const char *why) { throw Failure(CDCMTK_MALFORMED, why); }

inline uint16_t word(const uint8_t *p, bool big) {
    return static_cast<uint16_t>(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}
inline uint32_t long_word(const uint8_t *p, bool big) {
    return big ? uint32_t(word(p, big)) << 16 | word(p + 2, big) : uint32_t(word(p + 2, big)) << 16 | word(p, big);
}

/// Small reads through a window, so that skipping over values costs no system call for each element.
class Window {
  public:
    explicit Window(const ByteSource &source) : source(source), buffer(1 << 16) {}
    uint64_t size() const { return source.size(); }

    /// The address of `count` ≤ 16 bytes that are known to exist.
    const uint8_t *at(uint64_t offset, size_t count);

  private:
    const ByteSource &source;
    std::vector<uint8_t> buffer;
    uint64_t begin = 0;
    size_t filled = 0;
};

struct Header {
    uint32_t tag = 0;
    DcmEVR vr = EVR_UNKNOWN;
    uint32_t length = 0;
    uint64_t value = 0;
};

inline bool is_delimiter(uint32_t tag) { return tag >> 16 == 0xfffe; }

/// The tag, VR and length at `offset`; `end` is where the enclosing level ends at the latest.
Header read_header(Window &window, uint64_t offset, uint64_t end, Encoding encoding);

}  // namespace cdcmtk
