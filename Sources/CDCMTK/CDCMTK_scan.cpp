// The structure check that runs before DCMTK: a loop with its own stack.

#include "CDCMTK_scan.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

namespace cdcmtk {
namespace {

constexpr uint32_t undefined_length = 0xffffffff;
constexpr uint32_t item_tag = 0xfffee000, item_end = 0xfffee00d, sequence_end = 0xfffee0dd, pixel_tag = 0x7fe00010;

[[noreturn]] void malformed(const char *why) { throw Failure(CDCMTK_MALFORMED, why); }

uint16_t word(const uint8_t *p, bool big) {
    return static_cast<uint16_t>(big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}
uint32_t long_word(const uint8_t *p, bool big) {
    return big ? uint32_t(word(p, big)) << 16 | word(p + 2, big) : uint32_t(word(p + 2, big)) << 16 | word(p, big);
}

/// Small reads through a window, so that skipping over values costs no system call for each element.
class Window {
  public:
    explicit Window(const ByteSource &source) : source(source), buffer(1 << 16) {}
    uint64_t size() const { return source.size(); }

    /// The address of `count` ≤ 16 bytes that are known to exist.
    const uint8_t *at(uint64_t offset, size_t count) {
        if (offset < begin || offset + count > begin + filled) {
            begin = offset;
            filled = static_cast<size_t>(std::min<uint64_t>(buffer.size(), source.size() - offset));
            source.read(begin, buffer.data(), filled);
        }
        return buffer.data() + (offset - begin);
    }

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

bool is_delimiter(uint32_t tag) { return tag >> 16 == 0xfffe; }

/// The tag, VR and length at `offset`; `end` is where the enclosing level ends at the latest.
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

/// A sequence or an item that is open.
struct Level {
    bool is_sequence;
    bool undefined;
    /// Where it ends; of an undefined length, where the level around it ends.
    uint64_t end;
    Encoding encoding;
    /// Only guessed to be a sequence: when its contents are no items it is an opaque value.
    bool tentative;
};

class Scanner {
  public:
    Scanner(const ByteSource &source, uint64_t begin, Encoding encoding)
        : window(source), position(begin), size(source.size()) {
        levels.push_back({false, false, size, encoding, false});
    }

    DataSetScan run() {
        while (true) {
            try {
                if (step()) return result;
            } catch (const Failure &failure) {
                if (failure.status != CDCMTK_MALFORMED || over_limit || !leave_tentative()) throw;
            }
        }
    }

  private:
    Window window;
    uint64_t position, size, items = 0, elements = 0;
    bool over_limit = false;
    std::vector<Level> levels;
    std::set<uint32_t> top_level;
    DataSetScan result;

    /// Reads one header. True at the end of the data set.
    bool step() {
        while (levels.size() > 1 && !levels.back().undefined && position == levels.back().end) levels.pop_back();
        const Level level = levels.back();
        if (levels.size() == 1 && (position == size || only_zeros_follow())) {
            result.data_end = position;
            return true;
        }
        const Header header = read_header(window, position, level.end, level.encoding);
        if (level.is_sequence)
            step_in_sequence(level, header);
        else
            step_in_item(level, header);
        return false;
    }

    void step_in_sequence(const Level &level, const Header &header) {
        if (header.tag == sequence_end && level.undefined && header.length == 0) {
            levels.pop_back();
            position = header.value;
            return;
        }
        if (header.tag != item_tag) malformed("a sequence holds something that is no item");
        count_item();
        open(false, header, level, level.encoding, false);
    }

    void step_in_item(const Level &level, const Header &header) {
        if (header.tag == item_end && levels.size() > 1 && level.undefined && header.length == 0) {
            levels.pop_back();
            position = header.value;
            return;
        }
        if (is_delimiter(header.tag)) malformed("an item or a delimiter outside a sequence");
        if (++elements > maximum_elements) limit("more elements than any image has");
        if (levels.size() == 1) enter_top_level(header.tag);
        const bool top_pixels = levels.size() == 1 && header.tag == pixel_tag;
        if (header.length == undefined_length) {
            enter_undefined(level, header, top_pixels);
            return;
        }
        if (header.length > level.end - header.value) {
            if (top_pixels) throw Failure(CDCMTK_TRUNCATED_PIXELS, "the file ends inside the pixel data");
            malformed("an element is longer than what is left");
        }
        if (top_pixels) note_native(level, header);
        if (header.vr == EVR_SQ)
            open(true, header, level, level.encoding, false);
        else if (may_be_sequence(level, header))
            open(true, header, level, level.encoding, true);
        else
            position = header.value + header.length;
    }

    void enter_undefined(const Level &level, const Header &header, bool top_pixels) {
        if (header.tag == pixel_tag && header.vr != EVR_SQ) {
            PixelLocation ignored;
            skip_fragments(level, header, top_pixels ? result.pixels : ignored, top_pixels);
            return;
        }
        Encoding inside = level.encoding;
        // A sequence of unknown VR is written as implicit VR little endian (PS3.5 section 6.2.2).
        if (level.encoding.explicit_vr && header.vr == EVR_UN) inside = {false, false};
        const bool allowed = header.vr == EVR_SQ || header.vr == EVR_UN || !level.encoding.explicit_vr;
        if (!allowed) malformed("an element that is no sequence has an undefined length");
        open(true, header, level, inside, false);
    }

    void open(bool is_sequence, const Header &header, const Level &parent, Encoding encoding, bool tentative) {
        const bool undefined = header.length == undefined_length;
        if (!undefined && header.length > parent.end - header.value) malformed("an item is longer than its sequence");
        // Each level of nesting is a sequence and an item.
        if (is_sequence && levels.size() > 2 * maximum_depth) limit("sequences are nested too deeply");
        levels.push_back({is_sequence, undefined, undefined ? parent.end : header.value + header.length, encoding,
                          tentative});
        position = header.value;
    }

    /// DCMTK's dictionary of private tags depends on private creators: in implicit VR any private value that starts
    /// like an item may become a sequence there, so its nesting counts here.
    bool may_be_sequence(const Level &level, const Header &header) {
        if (level.encoding.explicit_vr || header.length < 8) return false;
        if (header.vr != EVR_UNKNOWN && header.vr != EVR_UN && !(header.tag >> 16 & 1)) return false;
        const uint8_t *p = window.at(header.value, 4);
        return p[0] == 0xfe && p[1] == 0xff && p[2] == 0x00 && p[3] == 0xe0;
    }

    /// Takes the innermost guess back and goes on behind it. False when there is none.
    bool leave_tentative() {
        const auto guess = std::find_if(levels.rbegin(), levels.rend(), [](const Level &l) { return l.tentative; });
        if (guess == levels.rend()) return false;
        position = guess->end;
        levels.erase(guess.base() - 1, levels.end());
        return true;
    }

    void note_native(const Level &level, const Header &header) {
        result.pixels.kind = CDCMTK_PIXELS_NATIVE;
        result.pixels.element_begin = position;
        result.pixels.element_end = header.value + header.length;
        result.pixels.offset = header.value;
        result.pixels.length = header.length;
        result.pixels.words = !level.encoding.explicit_vr || header.vr == EVR_OW;
    }

    void skip_fragments(const Level &level, const Header &header, PixelLocation &pixels, bool top) {
        const CDCMTK_status cut = top ? CDCMTK_TRUNCATED_PIXELS : CDCMTK_MALFORMED;
        pixels.kind = CDCMTK_PIXELS_ENCAPSULATED;
        pixels.element_begin = position;
        uint64_t at = header.value;
        bool first = true;
        while (true) {
            if (level.end - at < 8) throw Failure(cut, "the file ends between the fragments of the pixel data");
            const uint8_t *p = window.at(at, 8);
            const uint32_t tag = uint32_t(word(p, level.encoding.big_endian)) << 16 |
                                 word(p + 2, level.encoding.big_endian);
            const uint32_t length = long_word(p + 4, level.encoding.big_endian);
            at += 8;
            if (tag == sequence_end) break;
            if (tag != item_tag) malformed("the encapsulated pixel data hold something that is no fragment");
            if (length > level.end - at) throw Failure(cut, "the file ends inside a fragment of the pixel data");
            if (first)
                pixels.offset_table = {at, length};
            else
                pixels.fragments.push_back({at, length});
            count_item();
            first = false;
            at += length;
        }
        pixels.element_end = position = at;
    }

    void enter_top_level(uint32_t tag) {
        // Which of the two counts would depend on the reader.
        if (!top_level.insert(tag).second) malformed("an element occurs twice");
        if (top_level.size() > maximum_top_level_elements) limit("more elements than any image has");
    }

    void count_item() {
        if (++items > maximum_items) limit("more sequence items than any image has");
    }

    [[noreturn]] void limit(const char *why) {
        over_limit = true;
        malformed(why);
    }

    /// Some writers pad files with zeros.
    bool only_zeros_follow() {
        for (uint64_t at = position; at < size;) {
            const size_t count = static_cast<size_t>(std::min<uint64_t>(16, size - at));
            const uint8_t *p = window.at(at, count);
            if (std::any_of(p, p + count, [](uint8_t byte) { return byte != 0; })) return false;
            at += count;
        }
        return true;
    }
};

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

DataSetScan scan_data_set(const ByteSource &source, uint64_t begin, Encoding encoding) {
    return Scanner(source, begin, encoding).run();
}

}  // namespace cdcmtk
