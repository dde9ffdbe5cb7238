import DurableFiles
import Tensors

/// A safetensors file, mapped into memory.
///
/// Opening reads the header alone; tensors in fp32 are views of the file and cost no memory of their own. A damaged or
/// hostile header is refused with a ``CheckpointError``.
public struct SafetensorsFile: Sendable {
    /// Free text of the file's author.
    public let metadata: [String: String]
    private let file: MappedFile
    private let entries: [String: SafetensorsHeader.Entry]

    /// Maps a file and checks its header; symbolic links are followed.
    public init(_ path: RawPath) throws(CheckpointError) {
        try self.init(MappedFile(path))
    }

    init(_ file: MappedFile) throws(CheckpointError) {
        let header = try SafetensorsHeader(of: file)
        self.file = file
        metadata = header.metadata
        entries = header.entries
    }

    /// The names of all tensors, sorted.
    public var names: [String] { entries.keys.sorted() }

    /// The shape of a tensor, or `nil` where there is none of that name.
    public func shape(of name: String) -> [Int]? { entries[name]?.shape }

    /// How a tensor is stored, or `nil` where there is none of that name.
    public func elementType(of name: String) -> ElementType? { entries[name]?.type }

    /// A tensor in fp32.
    ///
    /// fp32 is a view of the file when its address allows, fp16 and bf16 are widened exactly, fp64 and integers are
    /// rounded to nearest; BOOL becomes 0 and 1.
    public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
        let entry = try entry(name)
        return Tensor(file: file, range: entry.range, type: entry.type, shape: entry.shape)
    }

    /// The stored bytes of a tensor: little-endian, row-major.
    public func bytes(_ name: String) throws(CheckpointError) -> [UInt8] {
        Array(file.slice(try entry(name).range))
    }

    /// All floating-point tensors; integer bookkeeping is left out.
    public func namedTensors() throws(CheckpointError) -> NamedTensors {
        var tensors: [String: Tensor] = [:]
        for (name, entry) in entries where entry.type.isFloatingPoint { tensors[name] = try tensor(name) }
        return NamedTensors(tensors)
    }

    private func entry(_ name: String) throws(CheckpointError) -> SafetensorsHeader.Entry {
        guard let entry = entries[name] else { throw .missingTensor(name) }
        return entry
    }
}
