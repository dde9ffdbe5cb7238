import DurableFiles
import Tensors

/// How the kept outputs of frozen layers are stored.
public enum FrozenPartPrecision: String, Sendable, Hashable, Codable {
    case float32
    /// Half the room; the error, 2⁻¹¹ of each value, is far below what augmentation does. What lies outside the range of
    /// binary16 is stored in fp32.
    case float16
}

/// The stored output of frozen layers: a tensor with its shape and a digest, little-endian.
///
/// Magic (8 bytes), format, element size, rank, axes (UInt32 each), SHA-256 of the elements (32 bytes), elements.
struct FrozenPartFile: Sendable {
    private static let magic = Array("PRDFROZN".utf8)
    private static let format: UInt32 = 1

    let bytes: [UInt8]

    /// The stored form of a tensor.
    init(_ tensor: Tensor, precision: FrozenPartPrecision) {
        let isHalf = precision == .float16 && tensor.fitsHalf
        let elements = tensor.withUnsafeBufferPointer { values in
            isHalf
                ? Self.bytes(count: values.count) { Float16(values[$0]).bitPattern.littleEndian }
                : Self.bytes(count: values.count) { values[$0].bitPattern.littleEndian }
        }
        let numbers = [Self.format, isHalf ? 2 : 4, UInt32(tensor.shape.count)] + tensor.shape.map { UInt32($0) }
        let header = numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
        bytes = Self.magic + header + Self.digest(elements[...]) + elements
    }

    /// What was stored; nil where the file is damaged or another program's.
    static func tensor(_ bytes: [UInt8]) -> Tensor? {
        func number(_ place: Int) -> Int? {
            let start = magic.count + 4 * place
            guard bytes.count >= start + 4 else { return nil }
            return bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.starts(with: magic), number(0) == Int(format), let size = number(1), size == 2 || size == 4,
            let rank = number(2), rank <= 8
        else { return nil }
        let shape = (0..<rank).compactMap { number(3 + $0) }
        let header = magic.count + 4 * (3 + rank)
        guard shape.count == rank, let count = product(shape), bytes.count == header + 32 + count * size else {
            return nil
        }
        guard digest(bytes[(header + 32)...]) == Array(bytes[header..<header + 32]) else { return nil }
        return bytes.withUnsafeBytes { raw in
            Tensor(shape: shape) { target in
                for index in 0..<count {
                    let place = header + 32 + index * size
                    let value =
                        size == 2
                        ? Float(
                            Float16(
                                bitPattern: UInt16(
                                    littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt16.self)
                                )
                            )
                        )
                        : Float(
                            bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt32.self))
                        )
                    target.initializeElement(at: index, to: value)
                }
            }
        }
    }

    private static func product(_ shape: [Int]) -> Int? {
        var count = 1
        for length in shape {
            let (next, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow, next < 1 << 40 else { return nil }
            count = next
        }
        return count
    }

    private static func bytes<Bits: FixedWidthInteger>(count: Int, _ element: (Int) -> Bits) -> [UInt8] {
        let size = MemoryLayout<Bits>.size
        return [UInt8](unsafeUninitializedCapacity: count * size) { target, initialized in
            let raw = UnsafeMutableRawBufferPointer(target)
            for index in 0..<count { raw.storeBytes(of: element(index), toByteOffset: index * size, as: Bits.self) }
            initialized = count * size
        }
    }

    private static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let hex = Array(bytes.withUnsafeBytes { SHA256Digest(ofMemory: $0) }.hex.utf8)
        return stride(from: 0, to: 64, by: 2).map { place in
            UInt8(String(decoding: hex[place..<place + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }
}

extension Tensor {
    /// Whether every element has a binary16 near it.
    fileprivate var fitsHalf: Bool { withUnsafeBufferPointer { $0.allSatisfy { abs($0) <= 65_504 } } }
}
