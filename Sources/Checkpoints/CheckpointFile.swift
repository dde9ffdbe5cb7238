import DurableFiles

/// Reads weights from whatever container they come in.
public enum CheckpointFile {
    /// The containers that are told apart by their first bytes.
    private enum Container {
        case safetensors
        /// A zip that `torch.save` wrote.
        case torch
    }

    /// The floating-point tensors of a safetensors file or a PyTorch checkpoint (`.pth`, `.pt`, `.bin`).
    ///
    /// The file is mapped; fp32 tensors are views of it. Nothing in a checkpoint is ever executed. The file must not be
    /// shortened as long as a tensor of it is in use.
    public static func load(_ path: RawPath) throws(CheckpointError) -> NamedTensors {
        try load(MappedFile(path))
    }

    static func load(_ file: MappedFile) throws(CheckpointError) -> NamedTensors {
        switch try container(of: file) {
        case .safetensors: try SafetensorsFile(file).namedTensors()
        case .torch: try TorchCheckpoint(file).namedTensors()
        }
    }

    private static func container(of file: MappedFile) throws(CheckpointError) -> Container {
        let start = file.bytes.prefix(9)
        if start.starts(with: "PK".utf8) { return .torch }
        if start.first == 0x80 {
            throw .unsupported(
                "it is in PyTorch's format before version 1.6. Load and save it once with a current PyTorch"
            )
        }
        if start.count == 9, start.last == UInt8(ascii: "{") { return .safetensors }
        throw .unsupported("it is neither a safetensors file nor one of torch.save")
    }
}
