import CZlib

/// Inflates a gzip stream (RFC 1952) step by step, never further than asked.
///
/// A compressed bomb costs no more memory than the caller allows: bytes are produced on request only.
struct GzipStream: ~Copyable {
    private let compressed: [UInt8]
    private var consumed = 0
    private var isFinished = false
    // zlib keeps a pointer to this structure inside its state, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    init(_ compressed: [UInt8]) throws(NIfTIError) {
        self.compressed = compressed
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // See: zlib.h, inflateInit2: 15 + 16 accepts gzip only.
        let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            throw .damagedStream("zlib would not start (\(code))")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Appends up to `count` inflated bytes; fewer only where the stream ends.
    mutating func read(_ count: Int, appendingTo output: inout [UInt8]) throws(NIfTIError) {
        var missing = count
        var piece = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 20))
        while missing > 0, !isFinished {
            let wanted = min(missing, piece.count)
            let (code, produced) = step(into: &piece, wanted: wanted)
            output.append(contentsOf: piece[..<produced])
            missing -= produced
            switch code {
            case Z_STREAM_END: isFinished = true
            case Z_OK where produced > 0 || consumed < compressed.count: continue
            case Z_OK, Z_BUF_ERROR: return
            default: throw .damagedStream("inflate failed (\(code))")
            }
        }
    }

    private mutating func step(into piece: inout [UInt8], wanted: Int) -> (code: Int32, produced: Int) {
        let stream = stream
        let start = consumed
        let available = min(compressed.count - start, 1 << 30)
        let code = compressed.withUnsafeBufferPointer { input in
            piece.withUnsafeMutableBufferPointer { output in
                // zlib declares the input as not const but does not write to it.
                stream.pointee.next_in = input.baseAddress.map { UnsafeMutablePointer(mutating: $0 + start) }
                stream.pointee.avail_in = UInt32(available)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(wanted)
                return inflate(stream, Z_NO_FLUSH)
            }
        }
        consumed = start + available - Int(stream.pointee.avail_in)
        return (code, wanted - Int(stream.pointee.avail_out))
    }
}
