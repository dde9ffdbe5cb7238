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
            #expect(tensor.values == GeneratedWeights.values(named: name, shape: tensor.shape), "\(name)")
        }
    }
}
