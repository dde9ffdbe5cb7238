// Opening a file: meta information, inflation, structure check, and DCMTK's parser on what is not pixel data.

#include "CDCMTK_handle.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcistrmb.h>

using namespace cdcmtk;

namespace {

constexpr uint64_t largest_header = 128u << 20;
constexpr const char *implicit_little = "1.2.840.10008.1.2", *explicit_little = "1.2.840.10008.1.2.1",
                     *explicit_big = "1.2.840.10008.1.2.2", *deflated_little = "1.2.840.10008.1.2.1.99";

/// The bytes between the pixel data and the sequences that are left for later.
std::vector<uint8_t> header_bytes(const ByteSource &source, uint64_t begin, const DataSetScan &scan) {
    std::vector<std::pair<uint64_t, uint64_t>> left_out;
    if (scan.pixels.kind != CDCMTK_PIXELS_NONE)
        left_out.emplace_back(scan.pixels.element_begin, scan.pixels.element_end);
    for (const ApartSequence &sequence : scan.apart)
        left_out.emplace_back(sequence.element_begin, sequence.element_end);
    left_out.emplace_back(scan.data_end, scan.data_end);
    std::sort(left_out.begin(), left_out.end());
    std::vector<uint8_t> bytes;
    for (const auto &[first, last] : left_out) {
        const uint64_t count = first - begin, before = bytes.size();
        if (before + count > largest_header)
            throw Failure(CDCMTK_TOO_LARGE, "the data set has more than 128 MiB beside the pixel data");
        bytes.resize(static_cast<size_t>(before + count));
        source.read(begin, bytes.data() + before, static_cast<size_t>(count));
        begin = last;
    }
    return bytes;
}

std::unique_ptr<DcmDataset> parse(const std::vector<uint8_t> &bytes, Encoding encoding) {
    auto data_set = std::make_unique<DcmDataset>();
    if (bytes.empty()) return data_set;
    DcmInputBufferStream stream;
    stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
    stream.setEos();
    const E_TransferSyntax syntax = !encoding.explicit_vr ? EXS_LittleEndianImplicit
                                    : encoding.big_endian ? EXS_BigEndianExplicit
                                                          : EXS_LittleEndianExplicit;
    data_set->transferInit();
    const OFCondition condition = data_set->read(stream, syntax, EGL_noChange);
    data_set->transferEnd();
    // DCMTK's text names only the kind of error, never a value.
    if (condition.bad()) throw Failure(CDCMTK_MALFORMED, std::string("DCMTK: ") + condition.text());
    return data_set;
}

Encoding encoding_of(const std::string &syntax) {
    if (syntax == implicit_little) return {false, false};
    if (syntax == explicit_big) return {true, true};
    return {true, false};
}

const char *name_of(Encoding encoding) {
    return !encoding.explicit_vr ? implicit_little : encoding.big_endian ? explicit_big : explicit_little;
}

/// Structure errors in something without the DICOM prefix mean that it never was DICOM.
Failure judged(const Failure &failure, const Meta &meta) {
    const bool structure = failure.status == CDCMTK_MALFORMED || failure.status == CDCMTK_NOT_DICOM;
    if (!structure) return failure;
    const bool dicom = meta.has_magic || !meta.transfer_syntax.empty();
    return Failure(dicom ? CDCMTK_MALFORMED : CDCMTK_NOT_DICOM, failure.what());
}

void parse_into(CDCMTK_file &file, const std::vector<uint32_t> &apart) {
    Encoding encoding = encoding_of(file.meta.transfer_syntax);
    uint64_t begin = file.meta.data_begin;
    if (file.meta.transfer_syntax.empty()) {
        encoding = guess_encoding(*file.source, begin, file.meta.has_magic);
        file.guessed = true;
        file.meta.transfer_syntax = name_of(encoding);
    } else if (file.meta.transfer_syntax == deflated_little) {
        file.source = memory_source(inflate(*file.source, begin));
        begin = 0;
    }
    file.encoding = encoding;
    DataSetScan scan = scan_data_set(*file.source, begin, encoding, apart);
    file.data_set = parse(header_bytes(*file.source, begin, scan), encoding);
    file.pixels = std::move(scan.pixels);
    file.apart = std::move(scan.apart);
}

CDCMTK_file *open_source(std::shared_ptr<const ByteSource> source, const std::vector<uint32_t> &apart = {}) {
    if (!dcmDataDict.isDictionaryLoaded())
        throw Failure(CDCMTK_NO_DICTIONARY, "the data dictionary of DCMTK is missing: check DCMDICTPATH");
    auto file = std::make_unique<CDCMTK_file>();
    file->file_size = source->size();
    file->source = std::move(source);
    try {
        file->meta = scan_meta(*file->source);
    } catch (const Failure &failure) {
        throw judged(failure, Meta());
    }
    const Meta before = file->meta;
    try {
        parse_into(*file, apart);
    } catch (const Failure &failure) {
        throw judged(failure, before);
    }
    return file.release();
}

void copy_uid(char target[65], const std::string &text) { std::snprintf(target, 65, "%s", text.c_str()); }

}  // namespace

