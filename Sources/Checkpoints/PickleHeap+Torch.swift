extension PickleHeap {
    /// The highest number of axes that is read.
    static let rankLimit = 16

    /// What a persistent identifier stands for: `('storage', class, key, location, number of elements)`.
    ///
    /// A class that is not known gives an opaque value.
    mutating func storage(
        identifiedBy identifier: PickleValue,
        _ cursor: PickleCursor
    ) throws(PickleError) -> PickleValue {
        guard case .tuple(let index) = identifier else { throw PickleError("a storage is not named by a tuple") }
        let items = Array(items(ofTuple: index))
        guard items.count == 5, case .text(let kind) = items[0], try cursor.string(kind) == "storage",
            case .text(let key) = items[2], case .integer(let count) = items[4], count >= 0
        else { throw PickleError("a storage is named in an unknown way") }
        switch items[1] {
        case .global(.storage(let type)): return try makeStorage(TorchStorage(type: type, key: key, count: count))
        case .opaque: return .opaque
        default: throw PickleError("a storage has no element type")
        }
    }

    /// What a call would have given: an ordered dictionary, a tensor, or something opaque.
    mutating func reduce(_ function: PickleValue, _ arguments: PickleValue) throws(PickleError) -> PickleValue {
        if case .opaque = function { return .opaque }
        guard case .global(let global) = function, case .tuple(let index) = arguments else {
            throw PickleError("something is called that is no function")
        }
        let items = Array(items(ofTuple: index))
        switch global {
        case .orderedDictionary: return items.isEmpty ? try makeDictionary() : .opaque
        case .rebuildTensor: return try tensor(rebuiltFrom: items)
        case .rebuildParameter: return try parameter(rebuiltFrom: items)
        case .storage: throw PickleError("a storage is made without its file")
        }
    }

    /// `_rebuild_parameter(tensor, requires_grad, hooks)`
    private func parameter(rebuiltFrom items: [PickleValue]) throws(PickleError) -> PickleValue {
        switch items.first {
        case .tensor(let index) where items.count == 3: return .tensor(index)
        case .opaque: return .opaque
        default: throw PickleError("a parameter is built from something that is no tensor")
        }
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])`
    private mutating func tensor(rebuiltFrom items: [PickleValue]) throws(PickleError) -> PickleValue {
        guard 6...7 ~= items.count else { throw PickleError("a tensor is built from too few or too many values") }
        if case .opaque = items[0] { return .opaque }
        guard case .storage(let storage) = items[0], case .integer(let offset) = items[1],
            let shape = naturals(items[2]), let strides = naturals(items[3])
        else { throw PickleError("a tensor has no storage, or a size or stride that is not a natural number") }
        guard offset >= 0, shape.count == strides.count else {
            throw PickleError("a tensor has a negative offset, or not one stride for each axis")
        }
        return try makeTensor(TorchTensor(storage: storage, offset: offset, shape: shape, strides: strides))
    }

    private func naturals(_ value: PickleValue) -> [Int]? {
        guard case .tuple(let index) = value else { return nil }
        let items = items(ofTuple: index)
        guard items.count <= Self.rankLimit else { return nil }
        var numbers: [Int] = []
        for item in items {
            guard case .integer(let number) = item, number >= 0 else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}
