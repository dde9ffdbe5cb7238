import Atlas
import Geometry
import Testing

@Suite("Several atlases vote")
struct AtlasVoteTests {
    private static let size = GridSize(x: 150, y: 84, z: 102)
    private static let affine = Affine3D(
        xColumn: Vector3(3, 0, 0),
        yColumn: Vector3(0, 3, 0),
        zColumn: Vector3(0, 0, 3),
        translation: Vector3(-223, -124, -1)
    )

    /// The phantom as an atlas whose liver lies elsewhere in its labels: an atlas that is wrong about it.
    private static let wrongLiver = relabelled { point, label in
        let moved = Phantom.label(at: point - Vector3(0, 45, 0))
        return label == Phantom.liver ? 0 : moved == Phantom.liver ? Phantom.liver : label
    }

    private static func relabelled(_ change: (Vector3, UInt16) -> UInt16) -> Atlas {
        let whole = Phantom().atlas(size: size, affine: affine)
        var labels: [UInt16] = []
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let point = affine(Vector3(Double(x), Double(y), Double(z)))
                    labels.append(change(point, Phantom.label(at: point)))
                }
            }
        }
        return Atlas(
            name: "other",
            intensities: whole.intensities,
            labels: LabelVolume(size: size, affine: affine, values: labels),
            table: Phantom.table
        )
    }

    private static func dice(_ first: [UInt8], _ second: [UInt8]) -> Double {
        let shared = zip(first, second).count { $0 != 0 && $1 != 0 }
        return Double(2 * shared) / Double(first.count { $0 != 0 } + second.count { $0 != 0 })
    }

    private func target() throws -> AtlasTarget {
        try Phantom().target(try Planes.axial((0..<20).map { 150 + Double($0) * 4 }))
    }

    private var options: BoxPlanner.Options {
        var options = BoxPlanner.Options()
        options.refinesByIntensity = false
        return options
    }

    @Test("The vote of one atlas is that atlas's prior, bit for bit")
    func whenOneAtlasVotes_thenNothingChanges() throws {
        let alignment = try AtlasRegistration().register(try target(), to: Phantom.wholeAtlas)
        let alone = BoxPlanner(alignment)
        let vote = BoxPlanner(try #require(AtlasVote([alignment])))
        for label in [Phantom.liver, Phantom.spleen, Phantom.aorta] {
            #expect(alone.boxes(of: label).slices == vote.boxes(of: label).slices)
            for slice in 0..<20 {
                let isSame = alone.priorMask(of: label, slice: slice) == vote.priorMask(of: label, slice: slice)
                #expect(isSame)
            }
        }
        #expect(AtlasVote([]) == nil)
    }

    @Test("Two right atlases outvote one that has the liver elsewhere, in whatever order they come")
    func whenOneOfThreeIsWrong_thenItIsOutvoted() throws {
        let target = try target()
        let registration = AtlasRegistration()
        let right = try registration.register(target, to: Phantom.wholeAtlas)
        let wrong = try registration.register(target, to: Self.wrongLiver)
        let alone = BoxPlanner(right, options: options)
        for order in [[right, wrong, right], [wrong, right, right]] {
            let planner = BoxPlanner(try #require(AtlasVote(order)), options: options)
            for slice in 4..<16 {
                let expected = try #require(alone.priorMask(of: Phantom.liver, slice: slice))
                let found = try #require(planner.priorMask(of: Phantom.liver, slice: slice))
                #expect(Self.dice(expected, found) > 0.97)
            }
        }
    }

    @Test("An atlas that lacks a structure, or numbers it otherwise, has its say by name and no say without")
    func whenTablesDiffer_thenNamesDecide() throws {
        let target = try target()
        let other = Self.relabelled { _, label in
            label == Phantom.liver ? 9 : label == Phantom.spleen ? 1 : 0
        }
        let renumbered = Atlas(
            name: "renumbered",
            intensities: other.intensities,
            labels: other.labels,
            table: [AtlasLabel(id: 9, name: "liver"), AtlasLabel(id: 1, name: "milt")]
        )
        let registration = AtlasRegistration()
        let vote = try #require(
            AtlasVote([
                try registration.register(target, to: Phantom.wholeAtlas),
                try registration.register(target, to: renumbered),
            ])
        )
        let milt = try #require(vote.label(named: "milt"))
        #expect(vote.labels.count == Phantom.table.count + 1)
        #expect(vote.label(named: "liver")?.id == Phantom.liver)
        let alone = BoxPlanner(vote.alignments[0], options: options)
        let planner = BoxPlanner(vote, options: options)
        // Both agree on the liver but for the grids of their voxels; the spleen is the first atlas's alone, and the other's
        // name for it stands beside it.
        func mask(_ planner: BoxPlanner, _ label: UInt16) throws -> [UInt8] {
            try #require(planner.priorMask(of: label, slice: 8))
        }
        #expect(Self.dice(try mask(planner, Phantom.liver), try mask(alone, Phantom.liver)) > 0.97)
        let isSame = try mask(planner, Phantom.spleen) == mask(alone, Phantom.spleen)
        #expect(isSame)
        #expect(Self.dice(try mask(planner, milt.id), try mask(alone, Phantom.spleen)) > 0.95)
    }

    @Test("An atlas that ends where the other goes on does not deny what it cannot see")
    func whenOneAtlasIsShort_thenTheOtherDecidesBeyondIt() throws {
        let target = try target()
        let short = Phantom().atlas(size: GridSize(x: 150, y: 84, z: 62), affine: Self.affine)
        let registration = AtlasRegistration()
        let whole = try registration.register(target, to: Phantom.wholeAtlas)
        let part = try registration.register(target, to: short)
        let planner = BoxPlanner(try #require(AtlasVote([whole, part])), options: options)
        let alone = BoxPlanner(whole, options: options)
        // z = 218 lies 35 mm above the end of the short atlas.
        #expect(planner.coverage[17] == .covered)
        let expected = try #require(alone.priorMask(of: Phantom.liver, slice: 17))
        let isSame = planner.priorMask(of: Phantom.liver, slice: 17) == expected
        #expect(isSame)
    }
}
