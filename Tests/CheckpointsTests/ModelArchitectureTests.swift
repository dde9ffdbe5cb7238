import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Recognising networks")
struct ModelArchitectureTests {
    private func weights(where isKept: (String) -> Bool = { _ in true }) throws -> NamedTensors {
        let path = RawPath(SharedFiles.reference("sam-med2d/golden/tiny_weights.safetensors").path)
        return NamedTensors(try CheckpointFile.load(path).tensors.filter { isKept($0.key) })
    }

    @Test("weights with adapters are SAM-Med2D, without they are SAM")
    func whenAdaptersAreMissing_thenItIsSAM() throws {
        #expect(try ModelArchitecture.detect(weights()) == .samMed2D)
        let plain = try weights { !$0.contains(".Adapter.") }
        #expect(try ModelArchitecture.detect(plain) == .sam)
        #expect(try !ModelConfiguration(of: plain, architecture: .sam).hasAdapters)
    }

    @Test("weights of another network are refused with an example of their names")
    func whenNetworkIsUnknown_thenErrorNamesATensor() throws {
        let unknown = try weights { $0.hasPrefix("mask_decoder.") }
        let error = #expect(throws: CheckpointError.self) { try ModelArchitecture.detect(unknown) }
        #expect(error?.description.contains("mask_decoder.") == true)
    }

    @Test("weights of a wrapped module are refused with the remedy")
    func whenNamesBeginWithModule_thenErrorSaysSo() throws {
        let plain = try weights()
        let wrapped = NamedTensors(Dictionary(uniqueKeysWithValues: plain.tensors.map { ("module." + $0, $1) }))
        let error = #expect(throws: CheckpointError.self) { try ModelArchitecture.detect(wrapped) }
        #expect(error?.description.contains("state_dict()") == true)
    }

    @Test("contradicting shapes give an error, not a configuration")
    func whenShapesContradict_thenConfigurationIsRefused() throws {
        var changed = try weights()
        changed.tensors["image_encoder.pos_embed"] = Tensor(zeros: [1, 8, 4, 40])
        #expect(throws: CheckpointError.self) { try ModelConfiguration(of: changed, architecture: .samMed2D) }
        changed.tensors["image_encoder.pos_embed"] = Tensor(zeros: [320])
        #expect(throws: CheckpointError.self) { try ModelConfiguration(of: changed, architecture: .samMed2D) }
        changed.tensors["image_encoder.pos_embed"] = nil
        #expect(throws: CheckpointError.missingTensor("image_encoder.pos_embed")) {
            try ModelConfiguration(of: changed, architecture: .samMed2D)
        }
    }
}
