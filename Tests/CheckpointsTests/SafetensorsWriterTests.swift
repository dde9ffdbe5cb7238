import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Writing safetensors")
struct SafetensorsWriterTests {
    private let weights = NamedTensors([
        "b.weight": Tensor([1, -0.0, .infinity, 0x1p-149, 2.5, -3], shape: [2, 3]),
        "a": Tensor([7], shape: []),
        "empty": Tensor(zeros: [0, 4]),
        "quote\"back\\slash\u{1}é😀": Tensor([8, 9], shape: [2]),
    ])

    private func write(_ weights: NamedTensors, metadata: [String: String] = [:]) throws -> [UInt8] {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("w.safetensors")
            let written = try SafetensorsWriter.write(weights, metadata: metadata, to: path)
            let bytes = try ReadOnlyFile(path).readAll()
            #expect(written.byteCount == bytes.count)
            #expect(written.sha256 == SHA256Digest(of: bytes))
            return bytes
        }
    }

    @Test("what was written is read back bit for bit")
    func whenReadingBack_thenTensorsAndMetadataAreEqual() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("w.safetensors")
            let metadata = ["format": "pt", "key \"\n": "value \u{0}\\"]
            try SafetensorsWriter.write(weights, metadata: metadata, to: path)
            let file = try SafetensorsFile(path)
            #expect(file.metadata == metadata)
            #expect(file.names.count == weights.tensors.count)
            for (name, tensor) in weights.tensors {
                let read = try file.tensor(name)
                #expect(read.shape == tensor.shape)
                #expect(read.values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
                #expect(try file.bytes(name) == tensor.values.flatMap { PickleAssembler.littleEndian($0.bitPattern) })
            }
        }
    }

    @Test("equal weights give equal bytes, in whatever order they were put together")
    func whenWritingAgain_thenBytesAreEqual() throws {
        let reordered = NamedTensors(
            Dictionary(uniqueKeysWithValues: weights.tensors.sorted { $0.key > $1.key }.map { ($0, $1) })
        )
        #expect(try write(weights, metadata: ["a": "1", "b": "2"]) == write(reordered, metadata: ["b": "2", "a": "1"]))
    }

    @Test("the data begin at a multiple of 64 bytes")
    func whenWriting_thenDataAreAligned() throws {
        for count in 1...20 {
            let bytes = try write(NamedTensors([String(repeating: "n", count: count): Tensor([1], shape: [1])]))
            #expect((bytes.count - 4).isMultiple(of: 64))
        }
    }

    @Test("no tensors make a file that is read as none")
    func whenThereAreNoTensors_thenFileIsEmpty() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("w.safetensors")
            try SafetensorsWriter.write(NamedTensors([:]), to: path)
            #expect(try SafetensorsFile(path).names.isEmpty)
        }
    }

    @Test("a tensor cannot take the name of the metadata, and no file is left")
    func whenNameIsReserved_thenNothingIsWritten() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("w.safetensors")
            #expect(throws: CheckpointError.self) {
                try SafetensorsWriter.write(NamedTensors(["__metadata__": Tensor([1], shape: [1])]), to: path)
            }
            let left = try FolderScan.entries(of: RawPath(folder.path))
            #expect(left.isEmpty)
        }
    }
}
