@testable import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

/// Mutants of good files: each is loaded or refused; none may end the process.
@Suite("Random damage")
struct CheckpointFuzzTests {
    private typealias P = PickleAssembler

    /// SplitMix64: the same mutants on every run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
            return z ^ z >> 31
        }
    }

    private static let interesting: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, 0x28, 0x29, 0x2E, 0x52, 0x62, 0x71, 0x85]

    private static func mutant(of original: [UInt8], _ random: inout Generator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !bytes.isEmpty else { break }
            let index = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[index] = .random(in: .min ... .max, using: &random)
            case 2: bytes[index] = interesting.randomElement(using: &random) ?? 0
            case 3: bytes.remove(at: index)
            case 4: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: index)
            default:
                let end = min(bytes.count, index + Int.random(in: 1...32, using: &random))
                bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: bytes.indices, using: &random))
            }
        }
        return bytes
    }

    private static let checkpoint: [UInt8] = P.program(
        P.dictionary([
            (
                "model",
                P.dictionary([
                    ("w", P.honestTensor),
                    ("v", P.tensor(P.storage("HalfStorage", key: "1", count: 6), shape: [2, 2], strides: [1, 2])),
                    ("p", P.call("torch._utils", "_rebuild_parameter", [P.honestTensor, [0x88], P.orderedDictionary])),
                ])
            ),
            ("optimizer", P.global("a.b", "C") + P.emptyTuple + P.newObject + P.dictionary([("s", P.none)]) + P.build),
        ])
    )

    private static let storages: [String: [UInt8]] = [
        "0": [UInt8](repeating: 1, count: 12), "1": [UInt8](repeating: 1, count: 12),
    ]

    /// How many of the mutants are refused.
    private func refusals(_ count: Int, of original: [UInt8], _ load: ([UInt8], RawPath) throws -> Void) throws -> Int {
        var random = Generator(state: 20_260_000)
        return try withTemporaryFolder { folder in
            let path = RawPath(folder.appending(path: "mutant").path)
            var refused = 0
            for _ in 0..<count {
                do {
                    try load(Self.mutant(of: original, &random), path)
                } catch is CheckpointError {
                    refused += 1
                }
            }
            return refused
        }
    }

    private func write(_ bytes: [UInt8], to path: RawPath) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path.displayName))
    }

    @Test("damaged zips are refused or loaded", arguments: [false, true])
    func whenZipIsDamaged_thenProcessLives(isWide: Bool) throws {
        var zip = ZipAssembler.checkpoint(Self.checkpoint, storages: Self.storages)
        zip.isWide = isWide
        let refused = try refusals(1000, of: zip.bytes) { bytes, path in
            try write(bytes, to: path)
            for tensor in try CheckpointFile.load(path).tensors.values { #expect(tensor.count <= 6) }
        }
        #expect(refused > 900)
    }

    @Test("damaged pickles in sound zips are refused or loaded")
    func whenPickleIsDamaged_thenProcessLives() throws {
        let refused = try refusals(4000, of: Self.checkpoint) { pickle, path in
            try write(ZipAssembler.checkpoint(pickle, storages: Self.storages).bytes, to: path)
            for tensor in try CheckpointFile.load(path).tensors.values { #expect(tensor.count <= 12) }
        }
        #expect(refused > 1000)
        #expect(refused < 4000)
    }

    @Test("a damaged pickle of a trained model with its optimiser is refused or read")
    func whenReferencePickleIsDamaged_thenProcessLives() throws {
        let path = SharedFiles.reference("sam-med2d/golden/tiny_trained_with_optimizer_object.pth").path
        let file = try MappedFile(RawPath(path))
        let range = try ZipArchive(file).contents(of: "tiny_trained_with_optimizer_object/data.pkl")
        let pickle = Array(file.slice(try #require(range)))
        let refused = try refusals(300, of: pickle) { bytes, _ in
            try bytes.withUnsafeBytes { buffer in
                var unpickler = Unpickler(buffer)
                _ = try unpickler.run()
            }
        }
        #expect(refused > 30)
    }

    @Test("damaged safetensors are refused or loaded")
    func whenSafetensorsIsDamaged_thenProcessLives() throws {
        let header = """
            {"__metadata__":{"a":"b"},"v":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},\
            "w":{"dtype":"F32","shape":[3],"data_offsets":[8,20]}}
            """
        let original = P.littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + [UInt8](repeating: 1, count: 20)
        let refused = try refusals(4000, of: original) { bytes, path in
            try write(bytes, to: path)
            for tensor in try CheckpointFile.load(path).tensors.values { #expect(tensor.values.count <= 20) }
        }
        #expect(refused > 1000)
        #expect(refused < 4000)
    }
}