CDCMTK_file *CDCMTK_file_open(const char *path, CDCMTK_error *error) {
    return guarded<CDCMTK_file *>(error, nullptr, [&]() -> CDCMTK_file * {
        // O_NONBLOCK so that a pipe cannot hold the caller.
        const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (descriptor < 0) {
            const bool link = errno == ELOOP;
            throw Failure(link ? CDCMTK_NOT_REGULAR : CDCMTK_IO_ERROR, "opening the file failed", errno);
        }
        struct Closer {
            int descriptor;
            ~Closer() { close(descriptor); }
        } closer{descriptor};
        return open_source(file_source(descriptor));
    });
}

CDCMTK_file *CDCMTK_file_open_descriptor(int descriptor, CDCMTK_error *error) {
    return guarded<CDCMTK_file *>(error, nullptr, [&] { return open_source(file_source(descriptor)); });
}

CDCMTK_file *CDCMTK_file_open_apart(int descriptor, const uint32_t *tags, size_t count, CDCMTK_error *error) {
    return guarded<CDCMTK_file *>(error, nullptr, [&] {
        return open_source(file_source(descriptor), std::vector<uint32_t>(tags, tags + count));
    });
}

size_t CDCMTK_file_apart_count(const CDCMTK_file *file, uint32_t tag) {
    for (const ApartSequence &sequence : file->apart)
        if (sequence.tag == tag) return sequence.items.size();
    return 0;
}

bool CDCMTK_file_is_apart(const CDCMTK_file *file, uint32_t tag) {
    for (const ApartSequence &sequence : file->apart)
        if (sequence.tag == tag) return true;
    return false;
}

CDCMTK_file *CDCMTK_file_open_apart_item(const CDCMTK_file *file, uint32_t tag, size_t index, CDCMTK_error *error) {
    return guarded<CDCMTK_file *>(error, nullptr, [&]() -> CDCMTK_file * {
        for (const ApartSequence &sequence : file->apart) {
            if (sequence.tag != tag || index >= sequence.items.size()) continue;
            const Fragment &place = sequence.items[index];
            if (place.length > largest_header) throw Failure(CDCMTK_TOO_LARGE, "an item has more than 128 MiB");
            std::vector<uint8_t> bytes(place.length);
            file->source->read(place.offset, bytes.data(), bytes.size());
            auto item = std::make_unique<CDCMTK_file>();
            item->encoding = file->encoding;
            item->data_set = parse(bytes, file->encoding);
            return item.release();
        }
        throw Failure(CDCMTK_INTERNAL, "there is no such item");
    });
}

CDCMTK_file *CDCMTK_file_open_memory(const void *bytes, size_t length, CDCMTK_error *error) {
    return guarded<CDCMTK_file *>(error, nullptr, [&] {
        const auto *begin = static_cast<const uint8_t *>(bytes);
        return open_source(memory_source(std::vector<uint8_t>(begin, begin + length)));
    });
}

void CDCMTK_file_close(CDCMTK_file *file) {
    guarded<bool>(nullptr, false, [&] {
        delete file;
        return true;
    });
}

CDCMTK_file_info CDCMTK_file_get_info(const CDCMTK_file *file) {
    CDCMTK_file_info info = {};
    info.file_size = file->file_size;
    copy_uid(info.transfer_syntax, file->meta.transfer_syntax);
    copy_uid(info.media_storage_class, file->meta.media_class);
    copy_uid(info.media_storage_instance, file->meta.media_instance);
    info.no_meta = file->guessed;
    info.odd_preamble = file->meta.odd_preamble;
    info.pixel_kind = file->pixels.kind;
    info.pixel_length = file->pixels.length;
    info.fragment_count = file->pixels.fragments.size();
    return info;
}

CDCMTK_item *CDCMTK_file_dataset(CDCMTK_file *file) { return handle(file->data_set.get()); }

bool CDCMTK_file_read_pixels(const CDCMTK_file *file, uint64_t offset, void *target, size_t length,
                             CDCMTK_error *error) {
    return guarded<bool>(error, false, [&] {
        if (file->pixels.kind != CDCMTK_PIXELS_NATIVE)
            throw Failure(CDCMTK_MISSING_ATTRIBUTE, "the file has no native pixel data");
        if (offset > file->pixels.length || length > file->pixels.length - offset)
            throw Failure(CDCMTK_TRUNCATED_PIXELS, "the pixel data end too early");
        file->source->read(file->pixels.offset + offset, target, length);
        return true;
    });
}
