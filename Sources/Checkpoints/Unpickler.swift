/// Interprets a pickle as data: it finds dictionaries of tensors and does nothing else.
///
/// Python's pickle is a program for a stack machine whose `REDUCE` calls any function. Here the functions that rebuild
/// tensors are recognised by name and noted; any other is opaque, and so is everything made with it. See
/// ``PickleOpcode`` for what is accepted at all.
struct Unpickler {
    static let sizeLimit = 16 << 20
    static let stackLimit = 100_000
    static let markLimit = 64
    static let memoLimit = 1_000_000

    /// What was built.
    private(set) var heap = PickleHeap()
    /// A few names that were not understood, for messages.
    private(set) var unknownNames: [String] = []
    private var cursor: PickleCursor
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [PickleValue?] = []

    /// The bytes must stay valid as long as this value is used.
    init(_ bytes: UnsafeRawBufferPointer) {
        cursor = PickleCursor(bytes)
    }

    /// Runs to the end and gives the value that is left.
    mutating func run() throws(CheckpointError) -> PickleValue {
        guard cursor.bytes.count <= Self.sizeLimit else {
            throw .malformed("the pickle has \(cursor.bytes.count) bytes, the limit is \(Self.sizeLimit)")
        }
        do throws(PickleError) {
            while try step() {}
            guard cursor.isAtEnd, marks.isEmpty, stack.count == 1 else {
                throw PickleError("it stops before its end")
            }
            return try pop()
        } catch {
            throw .malformed("the pickle is refused at byte \(cursor.position): \(error.reason)")
        }
    }

    /// The characters of a string that the pickle holds.
    func string(_ text: PickleText) throws(CheckpointError) -> String {
        do throws(PickleError) {
            return try cursor.string(text)
        } catch {
            throw .malformed("the pickle is refused: \(error.reason)")
        }
    }

    /// Executes one instruction; answers whether there is another.
    private mutating func step() throws(PickleError) -> Bool {
        let code = try cursor.integer(as: UInt8.self)
        guard let opcode = PickleOpcode(rawValue: code) else {
            throw PickleError("instruction 0x\(String(code, radix: 16)) has no place in a file of weights")
        }
        switch opcode {
        case .stop: return false
        case .mark:
            guard marks.count < Self.markLimit else { throw PickleError("containers are nested too deeply") }
            marks.append(stack.count)
        case .protocolVersion:
            guard try cursor.integer(as: UInt8.self) <= 5 else { throw PickleError("its protocol is unknown") }
        case .frame: _ = try cursor.integer(as: UInt64.self)
        case .none, .newTrue, .newFalse, .binaryInteger, .binaryInteger1, .binaryInteger2, .long1, .binaryFloat,
            .binaryUnicode, .shortBinaryUnicode, .binaryUnicode8:
            try push(try literal(opcode))
        case .emptyTuple, .emptyList, .emptyDictionary, .tuple, .tuple1, .tuple2, .tuple3:
            try push(try container(opcode))
        case .append, .appends, .setItem, .setItems: try fill(opcode)
        case .binaryGet, .longBinaryGet, .binaryPut, .longBinaryPut, .memoize: try remember(opcode)
        case .global, .stackGlobal, .binaryPersistentIdentifier, .reduce, .newObject, .build:
            try push(try object(opcode))
        }
        return true
    }

    // MARK: - Instructions

    private mutating func literal(_ opcode: PickleOpcode) throws(PickleError) -> PickleValue {
        switch opcode {
        case .binaryInteger: return .integer(Int(try cursor.integer(as: Int32.self)))
        case .binaryInteger1: return .integer(Int(try cursor.integer(as: UInt8.self)))
        case .binaryInteger2: return .integer(Int(try cursor.integer(as: UInt16.self)))
        case .long1: return .integer(try cursor.long())
        case .binaryUnicode: return .text(try cursor.text(count: try cursor.integer(as: UInt32.self)))
        case .shortBinaryUnicode: return .text(try cursor.text(count: try cursor.integer(as: UInt8.self)))
        case .binaryUnicode8: return .text(try cursor.text(count: try cursor.integer(as: UInt64.self)))
        case .binaryFloat: _ = try cursor.integer(as: UInt64.self)
        default: break
        }
        return .plain
    }

