// The structure check that runs before DCMTK: a loop with its own stack.

#include "CDCMTK_header.hpp"

#include <algorithm>
#include <map>

namespace cdcmtk {
namespace {

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
    Scanner(const ByteSource &source, uint64_t begin, Encoding encoding, const std::vector<uint32_t> &apart)
        : window(source), position(begin), size(source.size()), apart(apart) {
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
    std::map<uint32_t, Header> top_level;
    DataSetScan result;
    /// Tags of the sequences whose items are noted, and whether one of them is open.
    const std::vector<uint32_t> &apart;
    bool is_apart = false;

    /// Reads one header. True at the end of the data set.
    bool step() {
        while (levels.size() > 1 && !levels.back().undefined && position == levels.back().end) leave();
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
            position = header.value;
            leave();
            return;
        }
        if (header.tag != item_tag) malformed("a sequence holds something that is no item");
        count_item();
        if (is_apart && levels.size() == 2) result.apart.back().items.push_back({header.value, header.length});
        open(false, header, level, level.encoding, false);
    }

    void step_in_item(const Level &level, const Header &header) {
        if (header.tag == item_end && levels.size() > 1 && level.undefined && header.length == 0) {
            if (is_apart && levels.size() == 3) close_item();
            position = header.value;
            leave();
            return;
        }
        if (is_delimiter(header.tag)) malformed("an item or a delimiter outside a sequence");
        if (++elements > maximum_elements) limit("more elements than any image has");
        if (levels.size() == 1) enter_top_level(header);
        const bool top_pixels = levels.size() == 1 && header.tag == pixel_tag;
        if (levels.size() == 1 && header.vr == EVR_SQ) enter_sequence(header);
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

    /// Begins to note the items of a top-level sequence, if it is one of those.
    void enter_sequence(const Header &header) {
        if (std::find(apart.begin(), apart.end(), header.tag) == apart.end()) return;
        // Of an element that occurs twice the parser sees both, or none.
        const auto same = [&](const ApartSequence &known) { return known.tag == header.tag; };
        if (std::any_of(result.apart.begin(), result.apart.end(), same)) malformed("a sequence occurs twice");
        ApartSequence sequence;
        sequence.tag = header.tag;
        sequence.element_begin = position;
        result.apart.push_back(std::move(sequence));
        is_apart = true;
    }

    /// Ends an item of undefined length that is noted: its delimiter begins here.
    void close_item() {
        Fragment &item = result.apart.back().items.back();
        const uint64_t length = position - item.offset;
        if (length >= undefined_length) limit("an item is larger than 4 GiB");
        item.length = static_cast<uint32_t>(length);
    }

    /// Leaves the innermost level, behind which the position is.
    void leave() {
        levels.pop_back();
        if (!is_apart || levels.size() > 1) return;
        result.apart.back().element_end = position;
        is_apart = false;
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

    void enter_top_level(const Header &header) {
        const auto [known, is_new] = top_level.emplace(header.tag, header);
        // Which of two values counts would depend on the reader. Writers that repeat an element as it is exist.
        if (!is_new && !same_value(known->second, header)) malformed("an element occurs twice, with different values");
        if (top_level.size() > maximum_top_level_elements) limit("more elements than any image has");
    }

    /// Whether two short values are equal, byte by byte.
    bool same_value(const Header &left, const Header &right) {
        if (left.length != right.length || left.length > 1024 || right.length > size - right.value) return false;
        for (uint32_t i = 0; i < left.length; ++i)
            if (*window.at(left.value + i, 1) != *window.at(right.value + i, 1)) return false;
        return true;
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

}  // namespace

DataSetScan scan_data_set(const ByteSource &source, uint64_t begin, Encoding encoding,
                          const std::vector<uint32_t> &apart) {
    return Scanner(source, begin, encoding, apart).run();
}

}  // namespace cdcmtk
