import Checkpoints
import Foundation
import Tensors
import Testing

@Suite("Pickles that are not trusted")
struct HostilePickleTests {
    private typealias P = PickleAssembler

    @Test("each hostile pickle is refused with a reason", arguments: HostilePickles.all.keys.sorted())
    func whenPickleIsHostile_thenItIsRefused(name: String) throws {
        let pickle = try #require(HostilePickles.all[name])
        let error = #expect(throws: CheckpointError.self) { try load(pickle: pickle) }
        #expect((error?.description.utf8.count ?? 0) < 1000)
        #expect(!FileManager.default.fileExists(atPath: "/tmp/preread-was-here"))
    }

    @Test("a file that asks to run a program is refused by that name", arguments: HostilePickles.runsCode.keys.sorted())
    func whenPickleCallsSomething_thenErrorSaysWhich(name: String) throws {
        let pickle = try #require(HostilePickles.runsCode[name])
        let error = #expect(throws: CheckpointError.self) { try load(pickle: pickle) }
        let description = error?.description ?? ""
        let reasons = ["nothing was run", "torch.hub.load", "is called that is no function", "made without its file"]
        #expect(reasons.contains { description.contains($0) }, "\(description)")
    }

    @Test(
        "unknown objects beside and inside the state dict are passed over",
        arguments: [
            P.call("torch.optim.adam", "Adam", [P.honestTensor]),
            P.global("torch.optim.adam", "Adam") + P.emptyTuple + P.newObject + P.dictionary([("lr", P.none)]) + P.build,
            P.call("collections", "defaultdict", [P.global("__builtin__", "dict")]) + P.text("a") + P.none + [0x73],
            P.call("collections", "deque", []) + P.mark + P.none + P.none + [0x65],
            P.call("collections", "deque", []) + P.none + P.append,
            P.call("torch._utils", "_rebuild_parameter", [P.call("a", "b", []), [0x88], P.none]),
            P.tensor(P.storage("ComplexFloatStorage", count: 9), shape: [9], strides: [1]),
            P.call("numpy.core.multiarray", "scalar", [P.none]),
            P.text("posix") + P.text("stat_result") + [0x86],
            P.tuple([]), P.emptyList, P.integer(7), [0x47] + [UInt8](repeating: 0, count: 8), [0x8A, 1, 0x80], [0x8A, 0],
        ])
    func whenUnknownObjectsAreThere_thenTensorsAreLoaded(object: [UInt8]) throws {
        let inside = P.program(P.dictionary([("x", object), ("w", P.honestTensor)]))
        let beside = P.program(P.dictionary([("x", object), ("model", P.dictionary([("w", P.honestTensor)]))]))
        for pickle in [inside, beside] {
            let tensors = try load(pickle: pickle).tensors
            #expect(tensors.mapValues(\.values) == ["w": [1, 2, 3]])
        }
    }

    @Test("attributes set on dictionaries and tensors are ignored")
    func whenStateIsBuilt_thenItIsIgnored() throws {
        let state = P.dictionary([("_metadata", P.orderedDictionary), ("w", P.none)])
        let filled = P.orderedDictionary + P.text("w") + P.honestTensor + state + P.build + [0x73] + state + P.build
        #expect(try load(pickle: P.program(filled)).tensors.mapValues(\.values) == ["w": [1, 2, 3]])
    }

    @Test("state dicts stand alone, under model or under state_dict", arguments: ["model", "state_dict"])
    func whenStateDictIsWrapped_thenItIsFound(wrapper: String) throws {
        let inner = P.dictionary([("w", P.honestTensor)])
        let other = P.dictionary([("v", P.honestTensor)])
        let pickle = P.program(P.dictionary([("optimizer", other), (wrapper, inner), ("epoch", P.integer(3))]))
        #expect(try Array(load(pickle: pickle).tensors.keys) == ["w"])
    }

    @Test("instructions of protocol 4 that newer files may use are understood")
    func whenProtocolIsFour_thenTensorsAreLoaded() throws {
        func short(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) + [0x94] }
        let storage =
            P.mark + short("storage") + short("torch") + short("FloatStorage") + P.stackGlobal + [0x94] + short("0")
            + short("cpu") + [0x4B, 3, 0x74, 0x94] + P.persistentIdentifier
        let tensor =
            short("torch._utils") + short("_rebuild_tensor_v2") + P.stackGlobal + [0x94] + P.mark + storage
            + [0x4B, 0, 0x4B, 3, 0x85, 0x94, 0x4B, 1, 0x85, 0x94, 0x89] + P.orderedDictionary + [0x74] + P.reduce
        let body = [0x7D, 0x94] + short("w") + tensor + [0x73, 0x2E]
        let pickle = [0x80, 4, 0x95] + P.littleEndian(UInt64(body.count)) + body
        #expect(try load(pickle: pickle).tensors.mapValues(\.values) == ["w": [1, 2, 3]])
    }
}
