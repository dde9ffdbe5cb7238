import CKernels
import DurableFiles
import Glibc
import Tensors

/// A file of packed weights, mapped.
///
/// It begins with 64 hexadecimal digits of its key, a line with the length of its directory, and the directory: a line for
/// each layer with its name, precision, sizes, place, length and checksum. Weights begin at whole pages.
///
/// `@unchecked Sendable`: the mapping is private and never written to by this program; it ends with the last reference.
final class PackedWeightFile: PackedMemory, @unchecked Sendable {
    private let base: UnsafeMutableRawPointer
    private let size: Int
    private var entries: [String: Entry] = [:]

    /// One layer.
    private struct Entry {
        let layout: String
        let range: Range<Int>
        let checksum: UInt64
    }

    /// Maps a file that was written with that key; nil where there is none or it is damaged.
    init?(_ path: RawPath, key: String) {
        guard let file = try? ReadOnlyFile(path, subject: "packed weights"), file.size >= Self.page else { return nil }
        // Writable but private: a library that clears padding in its own layout changes memory, never the file.
        // See: 'man 2 mmap'
        guard let base = mmap(nil, file.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.descriptor, 0),
            base != MAP_FAILED
        else { return nil }
        // Advice only.
        _ = madvise(base, file.size, MADV_WILLNEED)
        (self.base, size) = (base, file.size)
        guard let entries = Self.directory(UnsafeRawBufferPointer(start: base, count: size), key: key),
            entries.values.allSatisfy({ $0.range.upperBound <= size })
        else { return nil }
        self.entries = entries
        guard isWhole else { return nil }
    }

    deinit { munmap(base, size) }

    /// The packed weights of a layer; nil where the file has none of that name and layout.
    func weights(_ name: String, _ layout: PackedLayout) -> PackedWeights? {
        guard let entry = entries[name], entry.layout == Self.description(layout), entry.range.count == layout.bytes
        else { return nil }
        return PackedWeights(layout, memory: UnsafeRawPointer(base) + entry.range.lowerBound, owner: self)
    }

    // MARK: Writing

    /// Writes the weights of a network durably, replacing a file of that name.
    static func write(_ layers: [(name: String, weights: PackedWeights)], to path: RawPath, key: String) throws {
        var place = 0
        var lines: [String] = []
        for layer in layers {
            let bytes = layer.weights.layout.bytes
            let checksum = checksum(layer.weights.memory, bytes)
            lines.append("\(layer.name)\t\(description(layer.weights.layout))\t\(place)\t\(bytes)\t\(checksum)\n")
            place += (bytes + page - 1) / page * page
        }
        let directory = Array(lines.joined().utf8)
        let head = Array("\(key)\n\(directory.count) \(checksum(directory))\n".utf8) + directory
        try AtomicFile.createFolder(path.parent)
        try AtomicFile.writePieces(to: path, subject: "packed weights") { writer in
            try writer.append(head + padding(head.count))
            for layer in layers {
                let bytes = layer.weights.layout.bytes
                try writer.append(UnsafeRawBufferPointer(start: layer.weights.memory, count: bytes))
                try writer.append(padding(bytes))
            }
        }
    }

    private static func padding(_ bytes: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (page - bytes % page) % page)
    }

    // MARK: Reading

    private static let page = 4_096

    private static func description(_ layout: PackedLayout) -> String {
        "\(layout.precision.rawValue) \(layout.groups) \(layout.outputs) \(layout.inputs) \(layout.tileWidth)"
    }

    private static func directory(_ bytes: UnsafeRawBufferPointer, key: String) -> [String: Entry]? {
        guard bytes.prefix(65).elementsEqual((key + "\n").utf8) else { return nil }
        let line = bytes[65...].prefix(64).prefix { $0 != UInt8(ascii: "\n") }
        let numbers = String(decoding: line, as: UTF8.self).split(separator: " ")
        let start = 65 + line.count + 1
        guard numbers.count == 2, let length = Int(numbers[0]), length >= 0, length <= bytes.count - start,
            Array(bytes[start..<start + length]).withUnsafeBytes({ checksum($0.baseAddress, length) })
                == UInt64(numbers[1])
        else { return nil }
        let data = (start + length + page - 1) / page * page
        var entries: [String: Entry] = [:]
        for text in String(decoding: bytes[start..<start + length], as: UTF8.self).split(separator: "\n") {
            let fields = text.split(separator: "\t")
            guard fields.count == 5, let place = Int(fields[2]), let count = Int(fields[3]), place >= 0, count >= 0,
                let checksum = UInt64(fields[4]), place <= bytes.count, count <= bytes.count
            else { return nil }
            let range = data + place..<data + place + count
            entries[String(fields[0])] = Entry(layout: String(fields[1]), range: range, checksum: checksum)
        }
        return entries
    }

    /// Whether every layer's bytes are what was written.
    private var isWhole: Bool {
        let entries = Array(entries.values)
        let failures = FailureCount()
        ComputeThreads.perform(entries.count) { index in
            let entry = entries[index]
            if Self.checksum(base + entry.range.lowerBound, entry.range.count) != entry.checksum { failures.add() }
        }
        return failures.isZero
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { checksum($0.baseAddress, $0.count) }
    }

    private static func checksum(_ start: UnsafeRawPointer?, _ count: Int) -> UInt64 {
        guard let start else { return kernel_checksum(nil, 0) }
        return kernel_checksum(start.assumingMemoryBound(to: UInt8.self), count)
    }
}
