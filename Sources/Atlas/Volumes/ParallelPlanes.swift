import Dispatch

/// Builds an array of `count` pieces of `length` elements; pieces are filled concurrently, each by one call.
///
/// `fill` must initialise every element of its piece and touch nothing that another call writes. The result is the same
/// whatever the number of threads.
func makePlanes<Element: BitwiseCopyable>(
    _ count: Int,
    of length: Int,
    _ fill: (_ index: Int, _ piece: UnsafeMutableBufferPointer<Element>) -> Void
) -> [Element] {
    [Element](unsafeUninitializedCapacity: count * length) { buffer, initialized in
        let whole = UnsafeMutableBufferPointer(rebasing: buffer[..<(count * length)])
        concurrently(count) { index in
            fill(index, UnsafeMutableBufferPointer(rebasing: whole[index * length..<(index + 1) * length]))
        }
        initialized = count * length
    }
}

/// Changes pieces of `length` elements of an array concurrently, each by one call, which touches no other piece.
func updatePlanes<Element: BitwiseCopyable>(
    _ values: inout [Element],
    of length: Int,
    _ update: (_ index: Int, _ piece: UnsafeMutableBufferPointer<Element>) -> Void
) {
    values.withUnsafeMutableBufferPointer { buffer in
        let whole = buffer
        concurrently(whole.count / length) { index in
            update(index, UnsafeMutableBufferPointer(rebasing: whole[index * length..<(index + 1) * length]))
        }
    }
}

/// Computes values concurrently and returns them in the order of their indices.
func concurrentMap<Element>(_ count: Int, _ transform: (Int) -> Element) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
        let whole = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
        concurrently(count) { index in whole.initializeElement(at: index, to: transform(index)) }
        initialized = count
    }
}

/// Calls `body` once for each index on all processors and returns after the last call.
private func concurrently(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
        let work = IndexedWork(body: body)
        DispatchQueue.concurrentPerform(iterations: count) { work.body($0) }
    }
}

/// Work that is split by index.
///
/// `@unchecked Sendable`: each call has an index of its own and writes only what belongs to that index, and
/// `concurrentPerform` returns after the last call, so nothing outlives the caller's frame.
private struct IndexedWork: @unchecked Sendable {
    let body: (Int) -> Void
}
