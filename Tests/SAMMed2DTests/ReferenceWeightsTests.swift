import Checkpoints
import Foundation
import Tensors
import Testing

@Suite("Weights by name are those of the golden files")
struct ReferenceWeightsTests {
    private struct KnownAnswers: Decodable {
        let fnv1a: [String: String]
        let firstBits: [String: [String]]
        let firstValues: [String: [Float]]

        enum CodingKeys: String, CodingKey {
            case fnv1a
            case firstBits = "first_z"
            case firstValues = "first_values"
        }
    }

    @Test func theGeneratorGivesTheKnownAnswers() throws {
        let data = try Data(contentsOf: GoldenFiles.url("golden/generator_kat.json"))
        let known = try JSONDecoder().decode(KnownAnswers.self, from: data)
        for (name, seed) in known.fnv1a {
            #expect(ReferenceWeights.seed(name) == UInt64(seed.dropFirst(2), radix: 16))
        }
        for (name, values) in known.firstBits {
            for (index, value) in values.enumerated() {
                let bits = ReferenceWeights.bits(ReferenceWeights.seed(name), index)
                #expect(bits == UInt64(value.dropFirst(2), radix: 16))
            }
        }
        let shapes = try GoldenFiles.publishedShapes()
        for (name, values) in known.firstValues {
            let shape = try #require(shapes[name])
            #expect(Array(ReferenceWeights.parameter(name, shape: shape).values.prefix(values.count)) == values)
        }
    }

    @Test func theSmallModelsFileHoldsTheGeneratedWeights() throws {
        let file = try GoldenFiles.open("tiny_weights")
        #expect(file.names.count > 100)
        for name in file.names {
            let stored = try file.tensor(name)
            #expect(ReferenceWeights.parameter(name, shape: stored.shape).values == stored.values, "\(name)")
        }
    }
}
