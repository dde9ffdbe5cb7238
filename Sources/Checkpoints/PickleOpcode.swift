/// The instructions of a pickle that reading weights needs; every other one is refused.
///
/// Names and codes are those of Python's `pickletools`. None of them runs anything here: `reduce`, `newObject` and
/// `build` only note what the file asks for.
enum PickleOpcode: UInt8 {
    case mark = 0x28
    case stop = 0x2E
    case protocolVersion = 0x80
    case frame = 0x95

    case none = 0x4E
    case newTrue = 0x88
    case newFalse = 0x89
    case binaryInteger = 0x4A
    case binaryInteger1 = 0x4B
    case binaryInteger2 = 0x4D
    case long1 = 0x8A
    case binaryFloat = 0x47
    case binaryUnicode = 0x58
    case shortBinaryUnicode = 0x8C
    case binaryUnicode8 = 0x8D

    case emptyTuple = 0x29
    case emptyList = 0x5D
    case emptyDictionary = 0x7D
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case append = 0x61
    case appends = 0x65
    case setItem = 0x73
    case setItems = 0x75

    case binaryGet = 0x68
    case longBinaryGet = 0x6A
    case binaryPut = 0x71
    case longBinaryPut = 0x72
    case memoize = 0x94

    case global = 0x63
    case stackGlobal = 0x93
    case binaryPersistentIdentifier = 0x51
    case reduce = 0x52
    case newObject = 0x81
    case build = 0x62
}
