/// The mask of one segment on one frame.
///
/// Kept as the places where pixels change, row-major over the whole frame: a mask of an organ takes some hundred bytes,
/// so that those of a series of thousands of slices fit into memory. A mask so ragged that this would take more is kept as
/// bits.
public struct FrameMask: Sendable {
    /// Where the pixels are.
    private enum Place: Sendable {
        case memory(MaskForm)
        /// In the file of a ``MaskScratch``.
        case scratch(StoredMask)
    }

    /// Pixels in a column.
    public let rows: Int
    /// Pixels in a row.
    public let columns: Int
    /// How many pixels belong to the segment.
    public let pixelCount: Int
    private let place: Place

    /// Takes a row-major mask of rows × columns bytes, where anything but 0 belongs to the segment.
    public init(rows: Int, columns: Int, pixels: [UInt8]) {
        precondition(rows > 0 && columns > 0 && pixels.count == rows * columns, "a mask has rows × columns pixels")
        var changes: [UInt32] = []
        var isInside = false
        pixels.withUnsafeBufferPointer { pixels in
            for index in 0..<pixels.count where (pixels[index] != 0) != isInside {
                changes.append(UInt32(index))
                isInside.toggle()
            }
        }
        if isInside { changes.append(UInt32(pixels.count)) }
        self.init(rows: rows, columns: columns, changes: changes)
    }

    /// Takes bits as ``packed`` has them; those behind the last pixel are ignored.
    public init(rows: Int, columns: Int, packed: [UInt8]) {
        let count = rows * columns
        precondition(rows > 0 && columns > 0 && packed.count == (count + 7) / 8, "a mask has one bit for each pixel")
        var changes: [UInt32] = []
        packed.withUnsafeBufferPointer { packed in
            var position = 0
            while true {
                let kind = changes.count % 2 == 1
                position = packed.runEnd(from: position, of: kind, limit: count)
                guard position < count || kind else { break }
                changes.append(UInt32(position))
                guard position < count else { break }
            }
        }
        self.init(rows: rows, columns: columns, changes: changes)
    }

    /// Takes the runs of pixels that belong to the segment, ascending and without overlap; runs that touch become one.
    ///
    /// Pixels are counted row by row; a run may go on in the next row.
    public init(rows: Int, columns: Int, runs: [Range<Int>]) {
        precondition(rows > 0 && columns > 0, "a mask has pixels")
        var changes: [UInt32] = []
        changes.reserveCapacity(2 * runs.count)
        var end = 0
        for run in runs where !run.isEmpty {
            precondition(run.lowerBound >= end, "runs are ascending and do not overlap")
            if run.lowerBound == end, !changes.isEmpty {
                changes[changes.count - 1] = UInt32(run.upperBound)
            } else {
                changes.append(UInt32(run.lowerBound))
                changes.append(UInt32(run.upperBound))
            }
            end = run.upperBound
        }
        precondition(end <= rows * columns, "runs lie in the frame")
        self.init(rows: rows, columns: columns, changes: changes)
    }

    private init(rows: Int, columns: Int, changes: [UInt32]) {
        self.rows = rows
        self.columns = columns
        pixelCount = stride(from: 0, to: changes.count, by: 2).reduce(0) { $0 + Int(changes[$1 + 1] - changes[$1]) }
        let isRagged = changes.count * MemoryLayout<UInt32>.stride > (rows * columns + 7) / 8
        place = .memory(isRagged ? .bits(Self.packed(changes, count: rows * columns)) : .changes(changes))
    }

    /// The same mask, whose pixels lie elsewhere.
    init(_ mask: FrameMask, stored: StoredMask) {
        (rows, columns, pixelCount, place) = (mask.rows, mask.columns, mask.pixelCount, .scratch(stored))
    }

    private init(_ mask: FrameMask, form: MaskForm) {
        (rows, columns, pixelCount, place) = (mask.rows, mask.columns, mask.pixelCount, .memory(form))
    }

    /// The pixels, read again where they were put aside.
    private var form: MaskForm {
        switch place {
        case .memory(let form): form
        case .scratch(let stored): stored.form
        }
    }

    /// The pixels; `nil` where they were put aside.
    var formInMemory: MaskForm? {
        if case .memory(let form) = place { form } else { nil }
    }

