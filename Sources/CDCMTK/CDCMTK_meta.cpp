// The head of an element, and the file meta information.

#include "CDCMTK_header.hpp"

#include <algorithm>
#include <cstring>

#include <dcmtk/dcmdata/dctag.h>

namespace cdcmtk {

const uint8_t *Window::at(uint64_t offset, size_t count) {
    if (offset < begin || offset + count > begin + filled) {
        begin = offset;
        filled = static_cast<size_t>(std::min<uint64_t>(buffer.size(), source.size() - offset));
        source.read(begin, buffer.data(), filled);
    }
    return buffer.data() + (offset - begin);
}

Header read_header(Window &window, uint64_t offset, uint64_t end, Encoding encoding) {
    if (end - offset < 8) malformed("the data set ends inside an element");
    const uint8_t *p = window.at(offset, 8);
    const bool big = encoding.big_endian;
    Header header;
    header.tag = uint32_t(word(p, big)) << 16 | word(p + 2, big);
    if (is_delimiter(header.tag) || !encoding.explicit_vr) {
        header.length = long_word(p + 4, big);
        header.value = offset + 8;
        if (!is_delimiter(header.tag))
            header.vr = DcmTag(DcmTagKey(header.tag >> 16, header.tag & 0xffff)).getEVR();
        return header;
    }
    const char letters[3] = {static_cast<char>(p[4]), static_cast<char>(p[5]), 0};
    DcmVR vr;
    vr.setVR(letters);
    header.vr = vr.getEVR();
    if (!vr.usesExtendedLengthEncoding()) {
        header.length = word(p + 6, big);
        header.value = offset + 8;
        return header;
    }
    if (end - offset < 12) malformed("the data set ends inside an element");
    header.length = long_word(window.at(offset + 8, 4), big);
    header.value = offset + 12;
    return header;
}

namespace {

/// A UID's text without padding; empty when it is too long for one.
std::string uid_text(Window &window, const Header &header) {
    std::string text;
    if (header.length > 64) return text;
    for (uint32_t i = 0; i < header.length; ++i) text.push_back(static_cast<char>(*window.at(header.value + i, 1)));
    while (!text.empty() && (text.back() == 0 || text.back() == ' ')) text.pop_back();
    return text.find('\0') == std::string::npos ? text : std::string();
}

}  // namespace

Meta scan_meta(const ByteSource &source) {
    Window window(source);
    Meta meta;
    uint64_t at = 0;
    if (source.size() >= 132 && std::memcmp(window.at(128, 4), "DICM", 4) == 0) {
        meta.has_magic = true;
        at = 132;
        uint8_t preamble[128];
        source.read(0, preamble, sizeof preamble);
        const bool zero = std::all_of(preamble, preamble + 128, [](uint8_t byte) { return byte == 0; });
        const bool tiff = std::memcmp(preamble, "II*\0", 4) == 0 || std::memcmp(preamble, "MM\0*", 4) == 0;
        meta.odd_preamble = !zero && !tiff;
    } else if (source.size() >= 8 && std::memcmp(window.at(0, 4), "DICM", 4) == 0) {
        meta.has_magic = true;
        at = 4;
    }
    // The group is always explicit VR little endian (PS3.10 section 7.1).
    while (source.size() - at >= 8 && word(window.at(at, 2), false) == 2) {
        const Header header = read_header(window, at, source.size(), {true, false});
        if (header.length > source.size() - header.value) malformed("the file meta information ends too early");
        if (header.tag == 0x00020002) meta.media_class = uid_text(window, header);
        if (header.tag == 0x00020003) meta.media_instance = uid_text(window, header);
        if (header.tag == 0x00020010) meta.transfer_syntax = uid_text(window, header);
        at = header.value + header.length;
    }
    meta.data_begin = at;
    return meta;
}

Encoding guess_encoding(const ByteSource &source, uint64_t begin, bool prefixed) {
    if (source.size() < begin || source.size() - begin < 8) throw Failure(CDCMTK_NOT_DICOM, "no data set");
    uint8_t head[8];
    source.read(begin, head, sizeof head);
    // Every data set of an image starts in group 0008, a directory in group 0004. Behind the DICOM prefix any will do.
    const bool known_little = (head[0] == 8 || head[0] == 4) && head[1] == 0;
    const bool known_big = head[0] == 0 && (head[1] == 8 || head[1] == 4);
    const bool little = known_little || (prefixed && !known_big), big = known_big;
    if (!little && !big) throw Failure(CDCMTK_NOT_DICOM, "neither a DICOM prefix nor a data set");
    const bool letters = head[4] >= 'A' && head[4] <= 'Z' && head[5] >= 'A' && head[5] <= 'Z';
    if (big && !letters) throw Failure(CDCMTK_NOT_DICOM, "neither a DICOM prefix nor a data set");
    return {letters, big};
}

}  // namespace cdcmtk
