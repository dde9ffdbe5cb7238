import Geometry
import Testing

@testable import Atlas

@Suite("Intensities of one modality in another")
struct IntensityTransferTests {
    /// Three tissues of a target, and noise that stays within a tissue.
    private static func pairs(_ tissues: [(target: Float, atlas: Float)]) -> [(target: Float, atlas: Float)] {
        (0..<3000).map { index in
            let tissue = tissues[index % tissues.count]
            let noise = 0.02 * (Float(index / 3 % 11) / 10 - 0.5)
            return (tissue.target + noise, tissue.atlas - noise)
        }
    }

    @Test("Inverted contrast is turned back: each tissue gets the intensity that the atlas has for it")
    func whenContrastIsInverted_thenTissuesCorrespond() throws {
        let tissues: [(target: Float, atlas: Float)] = [(0.9, 0.1), (0.5, 0.45), (0.15, 0.8)]
        let transfer = try #require(IntensityTransfer(Self.pairs(tissues)))
        #expect(transfer.explained > 0.9)
        for tissue in tissues {
            let bin = Int(tissue.target * Float(IntensityTransfer.binCount))
            #expect(abs(transfer.curve[bin] - tissue.atlas) < 0.08, "target \(tissue.target)")
        }
    }

    @Test("Misplaced tissue narrows the means, and the curve is stretched to the atlas's own contrast")
    func whenTissueIsMisplaced_thenContrastStays() throws {
        // A quarter of the voxels shows the other tissue.
        let pairs = (0..<4000).map { index -> (target: Float, atlas: Float) in
            let isFirst = index % 2 == 0
            let isWrong = index / 2 % 4 == 0
            return (isFirst ? 0.25 : 0.75, isFirst != isWrong ? 0.8 : 0.2)
        }
        let transfer = try #require(IntensityTransfer(pairs))
        let contrast = transfer.curve[8] - transfer.curve[24]
        // Means alone would have 0.3.
        #expect(contrast > 0.5)
        #expect(transfer.explained < 0.5)
    }

    @Test("Nothing is said from few voxels, or where the atlas shows one tissue alone")
    func whenThereIsNothingToLearnFrom_thenThereIsNoTransfer() {
        #expect(IntensityTransfer(Array(Self.pairs([(0.2, 0.8)]).prefix(10))) == nil)
        #expect(IntensityTransfer((0..<1000).map { (target: Float($0 % 10) / 10, atlas: Float(0.5)) }) == nil)
    }

    @Test("A liver that lies about 15 mm elsewhere in an MR of other contrast is followed by a CT atlas")
    func whenModalitiesDiffer_thenDeformationFollows() throws {
        var phantom = Phantom()
        phantom.toPhantom = { point in
            let offset = point - Vector3(-60, -10, 180)
            return point - Vector3(25 / (1 + offset.dot(offset) / (110 * 110)), 0, 0)
        }
        let planes = try Planes.axial((0..<30).map { 120 + Double($0) * 4 })
        // Organs are dark in bright surroundings; bone and air are black.
        let values = planes.map { plane in
            phantom.slice(plane).map { $0 < -200 ? Float(0) : $0 < 60 ? 800 : $0 < 250 ? 600 - 3 * $0 : 50 }
        }
        let target = try AtlasTarget(planes: planes, modality: .mr, values: values)
        let alignment = try AtlasRegistration().register(target, to: Phantom.wholeAtlas)
        var farthest = 0.0
        for side in [Vector3(60, 0, 0), Vector3(0, 55, 0), Vector3(0, -55, 0)] {
            let surface = Vector3(-60, -10, 180) + side
            // Where that point of the phantom lies in the patient, by fixed-point iteration.
            var patient = surface
            for _ in 0..<30 { patient = patient + (surface - phantom.toPhantom(patient)) }
            farthest = max(farthest, (alignment.map(patient) - surface).length)
        }
        #expect(farthest < 9)
    }
}
