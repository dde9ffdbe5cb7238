// DCMTK behind a C interface: Swift sees opaque handles and status codes, and no C++ exception crosses.
// DCMTK's own headers cannot be imported by Swift without C++ interoperability, which is brittle (macros as types).

#ifndef CDCMTK_H
#define CDCMTK_H

#include "CDCMTK_file.h"
#include "CDCMTK_item.h"
#include "CDCMTK_pixels.h"

#if __has_include("CDCMTK_build.h")
#include "CDCMTK_build.h"
#endif

#endif
