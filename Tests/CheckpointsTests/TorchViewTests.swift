import Checkpoints
import Tensors
import Testing

@Suite("Tensors as views of PyTorch storages")
struct TorchViewTests {
    private typealias P = PickleAssembler

    private func floats(_ values: [Float]) -> [UInt8] { values.flatMap { P.littleEndian($0.bitPattern) } }

    private func load(_ tensors: [(String, [UInt8])], _ storages: [String: [UInt8]]) throws -> [String: Tensor] {
        try CheckpointsTests.load(pickle: P.program(P.dictionary(tensors)), storages: storages).tensors
    }

    @Test("offsets, strides and shared storages are honoured")
    func whenTensorsAreViews_thenElementsAreThose() throws {
        let storage = P.storage(count: 6)
        let loaded = try load(
            [
                ("whole", P.tensor(storage, shape: [2, 3], strides: [3, 1])),
                ("transposed", P.tensor(storage, shape: [3, 2], strides: [1, 3])),
                ("row", P.tensor(storage, offset: 3, shape: [3], strides: [1])),
                ("column", P.tensor(storage, offset: 1, shape: [2], strides: [3])),
                ("repeated", P.tensor(storage, offset: 5, shape: [2, 3], strides: [0, 0])),
                ("scalar", P.tensor(storage, offset: 4, shape: [], strides: [])),
                ("odd strides", P.tensor(storage, offset: 2, shape: [1, 2, 1], strides: [Int.max, 2, Int.max])),
                ("empty", P.tensor(storage, offset: 6, shape: [0, 3], strides: [3, 1])),
            ],
            ["0": floats([0, 1, 2, 3, 4, 5])]
        )
        #expect(loaded["whole"]?.values == [0, 1, 2, 3, 4, 5])
        #expect(loaded["transposed"]?.values == [0, 3, 1, 4, 2, 5])
        #expect(loaded["transposed"]?.shape == [3, 2])
        #expect(loaded["row"]?.values == [3, 4, 5])
        #expect(loaded["column"]?.values == [1, 4])
        #expect(loaded["repeated"]?.values == [5, 5, 5, 5, 5, 5])
        #expect(loaded["scalar"]?.values == [4])
        #expect(loaded["scalar"]?.shape == [])
        #expect(loaded["odd strides"]?.values == [2, 4])
        #expect(loaded["empty"]?.shape == [0, 3])
    }

    @Test("parameters are their tensors")
    func whenTensorIsParameter_thenItIsLoaded() throws {
        let parameter = P.call("torch._utils", "_rebuild_parameter", [P.honestTensor, [0x88], P.orderedDictionary])
        #expect(try load([("w", parameter)], ["0": floats([1, 2, 3])])["w"]?.values == [1, 2, 3])
    }

    @Test("half, bfloat16 and double storages are widened or rounded, strided ones too")
    func whenStorageIsNotSingle_thenValuesAreConverted() throws {
        let storages: [String: [UInt8]] = [
            "h": ([1.5, -2, 65504] as [Float16]).flatMap { P.littleEndian($0.bitPattern) },
            "b": ([1.5, -2, 3e38] as [Float]).flatMap { P.littleEndian(UInt16($0.bitPattern >> 16)) },
            "d": [1.5, -2, 0.1].flatMap { P.littleEndian($0.bitPattern) },
        ]
        let kinds = [("h", "HalfStorage"), ("b", "BFloat16Storage"), ("d", "DoubleStorage")]
        let loaded = try load(
            kinds.flatMap { key, kind in
                let storage = P.storage(kind, key: key, count: 3)
                return [
                    (key, P.tensor(storage, shape: [3], strides: [1])),
                    (key + " strided", P.tensor(storage, shape: [2], strides: [2])),
                ]
            },
            storages
        )
        let large = Float(bitPattern: Float(3e38).bitPattern & 0xFFFF_0000)
        #expect(loaded["h"]?.values == [1.5, -2, 65504])
        #expect(loaded["b"]?.values == [1.5, -2, large])
        #expect(loaded["d"]?.values == [1.5, -2, 0.1])
        #expect(loaded["h strided"]?.values == [1.5, 65504])
        #expect(loaded["b strided"]?.values == [1.5, large])
        #expect(loaded["d strided"]?.values == [1.5, 0.1])
    }

    @Test(
        "integer bookkeeping is left out",
        arguments: ["LongStorage", "IntStorage", "ShortStorage", "CharStorage", "ByteStorage", "BoolStorage"])
    func whenStorageHoldsIntegers_thenItIsLeftOut(kind: String) throws {
        let loaded = try load(
            [
                ("w", P.honestTensor),
                ("num_batches_tracked", P.tensor(P.storage(kind, key: "1", count: 1), shape: [], strides: [])),
            ],
            ["0": floats([1, 2, 3]), "1": [UInt8](repeating: 0, count: 8)]
        )
        #expect(Array(loaded.keys) == ["w"])
    }

    @Test("storages at any address are read", arguments: 0..<8)
    func whenStorageIsNotAligned_thenValuesAreRight(padding: Int) throws {
        var zip = ZipAssembler.checkpoint(P.program(P.dictionary([("w", P.honestTensor)])))
        zip.padding = padding
        #expect(try CheckpointsTests.load(zip.bytes).tensors["w"]?.values == [1, 2, 3])
    }

    @Test("views without number of one storage are refused before they fill the memory")
    func whenViewsAreManyCopies_thenFileIsRefused() throws {
        let storage = P.storage(count: 10_000)
        let views = (0..<200).map { ("w\($0)", P.tensor(storage, shape: [100, 100], strides: [1, 100])) }
        let error = #expect(throws: CheckpointError.self) {
            try load(views, ["0": [UInt8](repeating: 0, count: 40_000)])
        }
        #expect(error?.description.contains("many copies of few numbers") == true)
    }

    @Test("a tensor stays valid when the file's name and everything else is gone")
    func whenOnlyTensorIsLeft_thenItsMemoryIsStillThere() throws {
        var tensor = try load([("w", P.honestTensor)], ["0": floats([1, 2, 3])])["w"]
        #expect(tensor?.values == [1, 2, 3])
        tensor?.withUnsafeMutableBufferPointer { $0[0] = 9 }
        #expect(tensor?.values == [9, 2, 3])
    }
}
