import CKernels
import Tensors

/// Rows as a product takes them: in fp32, rounded to bf16, or in bytes with a scale and a zero for every row.
package struct StagedRows {
    package let precision: NetworkPrecision
    private let memory: UnsafeMutableRawPointer
    private let rows: Int
    /// Elements of a row.
    private let length: Int

    /// Calls the body with memory for so many rows.
    package static func with<Result>(
        rows: Int,
        length: Int,
        _ precision: NetworkPrecision,
        _ body: (StagedRows) -> Result
    ) -> Result {
        let elements = rows * length * bytes(of: precision)
        let bytes = (elements + 63) / 64 * 64 + (precision == .integer8 ? 8 * rows : 0) + 64
        let memory = TensorMemory.allocate(bytes: bytes)
        defer { TensorMemory.free(memory, bytes: bytes) }
        return body(StagedRows(precision: precision, memory: memory, rows: rows, length: length))
    }

    private init(precision: NetworkPrecision, memory: UnsafeMutableRawPointer, rows: Int, length: Int) {
        (self.precision, self.memory, self.rows, self.length) = (precision, memory, rows, length)
    }

    /// Bytes of an element.
    private static func bytes(of precision: NetworkPrecision) -> Int {
        switch precision {
        case .float32: 4
        case .bfloat16: 2
        case .integer8: 1
        }
    }

    package var floats: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }
    package var halves: UnsafeMutablePointer<UInt16> { memory.assumingMemoryBound(to: UInt16.self) }
    var bytes: UnsafeMutablePointer<UInt8> { memory.assumingMemoryBound(to: UInt8.self) }
    /// `[rows]`, of integers.
    var scales: UnsafeMutablePointer<Float> {
        (memory + (rows * length * Self.bytes(of: precision) + 63) / 64 * 64).assumingMemoryBound(to: Float.self)
    }
    /// `[rows]`, of integers.
    var zeros: UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(scales + rows).assumingMemoryBound(to: Int32.self)
    }

    /// A row's first element.
    func row(_ index: Int) -> UnsafeRawPointer {
        UnsafeRawPointer(memory + index * length * Self.bytes(of: precision))
    }

    /// Sets `count` rows from `place` on to rows that lie side by side in fp32.
    package func write(_ source: UnsafePointer<Float>, _ count: Int, at place: Int = 0) {
        switch precision {
        case .float32: (floats + place * length).update(from: source, count: count * length)
        case .bfloat16: kernel_round_bfloat16_rows(source, length, halves + place * length, count, length)
        case .integer8:
            kernel_quantise_rows(
                source,
                length,
                bytes + place * length,
                count,
                length,
                scales + place,
                zeros + place
            )
        }
    }

    /// Normalises rows in fp32 in place.
    static func normalise(_ rows: UnsafeMutablePointer<Float>, _ count: Int, by norm: LayerNorm) {
        norm.scale.withPointer { scale in
            norm.shift.withPointer { shift in
                kernel_layer_norm_rows(rows, rows, count, norm.scale.count, scale, shift, norm.epsilon)
            }
        }
    }

    /// Sets `count` rows from `place` on to normalised rows. `room` has space for them in fp32; it is not used in bf16.
    package func write(
        normalising source: UnsafePointer<Float>,
        _ count: Int,
        at place: Int = 0,
        by norm: LayerNorm,
        room: UnsafeMutablePointer<Float>
    ) {
        norm.scale.withPointer { scale in
            norm.shift.withPointer { shift in
                switch precision {
                case .float32:
                    let target = floats + place * length
                    kernel_layer_norm_rows(source, target, count, length, scale, shift, norm.epsilon)
                case .bfloat16:
                    let target = halves + place * length
                    kernel_layer_norm_rounded_rows(source, target, count, length, scale, shift, norm.epsilon)
                case .integer8:
                    kernel_layer_norm_rows(source, room, count, length, scale, shift, norm.epsilon)
                    write(room, count, at: place)
                }
            }
        }
    }
}
