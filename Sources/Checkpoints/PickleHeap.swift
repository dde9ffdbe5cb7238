/// Everything that a pickle builds, in flat arrays.
///
/// Containers refer to each other by index: freeing a hostile chain of a million nested containers needs no recursion,
/// and cycles cannot leak. Every array has a limit, so that a small file cannot claim much memory.
struct PickleHeap {
    /// The deepest nesting of containers. A child that grows after it was inserted is not counted again in its parents,
    /// which is harmless here: nothing walks the containers recursively.
    static let depthLimit = 64
    static let containerLimit = 500_000
    static let itemLimit = 1_000_000
    static let tensorLimit = 100_000

    /// A key and its value; only string keys are kept.
    struct Member {
        let key: PickleText
        let value: PickleValue
    }

    private struct Container {
        var depth: UInt8
        /// The items of a tuple in `tupleItems`, or nothing.
        var items: Range<Int32> = 0..<0
        /// Index of the members of a dictionary, or -1.
        var dictionary: Int32 = -1
    }

    private var containers: [Container] = []
    private var tupleItems: [PickleValue] = []
    private var dictionaries: [[Member]] = []
    private var memberCount = 0
    private(set) var storages: [TorchStorage] = []
    private(set) var tensors: [TorchTensor] = []

    // MARK: - Making

    mutating func makeTuple(_ items: some Collection<PickleValue>) throws(PickleError) -> PickleValue {
        let deepest = items.reduce(0) { max($0, depth(of: $1)) }
        guard tupleItems.count + items.count <= Self.itemLimit else { throw PickleError("it has too many values") }
        let start = Int32(tupleItems.count)
        tupleItems.append(contentsOf: items)
        return .tuple(try add(Container(depth: try Self.deeper(deepest), items: start..<Int32(tupleItems.count))))
    }

    mutating func makeList() throws(PickleError) -> PickleValue {
        .list(try add(Container(depth: 1)))
    }

    mutating func makeDictionary() throws(PickleError) -> PickleValue {
        dictionaries.append([])
        return .dictionary(try add(Container(depth: 1, dictionary: Int32(dictionaries.count - 1))))
    }

    mutating func makeStorage(_ storage: TorchStorage) throws(PickleError) -> PickleValue {
        guard storages.count < Self.tensorLimit else { throw PickleError("it has too many storages") }
        storages.append(storage)
        return .storage(storages.count - 1)
    }

    mutating func makeTensor(_ tensor: TorchTensor) throws(PickleError) -> PickleValue {
        guard tensors.count < Self.tensorLimit else { throw PickleError("it has too many tensors") }
        tensors.append(tensor)
        return .tensor(tensors.count - 1)
    }

    // MARK: - Filling

    /// Notes the nesting; what a list holds is never needed.
    mutating func append(_ value: PickleValue, toList index: Int) throws(PickleError) {
        containers[index].depth = max(containers[index].depth, try Self.deeper(depth(of: value)))
    }

    mutating func set(_ key: PickleValue, to value: PickleValue, inDictionary index: Int) throws(PickleError) {
        containers[index].depth = max(containers[index].depth, try Self.deeper(depth(of: value)))
        guard case .text(let text) = key else { return }
        guard memberCount < Self.containerLimit else { throw PickleError("it has too many dictionary entries") }
        memberCount += 1
        dictionaries[Int(containers[index].dictionary)].append(Member(key: text, value: value))
    }

    // MARK: - Reading

    func items(ofTuple index: Int) -> ArraySlice<PickleValue> {
        let items = containers[index].items
        return tupleItems[Int(items.lowerBound)..<Int(items.upperBound)]
    }

    /// The members with string keys in the order of their insertion; a key can occur more than once.
    func members(ofDictionary index: Int) -> [Member] {
        dictionaries[Int(containers[index].dictionary)]
    }

    private func depth(of value: PickleValue) -> UInt8 {
        switch value {
        case .tuple(let index), .list(let index), .dictionary(let index): containers[index].depth
        case .plain, .integer, .text, .global, .storage, .tensor, .opaque: 0
        }
    }

    private static func deeper(_ depth: UInt8) throws(PickleError) -> UInt8 {
        guard depth < depthLimit else { throw PickleError("containers are nested too deeply") }
        return depth + 1
    }

    private mutating func add(_ container: Container) throws(PickleError) -> Int {
        guard containers.count < Self.containerLimit else { throw PickleError("it has too many containers") }
        containers.append(container)
        return containers.count - 1
    }
}

/// What is wrong with a pickle; the place is added where it is known.
struct PickleError: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
