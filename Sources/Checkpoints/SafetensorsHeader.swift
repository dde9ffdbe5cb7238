/// What the JSON header of a safetensors file says, checked against the size of the file.
///
/// The format is that of the safetensors library's documentation: eight bytes of header length, the header, the data.
/// The rules are those of its reference reader, with tighter limits: keys are unique, the data of the tensors follow
/// one another without hole or overlap and fill the file.
struct SafetensorsHeader {
    /// Where one tensor lies.
    struct Entry: Sendable {
        let type: ElementType
        let shape: [Int]
        /// Position of its bytes in the data section at first, in the file after checking.
        var range: Range<Int>
    }

    /// The longest header that is read, in bytes.
    static let lengthLimit = 16 << 20
    static let tensorLimit = 100_000
    static let rankLimit = 16

    private(set) var entries: [String: Entry] = [:]
    private(set) var metadata: [String: String] = [:]

    /// Reads and checks the header of a mapped file.
    init(of file: MappedFile) throws(CheckpointError) {
        guard let declared = file.integer(at: 0, as: UInt64.self) else {
            throw .malformed("a safetensors file has at least eight bytes")
        }
        guard declared <= Self.lengthLimit else {
            throw .malformed("the safetensors header claims \(declared) bytes, the limit is \(Self.lengthLimit)")
        }
        let length = Int(declared)
        guard length >= 2, length <= file.bytes.count - 8 else {
            throw .malformed("the safetensors header claims \(length) bytes, the file has \(file.bytes.count)")
        }
        let text = file.slice(8..<8 + length)
        guard text.first == UInt8(ascii: "{") else {
            throw .malformed("the safetensors header does not begin with '{'")
        }
        var cursor = JSONCursor(text)
        try readObject(&cursor)
        try cursor.expectEnd()
        try placeEntries(dataStart: 8 + length, fileSize: file.bytes.count)
    }

    private mutating func readObject(_ cursor: inout JSONCursor) throws(CheckpointError) {
        var metadataSeen = false
        try Self.readMembers(&cursor) { name, cursor throws(CheckpointError) in
            if name == "__metadata__" {
                guard !metadataSeen else { throw .malformed("the safetensors header has two __metadata__") }
                metadataSeen = true
                metadata = try Self.readMetadata(&cursor)
                return
            }
            let entry = try Self.readEntry(named: name, &cursor)
            guard entries.updateValue(entry, forKey: name) == nil else {
                throw .malformed("the safetensors header names \(CheckpointError.quote(name)) twice")
            }
            guard entries.count <= Self.tensorLimit else {
                throw .malformed("the safetensors header names more than \(Self.tensorLimit) tensors")
            }
        }
    }

    private static func readMetadata(_ cursor: inout JSONCursor) throws(CheckpointError) -> [String: String] {
        var metadata: [String: String] = [:]
        try readMembers(&cursor) { key, cursor throws(CheckpointError) in
            guard metadata.updateValue(try cursor.string(), forKey: key) == nil else {
                throw .malformed("the safetensors metadata name \(CheckpointError.quote(key)) twice")
            }
        }
        return metadata
    }

    private static func readEntry(
        named name: String,
        _ cursor: inout JSONCursor
    ) throws(CheckpointError) -> Entry {
        let quoted = CheckpointError.quote(name)
        var type: String?
        var shape: [Int]?
        var offsets: [Int]?
        try readMembers(&cursor) { key, cursor throws(CheckpointError) in
            switch key {
            case "dtype" where type == nil: type = try cursor.string()
            case "shape" where shape == nil: shape = try readNaturals(&cursor, limit: rankLimit)
            case "data_offsets" where offsets == nil: offsets = try readNaturals(&cursor, limit: 2)
            default:
                throw .malformed("tensor \(quoted) has an unknown or repeated key \(CheckpointError.quote(key))")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw .malformed("tensor \(quoted) needs dtype, shape and two data_offsets")
        }
        guard let elementType = ElementType(rawValue: type) else {
            throw .unsupported("tensor \(quoted) has the element type \(CheckpointError.quote(type))")
        }
        guard offsets[0] <= offsets[1] else { throw .malformed("tensor \(quoted) ends before it begins") }
        let size = try TensorSize(of: shape, elementType, name: name)
        guard offsets[1] - offsets[0] == size.byteCount else {
            throw .malformed(
                "tensor \(quoted) has \(offsets[1] - offsets[0]) bytes, its shape \(shape) needs \(size.byteCount)"
            )
        }
        return Entry(type: elementType, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// Calls the body after each key of an object, with the cursor at the value.
    private static func readMembers(
        _ cursor: inout JSONCursor,
        _ body: (String, inout JSONCursor) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        try cursor.expect("{")
        if cursor.skip("}") { return }
        repeat {
            let key = try cursor.string()
            try cursor.expect(":")
            try body(key, &cursor)
        } while cursor.skip(",")
        try cursor.expect("}")
    }

    private static func readNaturals(_ cursor: inout JSONCursor, limit: Int) throws(CheckpointError) -> [Int] {
        var numbers: [Int] = []
        try cursor.expect("[")
        if cursor.skip("]") { return numbers }
        repeat {
            guard numbers.count < limit else {
                throw .malformed("an array of the safetensors header has more than \(limit) numbers")
            }
            numbers.append(try cursor.natural())
        } while cursor.skip(",")
        try cursor.expect("]")
        return numbers
    }

    /// Checks that the tensors fill the data section in order, and turns their offsets into positions in the file.
    private mutating func placeEntries(dataStart: Int, fileSize: Int) throws(CheckpointError) {
        let dataSize = fileSize - dataStart
        var end = 0
        let ordered = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound)
                < ($1.value.range.lowerBound, $1.value.range.upperBound)
        }
        for (name, entry) in ordered {
            guard entry.range.lowerBound == end else {
                throw .malformed("tensor \(CheckpointError.quote(name)) leaves a hole or overlaps its neighbour")
            }
            end = entry.range.upperBound
            guard end <= dataSize else {
                throw .malformed("tensor \(CheckpointError.quote(name)) ends beyond the file: it is cut short")
            }
            entries[name]?.range = dataStart + entry.range.lowerBound..<dataStart + end
        }
        guard end == dataSize else { throw .malformed("\(dataSize - end) bytes of the file belong to no tensor") }
    }
}
