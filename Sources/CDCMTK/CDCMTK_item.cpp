// Reading elements of a data set that DCMTK has parsed.

#include "CDCMTK_item.h"
#include "CDCMTK_internal.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfcache.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcuid.h>

using namespace cdcmtk;

namespace {

DcmElement *element_of(CDCMTK_item *item, uint16_t group, uint16_t number) {
    DcmElement *found = nullptr;
    if (!item || dcm_item(item)->findAndGetElement(DcmTagKey(group, number), found).bad()) return nullptr;
    return found;
}

DcmSequenceOfItems *sequence_of(CDCMTK_item *item, uint16_t group, uint16_t number) {
    return dynamic_cast<DcmSequenceOfItems *>(element_of(item, group, number));
}

/// Bytes of the value; 0 for what has none of its own: sequences, and pixel data in fragments (of an icon).
uint32_t value_length(DcmElement &element) {
    const bool sequence = dynamic_cast<DcmSequenceOfItems *>(&element) != nullptr;
    const Uint32 length = element.getLengthField();
    return sequence || length == DCM_UndefinedLength ? 0 : length;
}

CDCMTK_element described(DcmElement &element) {
    CDCMTK_element result = {};
    result.group = element.getGTag();
    result.element = element.getETag();
    std::snprintf(result.vr, sizeof result.vr, "%s", DcmVR(element.ident()).getValidVRName());
    result.length = value_length(element);
    return result;
}

/// The undecoded value. DCMTK's string getters would strip and "correct" it.
std::vector<char> raw_value(DcmElement &element) {
    std::vector<char> bytes(value_length(element));
    if (bytes.empty()) return bytes;
    DcmFileCache cache;
    const OFCondition condition = element.getPartialValue(bytes.data(), 0, static_cast<Uint32>(bytes.size()), &cache,
                                                          EBO_LittleEndian);
    if (condition.bad()) throw Failure(CDCMTK_INTERNAL, condition.text());
    return bytes;
}

bool is_decimal(DcmEVR vr) { return vr == EVR_DS || vr == EVR_IS; }

/// The VR by which a value is read. Relays that do not know an attribute write it as UN; the dictionary knows more.
DcmEVR value_vr(DcmElement &element) {
    const DcmEVR vr = element.ident();
    if (vr != EVR_UN && vr != EVR_UNKNOWN && vr != EVR_UNKNOWN2B) return vr;
    return DcmTag(element.getTag().getXTag()).getEVR();
}

/// Bytes of one binary value, 0 for what is none.
size_t binary_size(DcmEVR vr) {
    switch (vr) {
    case EVR_US: case EVR_SS: case EVR_xs: case EVR_OW: case EVR_ox: case EVR_lt: return 2;
    case EVR_UL: case EVR_SL: case EVR_FL: case EVR_OF: case EVR_OL: case EVR_AT: case EVR_up: return 4;
    case EVR_FD: case EVR_OD: case EVR_UV: case EVR_SV: case EVR_OV: return 8;
    default: return 0;
    }
}

/// The text of one of the values that backslashes separate, without padding.
bool text_at(DcmElement &element, size_t index, std::string &text) {
    const std::vector<char> bytes = raw_value(element);
    auto begin = bytes.begin();
    for (; index > 0; --index) {
        begin = std::find(begin, bytes.end(), '\\');
        if (begin == bytes.end()) return false;
        ++begin;
    }
    text.assign(begin, std::find(begin, bytes.end(), '\\'));
    const char *padding = " \0";
    const auto first = text.find_first_not_of(padding, 0, 2);
    if (first == std::string::npos) return false;
    text = text.substr(first, text.find_last_not_of(padding, std::string::npos, 2) - first + 1);
    return true;
}

template <typename Number>
Number little_endian(const std::vector<char> &bytes, size_t index) {
    Number number;
    std::memcpy(&number, bytes.data() + index * sizeof number, sizeof number);
    return number;
}

/// A binary value as a double; integers of up to 32 bits are exact.
bool binary_at(DcmElement &element, size_t index, double &result) {
    const DcmEVR vr = value_vr(element);
    const size_t size = binary_size(vr);
    const std::vector<char> bytes = raw_value(element);
    if (size == 0 || index >= bytes.size() / size) return false;
    switch (vr) {
    case EVR_SS: result = little_endian<int16_t>(bytes, index); break;
    case EVR_SL: result = little_endian<int32_t>(bytes, index); break;
    case EVR_SV: result = static_cast<double>(little_endian<int64_t>(bytes, index)); break;
    case EVR_FL: case EVR_OF: result = little_endian<float>(bytes, index); break;
    case EVR_FD: case EVR_OD: result = little_endian<double>(bytes, index); break;
    default:
        result = size == 2   ? little_endian<uint16_t>(bytes, index)
                 : size == 4 ? little_endian<uint32_t>(bytes, index)
                             : static_cast<double>(little_endian<uint64_t>(bytes, index));
    }
    return true;
}

bool number_at(DcmElement &element, size_t index, double &result) {
    if (!is_decimal(value_vr(element))) return binary_at(element, index, result) && std::isfinite(result);
    std::string text;
    if (!text_at(element, index, text)) return false;
    // Only what PS3.5 table 6.2-1 allows: from_chars would also take "nan" and "inf".
    if (text.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
    const char *begin = text.c_str() + (text[0] == '+' ? 1 : 0), *end = text.c_str() + text.size();
    double number = 0;
    const std::from_chars_result parsed = std::from_chars(begin, end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) return false;
    if (!std::isfinite(number)) return false;
    result = number;
    return true;
}

}  // namespace

size_t CDCMTK_item_element_count(CDCMTK_item *item) {
    return guarded<size_t>(nullptr, 0, [&] { return static_cast<size_t>(dcm_item(item)->card()); });
}

// Both lists walk from node to node: access by index starts at the first node each time.
size_t CDCMTK_item_list_elements(CDCMTK_item *item, CDCMTK_element *elements, size_t capacity) {
    return guarded<size_t>(nullptr, 0, [&] {
        size_t count = 0;
        DcmObject *object = nullptr;
        while (count < capacity && (object = dcm_item(item)->nextInContainer(object)) != nullptr)
            if (auto *element = dynamic_cast<DcmElement *>(object)) elements[count++] = described(*element);
        return count;
    });
}

bool CDCMTK_item_find(CDCMTK_item *item, uint16_t group, uint16_t number, CDCMTK_element *found) {
    return guarded<bool>(nullptr, false, [&] {
        DcmElement *element = element_of(item, group, number);
        if (element) *found = described(*element);
        return element != nullptr;
    });
}

bool CDCMTK_item_copy_value(CDCMTK_item *item, uint16_t group, uint16_t number, void *target, uint32_t length) {
    return guarded<bool>(nullptr, false, [&] {
        DcmElement *element = element_of(item, group, number);
        if (!element || value_length(*element) != length) return false;
        const bool undefined = element->getLengthField() == DCM_UndefinedLength;
        if (undefined || dynamic_cast<DcmSequenceOfItems *>(element)) return false;
        const std::vector<char> bytes = raw_value(*element);
        if (length > 0) std::memcpy(target, bytes.data(), length);
        return true;
    });
}

size_t CDCMTK_item_value_count(CDCMTK_item *item, uint16_t group, uint16_t number) {
    return guarded<size_t>(nullptr, 0, [&]() -> size_t {
        DcmElement *element = element_of(item, group, number);
        if (!element || value_length(*element) == 0) return 0;
        const size_t size = binary_size(value_vr(*element));
        const std::vector<char> bytes = raw_value(*element);
        if (size > 0) return bytes.size() / size;
        return 1 + static_cast<size_t>(std::count(bytes.begin(), bytes.end(), '\\'));
    });
}

bool CDCMTK_item_get_double(CDCMTK_item *item, uint16_t group, uint16_t number, size_t index, double *result) {
    return guarded<bool>(nullptr, false, [&] {
        DcmElement *element = element_of(item, group, number);
        return element && number_at(*element, index, *result);
    });
}

bool CDCMTK_item_get_integer(CDCMTK_item *item, uint16_t group, uint16_t number, size_t index, int64_t *result) {
    return guarded<bool>(nullptr, false, [&] {
        DcmElement *element = element_of(item, group, number);
        double value = 0;
        if (!element || !number_at(*element, index, value)) return false;
        // Beyond 2^53 a double no longer tells integers apart.
        if (value != std::floor(value) || std::fabs(value) > 9007199254740992.0) return false;
        *result = static_cast<int64_t>(value);
        return true;
    });
}

int64_t CDCMTK_item_sequence_count(CDCMTK_item *item, uint16_t group, uint16_t number) {
    return guarded<int64_t>(nullptr, -1, [&]() -> int64_t {
        DcmSequenceOfItems *sequence = sequence_of(item, group, number);
        return sequence ? static_cast<int64_t>(sequence->card()) : -1;
    });
}

size_t CDCMTK_item_list_items(CDCMTK_item *item, uint16_t group, uint16_t number, CDCMTK_item **items,
                              size_t capacity) {
    return guarded<size_t>(nullptr, 0, [&] {
        size_t count = 0;
        DcmSequenceOfItems *sequence = sequence_of(item, group, number);
        DcmObject *object = nullptr;
        while (sequence && count < capacity && (object = sequence->nextInContainer(object)) != nullptr)
            if (auto *entry = dynamic_cast<DcmItem *>(object)) items[count++] = handle(entry);
        return count;
    });
}

bool CDCMTK_tag_for_keyword(const char *keyword, uint16_t *group, uint16_t *element) {
    return guarded<bool>(nullptr, false, [&] {
        // DCMTK would also take "0010,0010".
        if (!std::isalpha(static_cast<unsigned char>(keyword[0]))) return false;
        DcmTag tag;
        if (DcmTag::findTagFromName(keyword, tag).bad()) return false;
        *group = tag.getGTag();
        *element = tag.getETag();
        return true;
    });
}

bool CDCMTK_keyword_for_tag(uint16_t group, uint16_t element, char *keyword, size_t capacity) {
    return guarded<bool>(nullptr, false, [&] {
        DcmTag tag{DcmTagKey(group, element)};
        const std::string name = tag.getTagName();
        if (name.empty() || name == DcmTag_ERROR_TagName || name.size() >= capacity) return false;
        std::memcpy(keyword, name.c_str(), name.size() + 1);
        return true;
    });
}

void CDCMTK_vr_for_tag(uint16_t group, uint16_t element, char vr[3]) {
    guarded<bool>(nullptr, false, [&] {
        std::snprintf(vr, 3, "%s", DcmVR(DcmTag(DcmTagKey(group, element)).getEVR()).getValidVRName());
        return true;
    });
}

bool CDCMTK_dictionary_is_loaded(void) {
    return guarded<bool>(nullptr, false, [] { return dcmDataDict.isDictionaryLoaded() == OFTrue; });
}

const char *CDCMTK_version(void) { return OFFIS_DCMTK_VERSION_STRING; }
