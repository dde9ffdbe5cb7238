import COneDNN
import Synchronization

/// A product's sizes, steps and number format: what it is compiled for.
package struct ProductShape: Hashable, Sendable {
    package var (rows, columns, inner) = (0, 0, 0)
    /// Elements from one row to the next and from one column to the next, of the sides as they are multiplied.
    package var (leftRow, leftColumn) = (0, 0)
    package var (rightRow, rightColumn) = (0, 0)
    package var resultRow = 0
    package var precision = NetworkPrecision.float32
    package var adds = false
    /// Whether the right side is in the library's own layout.
    package var isPacked = false

    package init() {}

    private var type: PrereadElementType {
        switch precision {
        case .float32: PREREAD_FLOAT32
        case .bfloat16: PREREAD_BFLOAT16
        case .integer8: PREREAD_INTEGER8
        }
    }

    fileprivate var description: PrereadProductShape {
        PrereadProductShape(
            rows: Int64(rows),
            columns: Int64(columns),
            inner: Int64(inner),
            left_row: Int64(leftRow),
            left_column: Int64(leftColumn),
            right_row: Int64(rightRow),
            right_column: Int64(rightColumn),
            result_row: Int64(resultRow),
            type: type,
            adds: adds,
            is_packed: isPacked
        )
    }
}

/// A product that oneDNN has compiled for one shape.
///
/// `@unchecked Sendable`: the compiled product is never changed, and oneDNN lets any number of threads run it, each
/// with scratch memory of its own.
package final class CompiledProduct: @unchecked Sendable {
    private let product: OpaquePointer

    /// nil where oneDNN has no such product on this CPU.
    fileprivate init?(_ shape: ProductShape) {
        var description = shape.description
        guard let product = preread_product_create(&description) else { return nil }
        self.product = product
    }

    deinit { preread_product_destroy(product) }

    /// Computes the product on the calling thread; false where memory is short.
    package func run(
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        into result: UnsafeMutableRawPointer
    ) -> Bool {
        preread_product_run(product, left, right, result)
    }

    /// The bytes of a packed right side.
    package var packedBytes: Int { preread_product_packed_bytes(product) }

    /// Packs a right side; false where the library refuses.
    package func pack(_ right: UnsafeRawPointer, into packed: UnsafeMutableRawPointer) -> Bool {
        preread_product_pack(product, right, packed)
    }
}

/// The compiled products of this process: compiling costs tenths of a millisecond, so the latest are kept.
package enum CompiledProducts {
    /// The most that are kept; a network needs some dozens.
    static let limit = 512

    private static let kept = Mutex(Kept())

    /// How many are kept now.
    static var count: Int { kept.withLock { $0.entries.count } }

    /// The compiled product of a shape; nil where oneDNN has none.
    package static func product(_ shape: ProductShape) -> CompiledProduct? {
        if let known = kept.withLock({ $0.find(shape) }) { return known.product }
        // Compiled outside of the lock: two threads may compile the same shape, and the first to finish is kept.
        let made = CompiledProduct(shape)
        return kept.withLock { $0.keep(made, for: shape) }
    }

    private struct Entry {
        let product: CompiledProduct?
        var lastUse: UInt64
    }

    private struct Kept {
        var entries: [ProductShape: Entry] = [:]
        private var uses: UInt64 = 0

        mutating func find(_ shape: ProductShape) -> Entry? {
            uses += 1
            entries[shape]?.lastUse = uses
            return entries[shape]
        }

        mutating func keep(_ made: CompiledProduct?, for shape: ProductShape) -> CompiledProduct? {
            if let known = entries[shape] { return known.product }
            if entries.count >= limit { forgetOlderHalf() }
            entries[shape] = Entry(product: made, lastUse: uses)
            return made
        }

        private mutating func forgetOlderHalf() {
            let median = entries.values.map(\.lastUse).sorted()[entries.count / 2]
            entries = entries.filter { $0.value.lastUse >= median }
        }
    }
}
