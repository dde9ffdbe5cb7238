// Error reports, the one-time set-up of DCMTK, and byte sources.

#include "CDCMTK_internal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

namespace cdcmtk {

void report(CDCMTK_error *error, CDCMTK_status status, const char *message, int system_error) noexcept {
    if (!error) return;
    error->status = status;
    error->system_error = system_error;
    std::snprintf(error->message, sizeof error->message, "%s", message);
}

void initialise() {
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        // Values stay as they are in the file: identity is compared and copied byte by byte.
        dcmEnableAutomaticInputDataCorrection.set(OFFalse);
        // No new SOP Instance UID for what was lossy: decoding is not a derivation here.
        DJDecoderRegistration::registerCodecs(EDC_never, EUC_never);
        DJLSDecoderRegistration::registerCodecs(EJLSUC_never);
    });
}

namespace {

class FileSource final : public ByteSource {
  public:
    FileSource(int descriptor, uint64_t size) : descriptor(descriptor), length(size) {}
    ~FileSource() override { close(descriptor); }
    FileSource(const FileSource &) = delete;
    FileSource &operator=(const FileSource &) = delete;

    uint64_t size() const override { return length; }

    void read(uint64_t offset, void *target, size_t count) const override {
        auto *out = static_cast<uint8_t *>(target);
        while (count > 0) {
            const ssize_t got = pread(descriptor, out, count, static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw Failure(CDCMTK_IO_ERROR, "reading the file failed", errno);
            if (got == 0) throw Failure(CDCMTK_MALFORMED, "the file became shorter while it was read");
            out += got;
            offset += static_cast<uint64_t>(got);
            count -= static_cast<size_t>(got);
        }
    }

  private:
    int descriptor;
    uint64_t length;
};

class MemorySource final : public ByteSource {
  public:
    explicit MemorySource(std::vector<uint8_t> bytes) : bytes(std::move(bytes)) {}
    uint64_t size() const override { return bytes.size(); }
    void read(uint64_t offset, void *target, size_t count) const override {
        if (count == 0) return;
        if (offset > bytes.size() || count > bytes.size() - offset)
            throw Failure(CDCMTK_MALFORMED, "the data end too early");
        std::memcpy(target, bytes.data() + offset, count);
    }

  private:
    std::vector<uint8_t> bytes;
};

}  // namespace

std::shared_ptr<const ByteSource> file_source(int descriptor) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) throw Failure(CDCMTK_IO_ERROR, "fstat failed", errno);
    if (!S_ISREG(status.st_mode)) throw Failure(CDCMTK_NOT_REGULAR, "not a regular file");
    const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (own < 0) throw Failure(CDCMTK_IO_ERROR, "no more file descriptors", errno);
    return std::make_shared<FileSource>(own, static_cast<uint64_t>(status.st_size));
}

std::shared_ptr<const ByteSource> memory_source(std::vector<uint8_t> bytes) {
    return std::make_shared<MemorySource>(std::move(bytes));
}

std::vector<uint8_t> inflate(const ByteSource &source, uint64_t offset) {
    constexpr uint64_t free_size = 64u << 20, largest = uint64_t(4) << 30, largest_ratio = 100, piece = 1 << 18;
    z_stream stream = {};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
    struct End {
        z_stream &stream;
        ~End() { inflateEnd(&stream); }
    } end{stream};
    std::vector<uint8_t> in(piece), out;
    uint64_t consumed = 0;
    int result = Z_OK;
    while (result != Z_STREAM_END) {
        if (stream.avail_in == 0) {
            const uint64_t left = source.size() - offset;
            if (left == 0) throw Failure(CDCMTK_MALFORMED, "the deflated data set ends too early");
            const size_t count = static_cast<size_t>(std::min(left, piece));
            source.read(offset, in.data(), count);
            offset += count;
            consumed += count;
            stream.next_in = in.data();
            stream.avail_in = static_cast<uInt>(count);
        }
        const size_t before = out.size();
        out.resize(before + piece);
        stream.next_out = out.data() + before;
        stream.avail_out = static_cast<uInt>(piece);
        result = ::inflate(&stream, Z_NO_FLUSH);
        out.resize(out.size() - stream.avail_out);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            throw Failure(CDCMTK_MALFORMED, "the deflated data set is damaged");
        if (out.size() > largest || (out.size() > free_size && out.size() / largest_ratio > consumed))
            throw Failure(CDCMTK_TOO_LARGE, "the deflated data set inflates beyond every plausible size");
    }
    return out;
}

}  // namespace cdcmtk
