/// The names in a pickle that mean something to the reader. All others are opaque.
enum PickleGlobal {
    /// `collections.OrderedDict`
    case orderedDictionary
    /// `torch._utils._rebuild_tensor_v2`
    case rebuildTensor
    /// `torch._utils._rebuild_parameter`
    case rebuildParameter
    /// `torch.FloatStorage` and its kin
    case storage(ElementType)

    /// The meaning of a name, or `nil` where it has none here.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", _):
            guard let type = Self.storageTypes[name] else { return nil }
            self = .storage(type)
        default: return nil
        }
    }

    /// Whether a name has no place in a file of weights and would run code in Python.
    ///
    /// Nothing is run here either way. A file that tries is hostile, though, and its author's weights are not wanted.
    static func runsCode(module: String, name: String) -> Bool {
        let package = module.split(separator: ".").first.map(String.init) ?? module
        if ["builtins", "__builtin__"].contains(package) { return codeRunningBuiltins.contains(name) }
        return codeRunningPackages.contains(package)
    }

    private static let storageTypes: [String: ElementType] = [
        "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "DoubleStorage": .float64,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8, "BoolStorage": .bool,
    ]

    private static let codeRunningPackages: Set<String> = [
        "os", "posix", "nt", "subprocess", "_posixsubprocess", "sys", "shutil", "socket", "runpy", "pty", "importlib",
        "ctypes", "code", "commands", "webbrowser", "multiprocessing", "pip", "pickle", "marshal", "timeit", "bdb",
    ]

    private static let codeRunningBuiltins: Set<String> = [
        "eval", "exec", "execfile", "compile", "open", "file", "input", "apply", "getattr", "setattr", "globals",
        "breakpoint", "__import__",
    ]
}
