/// Voxels as little-endian bytes, i fastest.
enum RawVoxels {
    static func floats(_ bytes: [UInt8], _ element: AtlasVolumeFile.Element) -> [Float] {
        bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / element.byteCount).map { index in
                switch element {
                case .int16:
                    Float(Int16(littleEndian: buffer.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self)))
                case .float32:
                    Float(
                        bitPattern: UInt32(
                            littleEndian: buffer.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                        )
                    )
                case .uint8: Float(buffer[index])
                case .uint16:
                    Float(UInt16(littleEndian: buffer.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
                }
            }
        }
    }

    static func labels(_ bytes: [UInt8], _ element: AtlasVolumeFile.Element) -> [UInt16] {
        guard element.byteCount == 2 else { return bytes.map { UInt16($0) } }
        return bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / 2).map { index in
                UInt16(littleEndian: buffer.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            }
        }
    }

    /// 16-bit integers where nothing is lost by it, else 32-bit floats.
    static func encode(_ values: [Float]) -> (bytes: [UInt8], element: AtlasVolumeFile.Element) {
        let isInt16 = values.allSatisfy { $0 == $0.rounded() && $0 >= -32768 && $0 <= 32767 }
        return isInt16
            ? (bytes(values.map { Int16($0).littleEndian }), .int16)
            : (bytes(values.map { $0.bitPattern.littleEndian }), .float32)
    }

    static func encode(_ labels: [UInt16]) -> (bytes: [UInt8], element: AtlasVolumeFile.Element) {
        labels.allSatisfy { $0 < 256 }
            ? (labels.map { UInt8($0) }, .uint8)
            : (bytes(labels.map(\.littleEndian)), .uint16)
    }

    private static func bytes<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] {
        values.withUnsafeBytes { Array($0) }
    }
}
