/// Writes pickles instruction by instruction, the honest and the hostile ones.
enum PickleAssembler {
    static let mark: [UInt8] = [0x28]
    static let reduce: [UInt8] = [0x52]
    static let build: [UInt8] = [0x62]
    static let newObject: [UInt8] = [0x81]
    static let stackGlobal: [UInt8] = [0x93]
    static let none: [UInt8] = [0x4E]
    static let emptyTuple: [UInt8] = [0x29]
    static let emptyList: [UInt8] = [0x5D]
    static let append: [UInt8] = [0x61]
    static let tuple1: [UInt8] = [0x85]
    static let persistentIdentifier: [UInt8] = [0x51]

    /// A whole pickle of protocol 2.
    static func program(_ body: [UInt8]...) -> [UInt8] {
        [0x80, 2] + body.joined() + [0x2E]
    }

    static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func text(_ string: String) -> [UInt8] {
        [0x58] + littleEndian(UInt32(string.utf8.count)) + Array(string.utf8)
    }

    /// Eight bytes where four are too few.
    static func integer(_ value: Int) -> [UInt8] {
        if let short = Int32(exactly: value) { return [0x4A] + littleEndian(short) }
        return [0x8A, 8] + littleEndian(Int64(value))
    }

    static func global(_ module: String, _ name: String) -> [UInt8] {
        Array("c\(module)\n\(name)\n".utf8)
    }

    static func tuple(_ items: [[UInt8]]) -> [UInt8] {
        mark + items.joined() + [0x74]
    }

    static func integers(_ values: [Int]) -> [UInt8] { tuple(values.map(integer)) }

    static func dictionary(_ members: [(String, [UInt8])]) -> [UInt8] {
        [0x7D] + mark + members.flatMap { text($0.0) + $0.1 } + [0x75]
    }

    /// A call of a function by name.
    static func call(_ module: String, _ name: String, _ arguments: [[UInt8]]) -> [UInt8] {
        global(module, name) + tuple(arguments) + reduce
    }

    static let orderedDictionary = call("collections", "OrderedDict", [])

    static func storage(_ kind: String = "FloatStorage", key: String = "0", count: Int) -> [UInt8] {
        tuple([text("storage"), global("torch", kind), text(key), text("cpu"), integer(count)]) + persistentIdentifier
    }

    static func tensor(_ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]) -> [UInt8] {
        let arguments = [storage, integer(offset), integers(shape), integers(strides), [0x89], orderedDictionary]
        return call("torch._utils", "_rebuild_tensor_v2", arguments)
    }

    /// The tensor [1, 2, 3] in the storage that ``ZipAssembler/checkpoint(_:storages:)`` has.
    static let honestTensor = tensor(storage(count: 3), shape: [3], strides: [1])
}
