import DurableFiles
import Tensors

/// Writes named tensors as a safetensors file in fp32.
///
/// Equal tensors and metadata give equal bytes: tensors stand in the byte order of their names, and the data begin at a
/// multiple of 64 bytes. The tensors are written one after the other, so that a file needs no memory of its size.
public enum SafetensorsWriter {
    /// What was written and read back.
    public struct Written: Sendable, Hashable {
        /// The length of the file.
        public let byteCount: Int
        /// The digest of the file.
        public let sha256: SHA256Digest
    }

    /// Writes a file durably and reads it back before it gets its name.
    ///
    /// - Parameters:
    ///   - weights: the tensors; a tensor must not be called `__metadata__`.
    ///   - metadata: free text to keep in the header.
    ///   - path: the final name; its folder must exist.
    ///   - existing: what happens to a file of that name.
    /// - Throws: `FileError` when the disk refuses or returns other bytes, ``CheckpointError`` for names that do not fit.
    /// - Returns: length and digest of the file.
    @discardableResult
    public static func write(
        _ weights: NamedTensors,
        metadata: [String: String] = [:],
        to path: RawPath,
        existing: AtomicFile.Existing = .replace
    ) throws -> Written {
        let names = weights.tensors.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let header = try header(of: weights, names: names, metadata: metadata)
        var accumulator = SHA256Accumulator()
        var byteCount = 0
        try AtomicFile.writePieces(
            to: path,
            existing: existing,
            subject: "weights",
            verify: { written in
                guard try SHA256Digest(ofFile: written) == accumulator.digest() else {
                    throw FileError(operation: "read back", subject: "weights", errno: 0, reason: "other bytes came")
                }
            },
            { writer in
                func append(_ bytes: UnsafeRawBufferPointer) throws {
                    accumulator.update(bytes)
                    try writer.append(bytes)
                }
                try header.withUnsafeBytes { try append($0) }
                for name in names {
                    try weights.tensors[name]?.withUnsafeBufferPointer { try append(UnsafeRawBufferPointer($0)) }
                }
                byteCount = writer.byteCount
            }
        )
        return Written(byteCount: byteCount, sha256: accumulator.digest())
    }

    /// Length, JSON and the spaces that align the data.
    private static func header(
        of weights: NamedTensors,
        names: [String],
        metadata: [String: String]
    ) throws(CheckpointError) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\(quoted($0.key)):\(quoted($0.value))" }
            members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for name in names {
            guard name != "__metadata__", let tensor = weights.tensors[name] else {
                throw .unsupported("a tensor cannot be called \(CheckpointError.quote(name)) in safetensors")
            }
            guard tensor.shape.count <= SafetensorsHeader.rankLimit else {
                throw .unsupported("tensor \(CheckpointError.quote(name)) has too many axes")
            }
            let end = offset + tensor.count * MemoryLayout<Float>.size
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append("\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var json = Array("{\(members.joined(separator: ","))}".utf8)
        while !(json.count + 8).isMultiple(of: 64) { json.append(UInt8(ascii: " ")) }
        guard json.count <= SafetensorsHeader.lengthLimit, names.count <= SafetensorsHeader.tensorLimit else {
            throw .unsupported("there are too many tensors, or their names are too long, for one safetensors file")
        }
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
    }

    /// A JSON string (RFC 8259 section 7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
