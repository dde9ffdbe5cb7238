import Tensors

/// The weights in a file that `torch.save` wrote (PyTorch 1.6 and later: a zip with a pickle and raw storages).
///
/// The state dict may be the file's only object or stand under `model` or `state_dict`. Whatever else the file holds,
/// an optimiser for instance, is passed over.
struct TorchCheckpoint {
    private let file: MappedFile
    private let archive: ZipArchive
    /// The folder in the archive that holds everything; its name is that of the file when it was saved.
    private let prefix: String

    init(_ file: MappedFile) throws(CheckpointError) {
        self.file = file
        archive = try ZipArchive(file)
        let suffix = "/data.pkl"
        let prefixes = archive.members.keys.filter { $0.hasSuffix(suffix) }.map { $0.dropLast(suffix.count) }
            .filter { !$0.contains("/") }
        guard let first = prefixes.first, prefixes.count == 1 else {
            throw .unsupported("the zip has \(prefixes.count) members FOLDER/data.pkl; a file of torch.save has one")
        }
        prefix = String(first)
        if let order = try archive.contents(of: prefix + "/byteorder"),
            !file.slice(order).elementsEqual("little".utf8)
        {
            throw .unsupported("it was saved on a big-endian machine")
        }
    }

    /// All floating-point tensors of the state dict; integer bookkeeping is left out.
    func namedTensors() throws(CheckpointError) -> NamedTensors {
        guard let range = try archive.contents(of: prefix + "/data.pkl") else {
            throw .malformed("the zip has no data.pkl")
        }
        var unpickler = Unpickler(file.slice(range))
        let top = try unpickler.run()
        let members = try StateDict(of: top, unpickler).members
        var reader = TorchStorageReader(file: file, archive: archive, prefix: prefix)
        var tensors: [String: Tensor] = [:]
        var names: Set<String> = []
        for member in members {
            guard member.key.count <= 1024 else { throw .malformed("a tensor's name is longer than 1024 bytes") }
            let name = try unpickler.string(member.key)
            guard names.insert(name).inserted else {
                throw .malformed("the state dict names \(CheckpointError.quote(name)) twice")
            }
            guard case .tensor(let index) = member.value else { continue }
            let claim = unpickler.heap.tensors[index]
            let storage = unpickler.heap.storages[claim.storage]
            guard storage.type.isFloatingPoint else { continue }
            let key = try unpickler.string(storage.key)
            tensors[name] = try reader.tensor(claim, storage.type, named: name, key: key, count: storage.count)
        }
        guard !tensors.isEmpty else { throw .unsupported("the state dict holds no floating-point tensor") }
        return NamedTensors(tensors)
    }
}

/// The dictionary of a pickle that holds the tensors.
private struct StateDict {
    let members: [PickleHeap.Member]

    init(of top: PickleValue, _ unpickler: Unpickler) throws(CheckpointError) {
        let unknown = unpickler.unknownNames
        let hint = unknown.isEmpty ? "" : "; it refers to " + unknown.joined(separator: ", ")
        guard case .dictionary(let index) = top else {
            throw .unsupported("its top level is no dictionary of tensors\(hint). Save model.state_dict() instead")
        }
        let members = unpickler.heap.members(ofDictionary: index)
        if members.contains(where: \.isTensor) {
            self.members = members
            return
        }
        for wrapper in ["model", "state_dict"] {
            for member in members.reversed() where member.key.count == wrapper.utf8.count {
                guard try unpickler.string(member.key) == wrapper, case .dictionary(let inner) = member.value
                else { continue }
                self.members = unpickler.heap.members(ofDictionary: inner)
                return
            }
        }
        throw .unsupported("it has no tensors at its top level, nor under model or state_dict\(hint)")
    }
}

extension PickleHeap.Member {
    fileprivate var isTensor: Bool {
        if case .tensor = value { true } else { false }
    }
}
