// What the parts of the shim share: the guard at every entry, error reports, byte sources and handle casts.

#pragma once

#include <cstdarg>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "CDCMTK_file.h"

class DcmItem;

namespace cdcmtk {

/// A failure on its way to the C interface.
struct Failure : std::runtime_error {
    CDCMTK_status status;
    int system_error;
    Failure(CDCMTK_status status, const std::string &message, int system_error = 0)
        : std::runtime_error(message), status(status), system_error(system_error) {}
};

/// Fills in an error; `error` may be null.
void report(CDCMTK_error *error, CDCMTK_status status, const char *message, int system_error = 0) noexcept;

/// Silences DCMTK's log, whose warnings print values, and registers its codecs; once per process.
void initialise();

/// Runs the body of an entry; whatever it throws becomes an error report and `failed`.
template <typename Result, typename Body>
Result guarded(CDCMTK_error *error, Result failed, Body body) noexcept {
    try {
        initialise();
        report(error, CDCMTK_OK, "");
        return body();
    } catch (const Failure &failure) {
        report(error, failure.status, failure.what(), failure.system_error);
    } catch (const std::bad_alloc &) {
        report(error, CDCMTK_INTERNAL, "not enough memory");
    } catch (...) {
        report(error, CDCMTK_INTERNAL, "an unexpected C++ exception");
    }
    return failed;
}

inline DcmItem *dcm_item(CDCMTK_item *item) { return reinterpret_cast<DcmItem *>(item); }
inline CDCMTK_item *handle(DcmItem *item) { return reinterpret_cast<CDCMTK_item *>(item); }

/// Bytes that can be read at any offset from any thread.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    virtual uint64_t size() const = 0;
    /// Copies `length` bytes; a source that is shorter is a failure.
    virtual void read(uint64_t offset, void *target, size_t length) const = 0;
};

/// The source behind a descriptor, which is duplicated.
std::shared_ptr<const ByteSource> file_source(int descriptor);
std::shared_ptr<const ByteSource> memory_source(std::vector<uint8_t> bytes);

/// Inflates a raw deflate stream (RFC 1951) that starts at an offset. Refuses bombs: what inflates beyond 64 MiB may be
/// at most 100 times as long as it was, and never longer than 4 GiB.
std::vector<uint8_t> inflate(const ByteSource &source, uint64_t offset);

}  // namespace cdcmtk
