// What an open file is.

#pragma once

#include "CDCMTK_scan.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>

struct CDCMTK_file {
    /// The whole file, or the inflated data set.
    std::shared_ptr<const cdcmtk::ByteSource> source;
    uint64_t file_size = 0;
    cdcmtk::Meta meta;
    /// The transfer syntax was not stated.
    bool guessed = false;
    cdcmtk::Encoding encoding;
    cdcmtk::PixelLocation pixels;
    std::vector<cdcmtk::ApartSequence> apart;
    std::unique_ptr<DcmDataset> data_set;
};
