import Geometry
import Testing

@testable import Atlas

@Suite("The coarse copy of a stack is made while it is read")
struct StackSamplingTests {
    /// Axial, thick and thin, with a gap and tilted, and sagittal stacks.
    enum Kind: String, CaseIterable {
        case thin, thick, uneven, sheared, sagittal
    }

    private static func planes(_ kind: Kind) throws -> [PlaneGeometry] {
        let thin = (0..<420).map { Double($0) * 0.5 }
        switch kind {
        case .thin: return try Planes.axial(thin)
        case .thick: return try Planes.axial((0..<60).map { Double($0) * 5 })
        case .uneven: return try Planes.axial(thin.filter { !(40...70).contains($0) || $0 == 50 })
        case .sheared: return try (0..<150).map { try plane($0, step: Vector3(0, 0.3, 1.2)) }
        case .sagittal:
            return try (0..<150).map { index in
                try Planes.plane(
                    corner: Vector3(Double(index) - 75, -132, 200),
                    row: Vector3(0, 1, 0),
                    column: Vector3(0, 0, -1),
                    size: (columns: 110, rows: 80)
                )
            }
        }
    }

    private static func plane(_ index: Int, step: Vector3) throws -> PlaneGeometry {
        try Planes.plane(
            corner: Vector3(-220, -132, 0) + step * Double(index),
            row: Vector3(1, 0, 0),
            column: Vector3(0, 1, 0),
            size: (columns: 184, rows: 110)
        )
    }

    @Test(
        "it is that of all planes together, bit for bit, and only the planes of the last slab are kept",
        arguments: Kind.allCases
    )
    func whenSlicesAreReadOneByOne_thenTheCopyIsThatOfAll(kind: Kind) throws {
        let stack = try SliceStack(planes: Self.planes(kind))
        let edge = AtlasTarget.edge
        var all = StackSampler(stack: stack, edge: edge)
        var sampling = StackSampling(stack: stack, modality: .ct, edge: edge)
        var mostKept = 0
        for (index, plane) in stack.planes.enumerated() {
            let pixels = (0..<plane.rows * plane.columns).map { pixel in Float((pixel &* 31 &+ index &* 17) % 997) }
            all.add(ReducedPlane(pixels, plane: plane, edge: edge, padding: -1024), at: index)
            sampling.add(pixels)
            mostKept = max(mostKept, sampling.keptPlanes)
        }
        let (low, high) = all.bounds
        let sampler = all
        let expected = CanonicalVolume(
            grid: CanonicalGrid(from: low, to: high, spacing: edge),
            modality: .ct,
            sample: { sampler.sample($0) }
        )
        let found = sampling.finished()
        #expect(found.grid == expected.grid)
        #expect(found.values == expected.values)
        #expect(found.inside == expected.inside)
        #expect(found.inside.contains(1))
        // A slab of 32 planes, and those of the 3 mm before it.
        #expect(mostKept <= 32 + 9)
    }
}
