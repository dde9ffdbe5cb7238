// The structure check that runs before DCMTK. It does not recurse, so deep nesting cannot overflow the stack, which
// kills DCMTK 3.6.7 at some thousand levels (upstream limits it to 64 levels only from 885ff0f10, 2026).

#pragma once

#include "CDCMTK_internal.hpp"

namespace cdcmtk {

/// How elements are written (PS3.5 section 7.1).
struct Encoding {
    bool explicit_vr = true;
    bool big_endian = false;
};

struct Fragment {
    uint64_t offset;
    uint32_t length;
};

/// Where the top-level pixel data lie.
struct PixelLocation {
    CDCMTK_pixel_kind kind = CDCMTK_PIXELS_NONE;
    /// The whole element, tag to delimiter, to be left out of what DCMTK parses.
    uint64_t element_begin = 0, element_end = 0;
    /// The value of native pixel data.
    uint64_t offset = 0, length = 0;
    /// Native pixel data are 16-bit words (VR OW), which a big-endian file stores swapped whatever Bits Allocated is.
    bool words = true;
    /// Encapsulated: the basic offset table, then each fragment.
    Fragment offset_table = {0, 0};
    std::vector<Fragment> fragments;
};

/// A top-level sequence whose items are parsed one by one, when they are asked for.
struct ApartSequence {
    uint32_t tag;
    /// The whole element, to be left out of what is parsed at once.
    uint64_t element_begin = 0, element_end = 0;
    /// What stands in each item.
    std::vector<Fragment> items;
};

/// File meta information (PS3.10 section 7.1).
struct Meta {
    bool has_magic = false, odd_preamble = false;
    std::string transfer_syntax, media_class, media_instance;
    /// Where the data set starts.
    uint64_t data_begin = 0;
};

constexpr int maximum_depth = 64;
constexpr uint64_t maximum_items = 1'000'000;
constexpr uint64_t maximum_elements = 2'000'000;
constexpr size_t maximum_top_level_elements = 65'536;

/// Reads the preamble and group 2, by their tags and not by the group length, which can lie.
Meta scan_meta(const ByteSource &source);

/// The encoding that the first element of a data set is written in; fails when it looks like none. `prefixed` says that
/// the file claims to be DICOM.
Encoding guess_encoding(const ByteSource &source, uint64_t begin, bool prefixed);

struct DataSetScan {
    PixelLocation pixels;
    /// Where the elements end; only zeros follow.
    uint64_t data_end = 0;
    /// Those that were asked for and are there, in the order of the file.
    std::vector<ApartSequence> apart;
};

/// Walks over all elements from `begin` to the end of the source, and notes where the items of some sequences lie.
DataSetScan scan_data_set(const ByteSource &source, uint64_t begin, Encoding encoding,
                          const std::vector<uint32_t> &apart = {});

}  // namespace cdcmtk