    private mutating func container(_ opcode: PickleOpcode) throws(PickleError) -> PickleValue {
        switch opcode {
        case .emptyList: return try heap.makeList()
        case .emptyDictionary: return try heap.makeDictionary()
        case .tuple1: return try heap.makeTuple([try pop()])
        case .tuple2, .tuple3:
            var items = [try pop(), try pop()]
            if opcode == .tuple3 { items.append(try pop()) }
            return try heap.makeTuple(items.reversed())
        case .tuple:
            let start = try popMark()
            let tuple = try heap.makeTuple(stack[start...])
            stack.removeSubrange(start...)
            return tuple
        default: return try heap.makeTuple([])
        }
    }

    private mutating func fill(_ opcode: PickleOpcode) throws(PickleError) {
        let start: Int
        switch opcode {
        case .append: start = stack.count - 1
        case .setItem: start = stack.count - 2
        default: start = try popMark()
        }
        guard start > (marks.last ?? 0) else { throw PickleError("its stack is empty") }
        let isPairs = opcode == .setItem || opcode == .setItems
        switch stack[start - 1] {
        case .opaque: break
        case .list(let index) where !isPairs:
            for value in stack[start...] { try heap.append(value, toList: index) }
        case .dictionary(let index) where isPairs:
            guard (stack.count - start).isMultiple(of: 2) else { throw PickleError("a key has no value") }
            for key in stride(from: start, to: stack.count, by: 2) {
                try heap.set(stack[key], to: stack[key + 1], inDictionary: index)
            }
        default: throw PickleError("something is put into a value that is no container")
        }
        stack.removeSubrange(start...)
    }

    private mutating func remember(_ opcode: PickleOpcode) throws(PickleError) {
        switch opcode {
        case .binaryGet: try recall(Int(try cursor.integer(as: UInt8.self)))
        case .longBinaryGet: try recall(Int(try cursor.integer(as: UInt32.self)))
        case .binaryPut: try keep(Int(try cursor.integer(as: UInt8.self)))
        case .longBinaryPut: try keep(Int(try cursor.integer(as: UInt32.self)))
        default: try keep(memo.count)
        }
    }

    private mutating func recall(_ index: Int) throws(PickleError) {
        guard memo.indices.contains(index), let value = memo[index] else {
            throw PickleError("it refers to a value that was not kept")
        }
        try push(value)
    }

    private mutating func keep(_ index: Int) throws(PickleError) {
        guard index < Self.memoLimit else { throw PickleError("it keeps too many values") }
        let value = try pop()
        stack.append(value)
        // Python numbers kept values in order, so that there are no gaps to speak of.
        while memo.count <= index { memo.append(nil) }
        memo[index] = value
    }

    private mutating func object(_ opcode: PickleOpcode) throws(PickleError) -> PickleValue {
        switch opcode {
        case .global: return try global(module: try cursor.line(), name: try cursor.line())
        case .stackGlobal:
            guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
                throw PickleError("a name is no string")
            }
            return try global(module: module, name: name)
        case .binaryPersistentIdentifier: return try heap.storage(identifiedBy: try pop(), cursor)
        case .reduce:
            let arguments = try pop()
            return try heap.reduce(try pop(), arguments)
        case .newObject:
            // Python would make an instance of a class; the classes that matter here are made by `reduce`.
            _ = try pop()
            _ = try pop()
            return .opaque
        default:
            // `build` sets attributes of the object below. None of them matters.
            _ = try pop()
            return try pop()
        }
    }

    private mutating func global(module: PickleText, name: PickleText) throws(PickleError) -> PickleValue {
        guard module.count <= 256, name.count <= 256 else { throw PickleError("a name is too long") }
        let (module, name) = (try cursor.string(module), try cursor.string(name))
        if let known = PickleGlobal(module: module, name: name) { return .global(known) }
        let quoted = CheckpointError.quote("\(module).\(name)")
        guard !PickleGlobal.runsCode(module: module, name: name) else {
            throw PickleError("it asks to run \(quoted); nothing was run. Do not open this file with other programs")
        }
        if unknownNames.count < 3 { unknownNames.append(quoted) }
        return .opaque
    }

    // MARK: - Stack

    private mutating func push(_ value: PickleValue) throws(PickleError) {
        guard stack.count < Self.stackLimit else { throw PickleError("its stack is too high") }
        stack.append(value)
    }

    private mutating func pop() throws(PickleError) -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw PickleError("its stack is empty")
        }
        return value
    }

    private mutating func popMark() throws(PickleError) -> Int {
        guard let mark = marks.popLast() else { throw PickleError("a mark is missing") }
        return mark
    }
}
