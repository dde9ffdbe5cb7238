import Tensors

/// Turns claims about storages into tensors, each claim checked against the bytes that are there.
struct TorchStorageReader {
    private let file: MappedFile
    private let archive: ZipArchive
    private let prefix: String
    /// Storages whose checksum was found right.
    private var verified: [String: Range<Int>] = [:]
    /// How many elements may still be copied. An element takes at least two bytes of the file, so an honest file never
    /// needs it all, while views of one storage without number would.
    private var copyBudget: Int

    init(file: MappedFile, archive: ZipArchive, prefix: String) {
        self.file = file
        self.archive = archive
        self.prefix = prefix
        copyBudget = file.bytes.count
    }

    /// A tensor in fp32: a view of the file for contiguous and aligned fp32, else a converted copy.
    mutating func tensor(
        _ claim: TorchTensor,
        _ type: ElementType,
        named name: String,
        key: String,
        count: Int
    ) throws(CheckpointError) -> Tensor {
        let quoted = CheckpointError.quote(name)
        let storage = try storageRange(key: key, usedBy: quoted)
        guard storage.count.isMultiple(of: type.byteCount), storage.count / type.byteCount == count else {
            throw .malformed("the storage of \(quoted) has \(storage.count) bytes, not \(count) \(type.rawValue) elements")
        }
        let size = try TensorSize(of: claim.shape, type, name: name)
        guard size.count > 0 else { return Tensor(zeros: claim.shape) }
        guard let last = claim.lastElement, last < count, size.count <= count else {
            throw .malformed("tensor \(quoted) of shape \(claim.shape) reaches beyond its storage of \(count) elements")
        }
        let start = storage.lowerBound + claim.offset * type.byteCount
        if claim.isContiguous {
            let range = start..<start + size.byteCount
            if type != .float32 || !start.isMultiple(of: MemoryLayout<Float>.alignment) {
                try spend(size.count, on: quoted)
            }
            return Tensor(file: file, range: range, type: type, shape: claim.shape)
        }
        try spend(size.count, on: quoted)
        return Tensor(shape: claim.shape) { destination in
            claim.gather(from: file.slice(start..<storage.upperBound), type, into: destination)
        }
    }

    private mutating func storageRange(key: String, usedBy quoted: String) throws(CheckpointError) -> Range<Int> {
        if let range = verified[key] { return range }
        guard let range = try archive.contents(of: "\(prefix)/data/\(key)") else {
            throw .malformed("the storage of tensor \(quoted) is not in the file")
        }
        verified[key] = range
        return range
    }

    private mutating func spend(_ count: Int, on quoted: String) throws(CheckpointError) {
        guard count <= copyBudget else {
            throw .malformed("tensor \(quoted) and those before it are many copies of few numbers")
        }
        copyBudget -= count
    }
}

extension TorchTensor {
    /// The index of the farthest element in the storage, or `nil` where it does not fit into an integer. Not for empty
    /// tensors.
    fileprivate var lastElement: Int? {
        var last = offset
        for (length, stride) in zip(shape, strides) {
            let (reach, overflowed) = (length - 1).multipliedReportingOverflow(by: stride)
            let (sum, exceeded) = last.addingReportingOverflow(reach)
            guard !overflowed, !exceeded else { return nil }
            last = sum
        }
        return last
    }

    /// Whether the elements follow one another in row-major order; the stride of an axis of length 1 says nothing.
    fileprivate var isContiguous: Bool {
        var expected = 1
        for (length, stride) in zip(shape, strides).reversed() where length != 1 {
            guard stride == expected else { return false }
            expected *= length
        }
        return true
    }

    /// Copies the elements in row-major order; `source` begins at the tensor's first element and holds its last.
    fileprivate func gather(
        from source: UnsafeRawBufferPointer,
        _ type: ElementType,
        into destination: UnsafeMutableBufferPointer<Float>
    ) {
        let width = type.byteCount
        // The stride of an axis of length 1 may be any number, and is never needed.
        let strides = zip(shape, strides).map { $0 == 1 ? 0 : $1 }
        var index = [Int](repeating: 0, count: shape.count)
        var element = 0
        for target in destination.indices {
            let bytes = UnsafeRawBufferPointer(rebasing: source[element * width..<(element + 1) * width])
            type.convert(bytes, into: UnsafeMutableBufferPointer(rebasing: destination[target...target]))
            for axis in shape.indices.reversed() {
                index[axis] += 1
                element += strides[axis]
                if index[axis] < shape[axis] { break }
                element -= strides[axis] * shape[axis]
                index[axis] = 0
            }
        }
    }
}
