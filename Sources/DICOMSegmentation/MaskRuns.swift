/// The form in which masks travel between the program and the review page: lengths of runs of equal pixels.
///
/// Unsigned LEB128 numbers (DWARF 5, section 7.6), alternating background and foreground and beginning with background,
/// which may be 0. The order is slice, row, column; background behind the last foreground pixel is left out, so that an
/// empty mask has no bytes.
public struct MaskRuns: Sendable, Hashable {
    /// The coded lengths.
    public let bytes: [UInt8]

    /// Takes bytes that may be anything; see ``mask(slices:rows:columns:)``.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Codes a mask on all frames of a volume.
    public init(_ mask: SegmentMask, rows: Int, columns: Int) {
        var writer = RunWriter()
        for frame in mask.frames {
            guard let frame else {
                writer.add(rows * columns, isForeground: false)
                continue
            }
            precondition(frame.rows == rows && frame.columns == columns, "frames have the size of the volume's")
            writer.add(frame)
        }
        bytes = writer.finish()
    }

    /// Codes the mask of one frame.
    public init(_ frame: FrameMask?) {
        var writer = RunWriter()
        if let frame { writer.add(frame) }
        bytes = writer.finish()
    }

    /// The mask on the frames of a volume.
    ///
    /// - Throws: ``SegmentationError`` with code ``SegmentationError/Code/invalidRequest`` where the bytes are no runs or
    ///   reach beyond the volume.
    public func mask(slices: Int, rows: Int, columns: Int) throws(SegmentationError) -> SegmentMask {
        let size = rows * columns
        var mask = SegmentMask(frameCount: slices)
        var slice = 0
        var runs: [Range<Int>] = []
        func finish() { mask[slice] = FrameMask(rows: rows, columns: columns, runs: runs) }
        for run in try foreground(limit: slices * size) {
            var start = run.lowerBound
            while start < run.upperBound {
                if start / size != slice {
                    finish()
                    (slice, runs) = (start / size, [])
                }
                let end = min(run.upperBound, (slice + 1) * size)
                runs.append(start - slice * size..<end - slice * size)
                start = end
            }
        }
        if !runs.isEmpty { finish() }
        return mask
    }

    /// The mask on one frame; see ``mask(slices:rows:columns:)``.
    public func frame(rows: Int, columns: Int) throws(SegmentationError) -> FrameMask {
        let empty = FrameMask(rows: rows, columns: columns, runs: [])
        return try mask(slices: 1, rows: rows, columns: columns)[0] ?? empty
    }

    /// The runs of pixels that belong to the mask, in their order.
    private func foreground(limit: Int) throws(SegmentationError) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var position = 0
        var isForeground = false
        var value = 0
        var shift = 0
        for byte in bytes {
            guard shift < 56 else { throw Self.refused("a length is too large") }
            value |= Int(byte & 0x7F) << shift
            shift += 7
            guard byte & 0x80 == 0 else { continue }
            guard value <= limit - position else { throw Self.refused("they reach beyond the last pixel") }
            if isForeground, value > 0 { runs.append(position..<position + value) }
            position += value
            isForeground.toggle()
            (value, shift) = (0, 0)
        }
        guard shift == 0 else { throw Self.refused("the last length is cut off") }
        return runs
    }

    private static func refused(_ what: String) -> SegmentationError {
        SegmentationError(.invalidRequest, "the runs of a mask cannot be read: \(what)")
    }
}

/// Joins runs and codes them.
private struct RunWriter {
    private var bytes: [UInt8] = []
    private var length = 0
    private var isForeground = false

    mutating func add(_ count: Int, isForeground kind: Bool) {
        if kind != isForeground, count > 0 {
            write()
            isForeground = kind
            length = 0
        }
        length += count
    }

    mutating func add(_ frame: FrameMask) {
        var position = 0
        for run in frame.runs {
            add(run.lowerBound - position, isForeground: false)
            add(run.count, isForeground: true)
            position = run.upperBound
        }
        add(frame.rows * frame.columns - position, isForeground: false)
    }

    mutating func finish() -> [UInt8] {
        if isForeground { write() }
        return bytes
    }

    private mutating func write() {
        var rest = length
        repeat {
            let low = UInt8(rest & 0x7F)
            rest >>= 7
            bytes.append(rest == 0 ? low : low | 0x80)
        } while rest > 0
    }
}
