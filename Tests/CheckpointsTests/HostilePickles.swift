/// Pickles that no program should trust, by what they try.
enum HostilePickles {
    private typealias P = PickleAssembler

    /// Each has to be refused.
    static let all: [String: [UInt8]] = runsCode.merging(bombs) { one, _ in one }
        .merging(nonsense) { one, _ in one }.merging(lyingTensors) { one, _ in one }

    static let runsCode: [String: [UInt8]] = [
        "os.system at the top": P.program(P.call("os", "system", [P.text("touch /tmp/preread-was-here")])),
        "posix.system beside a good model": P.program(
            P.dictionary([
                ("model", P.dictionary([("weight", P.honestTensor)])), ("x", P.call("posix", "system", [P.text("id")])),
            ])
        ),
        "eval by STACK_GLOBAL": P.program(
            P.text("builtins"), P.text("eval"), P.stackGlobal, P.tuple([P.text("1+1")]), P.reduce
        ),
        "getattr by STACK_GLOBAL": P.program(
            P.text("builtins"), P.text("getattr"), P.stackGlobal, P.tuple([P.none, P.text("a")]), P.reduce
        ),
        "exec of Python 2": P.program(P.call("__builtin__", "exec", [P.text("import os")])),
        "__import__": P.program(P.call("builtins", "__import__", [P.text("os")])),
        "Popen by NEWOBJ": P.program(P.global("subprocess", "Popen"), P.tuple([P.text("id")]), P.newObject),
        "a submodule": P.program(P.call("os.path", "join", [P.text("a")])),
        "runpy": P.program(P.call("runpy", "run_path", [P.text("a.py")])),
        "a name that is not called": P.program(P.dictionary([("w", P.honestTensor), ("f", P.global("os", "system"))])),
        "unknown function at the top": P.program(P.call("torch.hub", "load", [P.text("a/b")])),
        "chain of calls": P.program(
            P.global("torch.hub", "load"), P.tuple([]), P.reduce, P.tuple([]), P.reduce, P.tuple([]), P.reduce
        ),
        "call of a string": P.program(P.text("os.system"), P.tuple([P.text("id")]), P.reduce),
        "call of a number": P.program(P.integer(1), P.tuple([]), P.reduce),
        "call of a tensor": P.program(P.dictionary([("w", P.honestTensor + P.tuple([]) + P.reduce)])),
        "call without tuple": P.program(P.global("collections", "OrderedDict"), P.text("a"), P.reduce),
        "storage made by a call": P.program(P.call("torch", "FloatStorage", [P.integer(1 << 40)])),
    ]

    static let bombs: [String: [UInt8]] = [
        "tuples in tuples": P.program(P.emptyTuple + [[UInt8]](repeating: P.tuple1, count: 1000).joined()),
        "lists in lists": P.program(
            [UInt8](repeating: P.emptyList[0], count: 1000) + [UInt8](repeating: P.append[0], count: 999)
        ),
        "marks without end": P.program([UInt8](repeating: P.mark[0], count: 1_000_000)),
        "stack without end": P.program([UInt8](repeating: P.none[0], count: 5_000_000)),
        "lists without end": P.program(
            P.emptyList, (0..<3_000_000).flatMap { _ in P.emptyList + P.append }
        ),
        "memo far away": P.program(P.none, [0x72] + P.littleEndian(UInt32.max)),
        "memo doubling": P.program(
            P.emptyTuple + (0..<100).flatMap { UInt8($0) == 0 ? [0x71, 0] : [0x68, $0 - 1, 0x68, $0 - 1, 0x86, 0x71, $0] }
        ),
        "wide tuples from memo": P.program(
            P.none, [0x71, 0], (0..<20).flatMap { _ in P.mark + (0..<90_000).flatMap { _ in [0x68, 0] as [UInt8] } + [0x74] }
        ),
        "dictionaries from memo": P.program(
            P.text(String(repeating: "k", count: 1 << 20)), [0x71, 0], [0x7D, 0x71, 1],
            (0..<1_000_000).flatMap { _ in [0x68, 0, 0x4E, 0x73] as [UInt8] }
        ),
        "tensors without end": P.program(
            P.global("torch._utils", "_rebuild_tensor_v2"), [0x71, 0],
            P.tuple([
                P.storage(count: 3), P.integer(0), P.integers([3]), P.integers([1]), [0x89], P.orderedDictionary,
            ]),
            [0x71, 1], P.emptyList,
            (0..<300).flatMap { _ in
                P.mark + (0..<1000).flatMap { _ in [0x68, 0, 0x68, 1, 0x52] as [UInt8] } + [0x65]
            }
        ),
        "integer of a million bytes": P.program(
            [0x8B] + P.littleEndian(Int32(1_000_000)) + [UInt8](repeating: 1, count: 1_000_000)
        ),
        "integer of 255 bytes": P.program([0x8A, 255] + [UInt8](repeating: 1, count: 255)),
        "string of 4 GB": P.program([0x58] + P.littleEndian(UInt32.max)),
        "string of 2^63 bytes": P.program([0x8D] + P.littleEndian(UInt64(1) << 63)),
        "string of 2^63 - 1 bytes": P.program([0x8D] + P.littleEndian(Int64.max)),
        "17 MB of nothing": P.program([UInt8](repeating: P.none[0], count: 17 << 20)),
        "name without end": P.program([0x63] + [UInt8](repeating: 0x61, count: 1_000_000)),
    ]

