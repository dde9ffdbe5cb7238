/// A value on the stack of the unpickler: small, without references of its own.
enum PickleValue {
    /// None, a truth value or a float: nothing that finding tensors needs.
    case plain
    case integer(Int)
    /// A string, as its place in the pickle.
    case text(PickleText)
    /// A container in the ``PickleHeap``.
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    /// A name that the reader knows.
    case global(PickleGlobal)
    /// A ``TorchStorage`` in the ``PickleHeap``.
    case storage(Int)
    /// A ``TorchTensor`` in the ``PickleHeap``.
    case tensor(Int)
    /// An unknown name, or whatever was made with one. It is carried along and never looked into.
    case opaque
}

/// The place of a string in the pickle; the bytes are read only where the string is needed.
struct PickleText {
    let start: UInt32
    let count: UInt32
}

/// Where the file says that raw numbers lie.
struct TorchStorage {
    let type: ElementType
    /// The name of the zip member below `data/`.
    let key: PickleText
    /// The number of elements.
    let count: Int
}

/// A strided view of a storage, as the file claims it; nothing is checked yet but signs and ranks.
struct TorchTensor {
    /// Index of the storage in the ``PickleHeap``.
    let storage: Int
    /// In elements, as are the strides.
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}