    /// The same mask with its pixels in memory, for whoever asks for them more than once.
    public var inMemory: FrameMask {
        if case .memory = place { self } else { FrameMask(self, form: form) }
    }

    /// Whether no pixel belongs to the segment.
    public var isEmpty: Bool { pixelCount == 0 }

    /// The runs of pixels that belong to the segment, ascending and apart; pixels are counted row by row.
    public var runs: [Range<Int>] {
        switch form {
        case .changes(let changes):
            return stride(from: 0, to: changes.count, by: 2).map { Int(changes[$0])..<Int(changes[$0 + 1]) }
        case .bits(let bits):
            return bits.withUnsafeBufferPointer { bits in
                var runs: [Range<Int>] = []
                let count = rows * columns
                var end = 0
                while true {
                    let start = bits.runEnd(from: end, of: false, limit: count)
                    guard start < count else { return runs }
                    end = bits.runEnd(from: start, of: true, limit: count)
                    runs.append(start..<end)
                }
            }
        }
    }

    /// ⌈rows × columns / 8⌉ bytes, made anew each time: pixel i is bit i % 8 of byte i / 8, counted from the least
    /// significant one, as in the Pixel Data of a BINARY segmentation (PS3.5 section 8.1.1). Bits behind the last pixel
    /// are 0.
    public var packed: [UInt8] {
        switch form {
        case .changes(let changes): Self.packed(changes, count: rows * columns)
        case .bits(let bits): bits
        }
    }

    /// Whether a pixel belongs to the segment; both indices start at 0.
    public subscript(row row: Int, column column: Int) -> Bool {
        precondition(0..<rows ~= row && 0..<columns ~= column, "the pixel lies in the frame")
        let index = row * columns + column
        switch form {
        case .bits(let bits): return bits[index >> 3] >> (index & 7) & 1 == 1
        case .changes(let changes):
            // As many changes lie at or before a pixel of the segment as make an odd number.
            var (low, high) = (0, changes.count)
            while low < high {
                let middle = (low + high) / 2
                if changes[middle] <= UInt32(index) { low = middle + 1 } else { high = middle }
            }
            return low % 2 == 1
        }
    }

    /// One byte, 0 or 1, for each pixel, row-major.
    public func unpacked() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: rows * columns) { buffer, initialized in
            buffer.initialize(repeating: 0)
            for run in runs { buffer[run].update(repeating: 1) }
            initialized = rows * columns
        }
    }

    private static func packed(_ changes: [UInt32], count: Int) -> [UInt8] {
        var bits = [UInt8](repeating: 0, count: (count + 7) / 8)
        bits.withUnsafeMutableBufferPointer { bits in
            for index in stride(from: 0, to: changes.count, by: 2) {
                bits.set(Int(changes[index])..<Int(changes[index + 1]))
            }
        }
        return bits
    }
}

extension FrameMask: Hashable {
    /// Masks are equal when their sizes and their pixels are, wherever those lie.
    public static func == (left: FrameMask, right: FrameMask) -> Bool {
        left.rows == right.rows && left.columns == right.columns && left.pixelCount == right.pixelCount
            && left.form == right.form
    }

    /// Hashes size and pixels.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(rows)
        hasher.combine(columns)
        hasher.combine(form)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where a run of equal bits ends; bits are counted from the least significant one of each byte.
    fileprivate func runEnd(from start: Int, of kind: Bool, limit: Int) -> Int {
        let filler: UInt8 = kind ? 0xFF : 0
        var position = start
        while position < limit {
            // Bits that differ from the run's, those before the position left out.
            let different = (self[position >> 3] ^ filler) & (0xFF << UInt8(position & 7))
            if different != 0 { return Swift.min(position & ~7 + different.trailingZeroBitCount, limit) }
            position = (position | 7) + 1
        }
        return limit
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// Sets a range of bits.
    fileprivate func set(_ range: Range<Int>) {
        var position = range.lowerBound
        while position < range.upperBound {
            let first = position & 7
            let count = Swift.min(8 - first, range.upperBound - position)
            self[position >> 3] |= UInt8((1 << count - 1) << first)
            position += count
        }
    }
}
