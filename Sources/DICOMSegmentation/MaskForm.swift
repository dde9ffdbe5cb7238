/// The pixels of a mask in memory. Which of the two forms is used follows from the pixels alone, so that equal masks are
/// kept alike.
enum MaskForm: Sendable, Hashable {
    /// Ascending: a run of the segment's pixels begins at each even index and ends before the next odd one.
    case changes([UInt32])
    /// As ``FrameMask/packed``.
    case bits([UInt8])

    /// A form whose bytes `fill` writes.
    init(isBits: Bool, byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        if isBits {
            var bits = [UInt8](repeating: 0, count: byteCount)
            try bits.withUnsafeMutableBytes { try fill($0) }
            self = .bits(bits)
        } else {
            var changes = [UInt32](repeating: 0, count: byteCount / MemoryLayout<UInt32>.stride)
            try changes.withUnsafeMutableBytes { try fill($0) }
            self = .changes(changes)
        }
    }

    var isBits: Bool {
        if case .bits = self { true } else { false }
    }

    var byteCount: Int {
        switch self {
        case .changes(let changes): changes.count * MemoryLayout<UInt32>.stride
        case .bits(let bits): bits.count
        }
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch self {
        case .changes(let changes): changes.withUnsafeBytes(body)
        case .bits(let bits): bits.withUnsafeBytes(body)
        }
    }
}
