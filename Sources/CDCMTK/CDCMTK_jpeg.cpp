// JPEG and JPEG-LS frames through DCMTK's codecs.

#include "CDCMTK_decode.hpp"

#include <algorithm>
#include <cstring>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>

namespace cdcmtk {
namespace {

[[noreturn]] void damaged(const std::string &why) { throw Failure(CDCMTK_DECODE_FAILED, why); }

bool is_frame_header(uint8_t marker) {
    return (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) || marker == 0xf7;
}

/// Compares the frame header of the codestream (ISO 10918-1 section B.2.2) with the image: the codecs trust it.
void check_frame_header(const Bytes &code, const CDCMTK_pixel_module &module) {
    if (code.size() < 4 || code[0] != 0xff || code[1] != 0xd8) damaged("a frame is no JPEG codestream");
    size_t at = 2;
    while (code.size() - at >= 4) {
        if (code[at] != 0xff) damaged("a JPEG marker is missing");
        const uint8_t marker = code[at + 1];
        if (marker == 0xff) {
            ++at;
            continue;
        }
        const size_t length = size_t(code[at + 2]) << 8 | code[at + 3];
        if (length < 2 || length > code.size() - at - 2) damaged("a JPEG marker segment is too long");
        if (is_frame_header(marker)) {
            if (length < 8) damaged("a JPEG frame header is too short");
            const uint8_t *p = code.data() + at + 4;
            const uint32_t rows = uint32_t(p[1]) << 8 | p[2], columns = uint32_t(p[3]) << 8 | p[4];
            if (rows != module.rows || columns != module.columns || p[5] != 1)
                damaged("the JPEG codestream has another size or another number of components than the image");
            if (p[0] > module.bits_allocated) damaged("the JPEG codestream has more bits than are allocated");
            return;
        }
        at += 2 + length;
    }
    damaged("a JPEG codestream has no frame header");
}

void put(DcmItem &item, const DcmTagKey &tag, uint16_t value) {
    if (item.putAndInsertUint16(tag, value).bad()) throw std::bad_alloc();
}

/// A data set with nothing but the image pixel module of one frame.
std::unique_ptr<DcmDataset> one_frame(const Bytes &code, E_TransferSyntax syntax, const CDCMTK_pixel_module &module) {
    auto data_set = std::make_unique<DcmDataset>();
    put(*data_set, DCM_SamplesPerPixel, 1);
    data_set->putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME2");
    put(*data_set, DCM_Rows, static_cast<uint16_t>(module.rows));
    put(*data_set, DCM_Columns, static_cast<uint16_t>(module.columns));
    put(*data_set, DCM_BitsAllocated, module.bits_allocated);
    put(*data_set, DCM_BitsStored, module.bits_stored);
    put(*data_set, DCM_HighBit, module.high_bit);
    put(*data_set, DCM_PixelRepresentation, module.pixel_representation);
    auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
    sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB)));
    auto fragment = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
    if (fragment->putUint8Array(code.data(), static_cast<unsigned long>(code.size())).bad()) throw std::bad_alloc();
    sequence->insert(fragment.release());
    auto pixels = std::make_unique<DcmPixelData>(DcmTag(DCM_PixelData, EVR_OB));
    pixels->putOriginalRepresentation(syntax, nullptr, sequence.release());
    if (data_set->insert(pixels.release()).bad()) throw std::bad_alloc();
    return data_set;
}

template <typename Word>
void copy_words(const Word *words, unsigned long count, const Target &target) {
    if (!words || count < target.pixels()) damaged("a decoded frame is too short");
    const size_t size = target.word_size();
    if (size == sizeof(Word)) {
        std::memcpy(target.words, words, target.pixels() * size);
        return;
    }
    for (size_t i = 0; i < target.pixels(); ++i)
        for (size_t byte = 0; byte < size; ++byte)
            target.words[i * size + byte] =
                byte < sizeof(Word) ? static_cast<uint8_t>(words[i] >> (8 * byte)) : uint8_t(0);
}

}  // namespace

void decode_with_dcmtk(const Bytes &code, const std::string &transfer_syntax, const Target &target) {
    check_frame_header(code, target.module);
    const E_TransferSyntax syntax = DcmXfer(transfer_syntax.c_str()).getXfer();
    const auto data_set = one_frame(code, syntax, target.module);
    const OFCondition condition = data_set->chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
    if (condition.bad()) damaged(std::string("DCMTK: ") + condition.text());
    DcmElement *element = nullptr;
    Uint16 allocated = 0;
    if (data_set->findAndGetElement(DCM_PixelData, element).bad() ||
        data_set->findAndGetUint16(DCM_BitsAllocated, allocated).bad())
        damaged("a frame vanished in decoding");
    if (allocated > 8) {
        Uint16 *words = nullptr;
        if (element->getUint16Array(words).bad()) damaged("a decoded frame cannot be read");
        copy_words(words, element->getLength() / 2, target);
    } else {
        Uint8 *bytes = nullptr;
        if (element->getUint8Array(bytes).bad()) damaged("a decoded frame cannot be read");
        copy_words(bytes, element->getLength(), target);
    }
}

}  // namespace cdcmtk
