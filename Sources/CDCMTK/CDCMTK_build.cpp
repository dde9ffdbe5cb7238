#include "CDCMTK_build.h"

#include "CDCMTK_internal.hpp"

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dcwcache.h>

struct CDCMTK_builder {
    DcmDataset dataset;
    std::string message;
};

namespace {

constexpr size_t pieceSize = 1 << 20, itemPieceSize = 1 << 14;

DcmTagKey key(uint32_t tag) { return DcmTagKey(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xFFFF)); }

DcmItem &itemOf(CDCMTK_builder_item *item) { return *reinterpret_cast<DcmItem *>(item); }

/// Runs a body that returns an OFCondition; no exception leaves, and a failure leaves its message in the builder.
template <typename Body> int32_t guarded(CDCMTK_builder *builder, Body body) noexcept {
    try {
        const OFCondition status = body();
        if (status.good()) return 0;
        builder->message = status.text();
    } catch (const std::exception &error) {
        try {
            builder->message = error.what();
        } catch (...) {
        }
    } catch (...) {
    }
    return 1;
}

OFCondition failure(const char *text) { return makeOFCondition(OFM_dcmdata, 1000, OF_error, text); }

OFCondition checkLength(size_t bytes) {
    return bytes < 0xFFFFFFFEu ? EC_Normal : failure("a value field is limited to 4 GiB");
}

/// Creates an element, lets the body fill it, and hands it to the item, replacing one of the same tag.
template <typename Fill> OFCondition put(DcmItem &item, uint32_t tag, const char *vr, Fill fill) {
    DcmElement *created = nullptr;
    OFCondition status = DcmItem::newDicomElementWithVR(created, DcmTag(key(tag), DcmVR(vr)));
    std::unique_ptr<DcmElement> element(created);
    if (status.bad()) return status;
    if (!element) return EC_MemoryExhausted;
    status = fill(*element);
    if (status.bad()) return status;
    status = item.insert(element.get(), OFTrue);
    if (status.good()) element.release();
    return status;
}

bool isText(const char *vr) {
    static const char *const known[] = {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT",
                                        "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"};
    for (const char *name : known)
        if (std::strcmp(name, vr) == 0) return true;
    return false;
}

// MARK: - File meta information (PS3.10 section 7.1)

/// An element in Explicit VR Little Endian with a two-byte length field; the value is padded to even length.
void appendMeta(std::string &out, uint16_t element, const char *vr, std::string value) {
    if (value.size() % 2) value.push_back(std::strcmp(vr, "UI") == 0 ? '\0' : ' ');
    const size_t count = value.size();
    const char head[] = {2, 0, static_cast<char>(element & 0xFF), static_cast<char>(element >> 8)};
    out.append(head, 4).append(vr, 2);
    if (std::strcmp(vr, "OB") == 0) {
        const char length[] = {0, 0, static_cast<char>(count), 0, 0, 0};
        out.append(length, 6);
    } else {
        const char length[] = {static_cast<char>(count & 0xFF), static_cast<char>(count >> 8)};
        out.append(length, 2);
    }
    out += value;
}

OFCondition fileHead(DcmDataset &dataset, const CDCMTK_file_meta &meta, std::string &head) {
    OFString classUID, instanceUID;
    OFCondition status = dataset.findAndGetOFString(DCM_SOPClassUID, classUID);
    if (status.good()) status = dataset.findAndGetOFString(DCM_SOPInstanceUID, instanceUID);
    if (status.bad()) return status;
    if (classUID.empty() || instanceUID.empty()) return failure("SOP Class UID or SOP Instance UID is empty");
    const std::string implementation(meta.implementation_class_uid), version(meta.implementation_version_name);
    if (implementation.size() > 64 || version.size() > 16 || classUID.size() > 64 || instanceUID.size() > 64)
        return failure("a value of the file meta information is too long");

    std::string group;
    appendMeta(group, 0x0001, "OB", std::string("\0\1", 2));
    appendMeta(group, 0x0002, "UI", classUID.c_str());
    appendMeta(group, 0x0003, "UI", instanceUID.c_str());
    appendMeta(group, 0x0010, "UI", meta.deflated ? "1.2.840.10008.1.2.1.99" : "1.2.840.10008.1.2.1");
    appendMeta(group, 0x0012, "UI", implementation);
    appendMeta(group, 0x0013, "SH", version);

    head.assign(128, '\0');
    head += "DICM";
    const size_t length = group.size();
    const char value[] = {static_cast<char>(length & 0xFF), static_cast<char>(length >> 8), 0, 0};
    appendMeta(head, 0x0000, "UL", std::string(value, 4));
    head += group;
    return EC_Normal;
}

