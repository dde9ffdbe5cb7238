import Synchronization

/// A dense, row-major array of fp32 with value semantics.
///
/// Copies share memory until one is written to. Memory that belongs to somebody else (a mapped weights file) is
/// borrowed, never written, and copied on the first write.
public struct Tensor: Sendable {
    /// The length of each axis, outermost first; `[]` is a scalar with one element.
    public let shape: [Int]
    private var storage: TensorStorage
    /// What the tensor was computed from; nil where no gradient is wanted.
    let node: GradientNode?

    /// The number of elements.
    public var count: Int { storage.count }

    /// A tensor of zeros.
    public init(zeros shape: [Int]) {
        self.init(shape: shape) { $0.initialize(repeating: 0) }
    }

    /// A tensor from row-major values; their number must fit the shape.
    public init(_ values: [Float], shape: [Int]) {
        precondition(values.count == Tensor.count(of: shape), "\(values.count) values for shape \(shape)")
        self.init(shape: shape) { _ = $0.initialize(from: values) }
    }

    /// A tensor whose every element the closure must initialise; the memory starts at a multiple of 64 bytes.
    public init(shape: [Int], initializing body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        self.shape = shape
        storage = TensorStorage(allocating: Tensor.count(of: shape))
        node = nil
        try body(storage.buffer)
    }

    /// A tensor over memory that stays valid and unchanged as long as `owner` lives.
    public init(shape: [Int], borrowing base: UnsafePointer<Float>, owner: any AnyObject & Sendable) {
        self.shape = shape
        storage = TensorStorage(borrowing: base, count: Tensor.count(of: shape), owner: owner)
        node = nil
    }

    private init(shape: [Int], storage: TensorStorage, node: GradientNode?) {
        self.shape = shape
        self.storage = storage
        self.node = node
    }

    /// The same elements under another shape with the same number of elements.
    public func reshaped(_ shape: [Int]) -> Tensor {
        precondition(Tensor.count(of: shape) == count, "cannot view \(self.shape) as \(shape)")
        let result = Tensor(shape: shape, storage: storage, node: nil)
        guard isTracked else { return result }
        let own = self.shape
        return result.recording([self]) { [$0.reshaped(own)] }
    }

    /// The same elements with another history.
    func with(_ node: GradientNode?) -> Tensor { Tensor(shape: shape, storage: storage, node: node) }

    /// The elements in row-major order.
    public var values: [Float] { withUnsafeBufferPointer { Array($0) } }

    /// Gives read access to the elements in row-major order.
    public func withUnsafeBufferPointer<Result>(
        _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(storage) { try body(UnsafeBufferPointer(storage.buffer)) }
    }

    /// Gives write access; shared or borrowed memory is copied first. A tracked tensor is not written to.
    public mutating func withUnsafeMutableBufferPointer<Result>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        precondition(node == nil, "a tensor whose gradient is wanted is not changed in place")
        if storage.isBorrowed || !isKnownUniquelyReferenced(&storage) { storage = TensorStorage(copying: storage) }
        storage.forgetRounded()
        return try withExtendedLifetime(storage) { try body(storage.buffer) }
    }

    /// Writes every element anew from the old ones: in place where the memory is this tensor's alone, otherwise into new
    /// memory without copying the old first.
    ///
    /// The body gets the same address twice, or two that do not overlap. A tracked tensor is not written to.
    mutating func rewrite<Result>(
        _ body: (_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) throws -> Result
    ) rethrows -> Result {
        precondition(node == nil, "a tensor whose gradient is wanted is not changed in place")
        guard storage.isBorrowed || !isKnownUniquelyReferenced(&storage) else {
            storage.forgetRounded()
            return try withExtendedLifetime(storage) {
                try body(UnsafePointer(storage.buffer.start), storage.buffer.start)
            }
        }
        let old = storage
        storage = TensorStorage(allocating: count)
        return try withExtendedLifetime((old, storage)) {
            try body(UnsafePointer(old.buffer.start), storage.buffer.start)
        }
    }

    /// Gives the memory, which outlives the call.
    func withStorage<Result>(_ body: (TensorStorage) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(storage) { try body(storage) }
    }

    private static func count(of shape: [Int]) -> Int {
        shape.reduce(1) { product, length in
            precondition(length >= 0, "negative length in shape \(shape)")
            return product * length
        }
    }
}

/// The memory of a tensor.
///
/// `@unchecked Sendable`: memory is written only by the single `Tensor` that holds the only reference.
final class TensorStorage: @unchecked Sendable {
    let buffer: UnsafeMutableBufferPointer<Float>
    private let owner: (any AnyObject & Sendable)?
    private let keptRounded = Mutex<RoundedElements?>(nil)

    var count: Int { buffer.count }
    var start: UnsafePointer<Float> { UnsafeBufferPointer(buffer).start }
    var isBorrowed: Bool { owner != nil }

    init(allocating count: Int) {
        let raw = TensorMemory.allocate(bytes: Self.bytes(count))
        buffer = UnsafeMutableBufferPointer(start: raw.assumingMemoryBound(to: Float.self), count: count)
        owner = nil
    }

    init(borrowing base: UnsafePointer<Float>, count: Int, owner: any AnyObject & Sendable) {
        buffer = UnsafeMutableBufferPointer(start: UnsafeMutablePointer(mutating: base), count: count)
        self.owner = owner
    }

    convenience init(copying other: TensorStorage) {
        self.init(allocating: other.count)
        _ = buffer.initialize(from: UnsafeBufferPointer(other.buffer))
    }

    /// The elements rounded to bf16, made on the first call and kept until the memory is written to.
    func rounded() -> RoundedElements {
        if let known = keptRounded.withLock({ $0 }) { return known }
        // Made outside of the lock, by several threads: two callers may make the same, and the first is kept.
        let made = RoundedElements(UnsafeBufferPointer(buffer))
        return keptRounded.withLock { kept in
            let first = kept ?? made
            kept = first
            return first
        }
    }

    /// Keeps rounded elements that somebody made together with the exact ones.
    func keep(_ rounded: RoundedElements?) { keptRounded.withLock { $0 = rounded } }

    /// Whether rounded elements are kept.
    var hasRounded: Bool { keptRounded.withLock { $0 != nil } }

    /// Drops the rounded elements; the memory is about to change.
    func forgetRounded() { keptRounded.withLock { $0 = nil } }

    deinit {
        if owner == nil, let memory = buffer.baseAddress { TensorMemory.free(memory, bytes: Self.bytes(count)) }
    }

    private static func bytes(_ count: Int) -> Int { max(64, count * MemoryLayout<Float>.stride) }
}
