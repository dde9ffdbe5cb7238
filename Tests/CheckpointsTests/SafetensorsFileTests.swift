import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Reading safetensors")
struct SafetensorsFileTests {
    @Test("the reference weights have their names, shapes and generated values")
    func whenReadingReferenceWeights_thenNamesShapesAndValuesAreThose() throws {
        let path = RawPath(SharedFiles.reference("sam-med2d/golden/tiny_weights.safetensors").path)
        let file = try SafetensorsFile(path)
        let weights = try file.namedTensors()
        #expect(weights.tensors.count == file.names.count)
        #expect(file.names.count > 100)
        for name in file.names {
            let tensor = try weights.require(name, shape: file.shape(of: name) ?? [-1])
            let isEqual = tensor.values == GeneratedWeights.values(named: name, shape: tensor.shape)
            #expect(isEqual, "\(name)")
        }
    }

    @Test("integer tensors are read by name, and are not among the parameters")
    func whenTensorIsInteger_thenItIsNoParameter() throws {
        let path = RawPath(SharedFiles.reference("sam-med2d/golden/tiny_decoder.safetensors").path)
        let file = try SafetensorsFile(path)
        let name = try #require(file.names.first { file.elementType(of: $0) == .int32 })
        let tensor = try file.tensor(name)
        let bytes = try file.bytes(name)
        let integers = stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        }
        #expect(tensor.values == integers.map { Float(Int32(bitPattern: $0)) })
        #expect(try !file.namedTensors().contains(name))
    }

    @Test("a name that is not there is an error that says so")
    func whenNameIsUnknown_thenErrorNamesIt() throws {
        let path = RawPath(SharedFiles.reference("sam-med2d/golden/tiny_weights.safetensors").path)
        let file = try SafetensorsFile(path)
        #expect(file.shape(of: "none") == nil)
        #expect(throws: CheckpointError.missingTensor("none")) { try file.tensor("none") }
        #expect(throws: CheckpointError.missingTensor("none")) { try file.bytes("none") }
    }
}