// MARK: - Data set

OFCondition drain(DcmOutputBufferStream &stream, CDCMTK_bytes_sink sink, void *context) {
    void *bytes = nullptr;
    offile_off_t count = 0;
    stream.flushBuffer(bytes, count);
    if (count > 0 && sink(context, static_cast<const uint8_t *>(bytes), static_cast<size_t>(count)) != 0)
        return failure("the bytes were not taken");
    return EC_Normal;
}

OFCondition writeDataset(DcmDataset &dataset, E_TransferSyntax syntax, size_t size, CDCMTK_bytes_sink sink,
                         void *context) {
    std::vector<unsigned char> piece(size);
    DcmOutputBufferStream stream(piece.data(), static_cast<offile_off_t>(piece.size()));
    DcmWriteCache cache;
    dataset.transferInit();
    OFCondition written = EC_StreamNotifyClient;
    OFCondition status = EC_Normal;
    while (status.good() && written == EC_StreamNotifyClient) {
        written = dataset.write(stream, syntax, EET_ExplicitLength, &cache, EGL_withoutGL);
        if (written.bad() && written != EC_StreamNotifyClient) status = written;
        if (status.good()) status = drain(stream, sink, context);
    }
    // The deflating filter keeps bytes back until it is told that nothing follows.
    while (status.good() && !stream.isFlushed()) {
        stream.flush();
        status = stream.status();
        if (status.good()) status = drain(stream, sink, context);
    }
    dataset.transferEnd();
    return status;
}

}  // namespace

// MARK: - C interface

CDCMTK_builder *CDCMTK_builder_create(void) {
    try {
        cdcmtk::initialise();
        return new CDCMTK_builder;
    } catch (...) {
        return nullptr;
    }
}

void CDCMTK_builder_destroy(CDCMTK_builder *builder) {
    try {
        delete builder;
    } catch (...) {
    }
}

const char *CDCMTK_builder_message(const CDCMTK_builder *builder) { return builder->message.c_str(); }

CDCMTK_builder_item *CDCMTK_builder_root(CDCMTK_builder *builder) {
    return reinterpret_cast<CDCMTK_builder_item *>(static_cast<DcmItem *>(&builder->dataset));
}

int32_t CDCMTK_builder_put_bytes(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag, const char *vr,
                                const uint8_t *bytes, size_t count) {
    return guarded(builder, [&] {
        const OFCondition status = checkLength(count);
        if (status.bad()) return status;
        const bool text = isText(vr);
        if (!text && std::strcmp(vr, "OB") != 0) return failure("this VR has no value of plain bytes");
        return put(itemOf(item), tag, vr, [&](DcmElement &element) {
            const Uint32 length = static_cast<Uint32>(count);
            if (count == 0) return OFCondition(EC_Normal);
            return text ? element.putString(reinterpret_cast<const char *>(bytes), length)
                        : element.putUint8Array(bytes, length);
        });
    });
}

int32_t CDCMTK_builder_copy(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag, CDCMTK_item *source) {
    return guarded(builder, [&] {
        DcmElement *found = nullptr;
        if (cdcmtk::dcm_item(source)->findAndGetElement(key(tag), found).bad() || !found) return OFCondition(EC_Normal);
        std::unique_ptr<DcmObject> copy(found->clone());
        auto *element = dynamic_cast<DcmElement *>(copy.get());
        if (!element) return OFCondition(EC_MemoryExhausted);
        const OFCondition status = itemOf(item).insert(element, OFTrue);
        if (status.good()) copy.release();
        return status;
    });
}

