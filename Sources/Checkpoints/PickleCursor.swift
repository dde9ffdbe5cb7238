/// Reads the operands of a pickle's instructions in order.
struct PickleCursor {
    /// The whole pickle.
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    /// The next little-endian integer.
    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(as type: Value.Type) throws(PickleError) -> Value {
        let range = try take(MemoryLayout<Value>.size)
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: type))
    }

    /// A two's complement integer of at most eight bytes behind its length.
    mutating func long() throws(PickleError) -> Int {
        let length = Int(try integer(as: UInt8.self))
        guard length <= 8 else { throw PickleError("an integer is longer than eight bytes") }
        let range = try take(length)
        guard let last = bytes[range].last else { return 0 }
        var value: Int64 = last & 0x80 == 0 ? 0 : -1
        for byte in bytes[range].reversed() { value = value << 8 | Int64(byte) }
        return Int(value)
    }

    /// A string of a known length; whether it is UTF-8 is checked where it is used.
    mutating func text(count: some FixedWidthInteger) throws(PickleError) -> PickleText {
        guard let count = Int(exactly: count) else { throw PickleError("a string is too long") }
        return PickleText(try take(count))
    }

    /// A string up to a line feed.
    mutating func line() throws(PickleError) -> PickleText {
        guard let end = bytes[position...].prefix(256).firstIndex(of: 0x0A) else {
            throw PickleError("a name does not end")
        }
        let range = try take(end - position)
        position += 1
        return PickleText(range)
    }

    /// The characters of a string.
    func string(_ text: PickleText) throws(PickleError) -> String {
        let range = Int(text.start)..<Int(text.start) + Int(text.count)
        guard let string = String(validating: bytes[range], as: UTF8.self) else {
            throw PickleError("a string is not UTF-8")
        }
        return string
    }

    /// Passes over bytes, which must be there.
    private mutating func take(_ count: Int) throws(PickleError) -> Range<Int> {
        guard count >= 0, count <= bytes.count - position else { throw PickleError("it is cut short") }
        defer { position += count }
        return position..<position + count
    }
}

extension PickleText {
    /// The pickle is far below 4 GB.
    fileprivate init(_ range: Range<Int>) {
        start = UInt32(range.lowerBound)
        count = UInt32(range.count)
    }
}