    static let nonsense: [String: [UInt8]] = [
        "nothing": [],
        "no stop": Array(P.program(P.dictionary([("w", P.honestTensor)])).dropLast()),
        "bytes after the stop": P.program(P.dictionary([("w", P.honestTensor)])) + [0x4E],
        "nothing left": P.program(),
        "two values left": P.program(P.none, P.dictionary([("w", P.honestTensor)])),
        "a mark left": P.program(P.dictionary([("w", P.honestTensor)]), P.mark),
        "unknown protocol": [0x80, 6] + P.none + [0x2E],
        "None at the top": P.program(P.none),
        "a tensor at the top": P.program(P.honestTensor),
        "a list at the top": P.program(P.emptyList, P.honestTensor, P.append),
        "no tensors": P.program(P.dictionary([("epoch", P.integer(3))])),
        "model is opaque": P.program(P.dictionary([("model", P.call("my.network", "Net", []))])),
        "reduce of nothing": P.program(P.reduce),
        "build of nothing": P.program(P.build),
        "build below a mark": P.program(P.none, P.mark, P.none, P.build),
        "tuple without mark": P.program([0x74]),
        "pair of nothing": P.program([0x86]),
        "set in nothing": P.program([0x73]),
        "append to nothing": P.program(P.append),
        "append to a dictionary": P.program([0x7D], P.none, P.append),
        "set in a tuple": P.program(P.emptyTuple, P.text("a"), P.none, [0x73]),
        "key without value": P.program([0x7D], P.mark, P.text("a"), [0x75]),
        "kept value that is not there": P.program([0x68, 7]),
        "keeping nothing": P.program([0x71, 0]),
        "name that is no string": P.program(P.none, P.none, P.stackGlobal),
        "name that is not UTF-8": P.program([0x63, 0xFF, 0x0A, 0x61, 0x0A]),
        "persistent identifier that is text": P.program(P.text("storage"), P.persistentIdentifier),
        "persistent identifier of four": P.program(P.tuple([P.text("storage")]), P.persistentIdentifier),
        "key that is not UTF-8": P.program([0x7D], [0x58, 1, 0, 0, 0, 0xFF], P.honestTensor, [0x73]),
        "name of 2000 bytes": P.program(P.dictionary([(String(repeating: "w", count: 2000), P.honestTensor)])),
        "two tensors of one name": P.program(P.dictionary([("w", P.honestTensor), ("w", P.honestTensor)])),
    ].merging(
        [0x69, 0x6F, 0x50, 0x82, 0x83, 0x84, 0x8E, 0x8F, 0x42, 0x43, 0x49, 0x53, 0x92, 0x96, 0x97, 0x98, 0x00, 0xFF]
            .map { ("instruction \($0)", P.program([$0, 0x30, 0x0A, 0x30, 0x0A])) }
    ) { one, _ in one }

    static let lyingTensors: [String: [UInt8]] = [
        "10 GB": tensor(shape: [2_684_354_560], strides: [1]),
        "10 GB in a storage that says so": tensor(count: 2_684_354_560, shape: [2_684_354_560], strides: [1]),
        "10 GB of one number": tensor(shape: [50_000, 50_000], strides: [0, 0]),
        "one element too many": tensor(shape: [4], strides: [1]),
        "reaching over by strides": tensor(shape: [2], strides: [3]),
        "offset too large": tensor(offset: 1, shape: [3], strides: [1]),
        "offset of 2^62": tensor(offset: 1 << 62, shape: [1], strides: [1]),
        "negative offset": tensor(offset: -1, shape: [3], strides: [1]),
        "negative length": tensor(shape: [-3], strides: [1]),
        "negative stride": tensor(offset: 2, shape: [3], strides: [-1]),
        "shape that overflows": tensor(shape: [1 << 62, 1 << 62], strides: [1, 1]),
        "shape that overflows to zero": tensor(shape: [1 << 32, 1 << 32], strides: [0, 0]),
        "stride that overflows": tensor(shape: [3], strides: [Int.max]),
        "fewer strides than axes": tensor(shape: [3, 1], strides: [1]),
        "17 axes": tensor(shape: [Int](repeating: 1, count: 17), strides: [Int](repeating: 1, count: 17)),
        "missing storage": tensor(key: "9", shape: [3], strides: [1]),
        "storage with a path": tensor(key: "../data.pkl", shape: [3], strides: [1]),
        "storage that is larger than its member": tensor(count: 4, shape: [3], strides: [1]),
        "storage that is smaller than its member": tensor(count: 2, shape: [2], strides: [1]),
        "negative storage": tensor(count: -3, shape: [3], strides: [1]),
        "storage of another type": P.program(
            P.dictionary([("w", P.tensor(P.storage("DoubleStorage", count: 3), shape: [3], strides: [1]))])
        ),
        "shape that is a list": P.program(
            P.dictionary([
                (
                    "w",
                    P.call(
                        "torch._utils",
                        "_rebuild_tensor_v2",
                        [P.storage(count: 3), P.integer(0), P.emptyList, P.integers([1]), [0x89], P.none]
                    )
                )
            ])
        ),
        "tensor of two values": P.program(
            P.dictionary([("w", P.call("torch._utils", "_rebuild_tensor_v2", [P.none, P.none]))])
        ),
        "parameter of a number": P.program(
            P.dictionary([("w", P.call("torch._utils", "_rebuild_parameter", [P.integer(1), [0x88], P.none]))])
        ),
    ]

    private static func tensor(
        key: String = "0",
        count: Int = 3,
        offset: Int = 0,
        shape: [Int],
        strides: [Int]
    ) -> [UInt8] {
        let storage = P.storage(key: key, count: count)
        return P.program(P.dictionary([("w", P.tensor(storage, offset: offset, shape: shape, strides: strides))]))
    }
}