int32_t CDCMTK_builder_put_uint16(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag,
                                 const uint16_t *values, size_t count) {
    return guarded(builder, [&] {
        return put(itemOf(item), tag, "US", [&](DcmElement &element) {
            return element.putUint16Array(values, static_cast<unsigned long>(count));
        });
    });
}

int32_t CDCMTK_builder_put_uint32(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag,
                                 const uint32_t *values, size_t count) {
    return guarded(builder, [&] {
        return put(itemOf(item), tag, "UL", [&](DcmElement &element) {
            return element.putUint32Array(values, static_cast<unsigned long>(count));
        });
    });
}

int32_t CDCMTK_builder_put_float64(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag,
                                  const double *values, size_t count) {
    return guarded(builder, [&] {
        return put(itemOf(item), tag, "FD", [&](DcmElement &element) {
            return element.putFloat64Array(values, static_cast<unsigned long>(count));
        });
    });
}

int32_t CDCMTK_builder_put_tags(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag,
                               const uint32_t *values, size_t count) {
    return guarded(builder, [&] {
        return put(itemOf(item), tag, "AT", [&](DcmElement &element) {
            OFCondition status = EC_Normal;
            for (size_t index = 0; index < count && status.good(); ++index)
                status = element.putTagVal(key(values[index]), static_cast<unsigned long>(index));
            return status;
        });
    });
}

int32_t CDCMTK_builder_put_pixel_bytes(CDCMTK_builder *builder, const uint8_t *bytes, size_t count) {
    return guarded(builder, [&] {
        const OFCondition status = count % 2 ? failure("pixel data has an odd length") : checkLength(count);
        if (status.bad()) return status;
        return put(builder->dataset, 0x7FE00010, "OB", [&](DcmElement &element) {
            return element.putUint8Array(bytes, static_cast<unsigned long>(count));
        });
    });
}

int32_t CDCMTK_builder_put_pixel_words(CDCMTK_builder *builder, const uint16_t *words, size_t count) {
    return guarded(builder, [&] {
        const OFCondition status = checkLength(count * 2);
        if (status.bad()) return status;
        return put(builder->dataset, 0x7FE00010, "OW", [&](DcmElement &element) {
            return element.putUint16Array(words, static_cast<unsigned long>(count));
        });
    });
}

int32_t CDCMTK_builder_put_empty_sequence(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag) {
    return guarded(builder, [&] { return itemOf(item).insertEmptyElement(DcmTag(key(tag), DcmVR("SQ")), OFTrue); });
}

CDCMTK_builder_item *CDCMTK_builder_append_item(CDCMTK_builder *builder, CDCMTK_builder_item *item, uint32_t tag) {
    DcmItem *appended = nullptr;
    const int32_t status = guarded(builder, [&] {
        // -2 appends, and creates the sequence where there is none.
        return itemOf(item).findOrCreateSequenceItem(DcmTag(key(tag), DcmVR("SQ")), appended, -2);
    });
    return status == 0 ? reinterpret_cast<CDCMTK_builder_item *>(appended) : nullptr;
}

int32_t CDCMTK_builder_serialize(CDCMTK_builder *builder, const CDCMTK_file_meta *meta, CDCMTK_bytes_sink sink,
                                 void *context) {
    return guarded(builder, [&] {
        std::string head;
        const OFCondition status = fileHead(builder->dataset, *meta, head);
        if (status.bad()) return status;
        if (sink(context, reinterpret_cast<const uint8_t *>(head.data()), head.size()) != 0)
            return failure("the bytes were not taken");
        const E_TransferSyntax syntax =
            meta->deflated ? EXS_DeflatedLittleEndianExplicit : EXS_LittleEndianExplicit;
        return writeDataset(builder->dataset, syntax, pieceSize, sink, context);
    });
}

int32_t CDCMTK_builder_serialize_dataset(CDCMTK_builder *builder, CDCMTK_bytes_sink sink, void *context) {
    return guarded(builder, [&] {
        return writeDataset(builder->dataset, EXS_LittleEndianExplicit, itemPieceSize, sink, context);
    });
}
