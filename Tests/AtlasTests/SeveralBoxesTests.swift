import Atlas
import Geometry
import Testing

@Suite("Several boxes in a slice")
struct SeveralBoxesTests {
    @Test("Two parts of a structure get a box each where the profile allows two, and one that holds both where not")
    func whenAStructureHasTwoParts_thenEachGetsABox() throws {
        let target = try Phantom().target(try Planes.axial((0..<20).map { 150 + Double($0) * 4 }))
        let whole = Phantom.wholeAtlas
        // Liver and spleen under one name lie on both sides of the body.
        let both = Atlas(
            name: "both",
            intensities: whole.intensities,
            labels: LabelVolume(
                size: whole.labels.size,
                affine: whole.labels.affine,
                values: whole.labels.values.map { $0 == Phantom.spleen ? Phantom.liver : $0 }
            ),
            table: [AtlasLabel(id: Phantom.liver, name: "both")]
        )
        let alignment = try AtlasRegistration().register(target, to: both)
        var options = BoxPlanner.Options()
        options.refinesByIntensity = false
        let one = BoxPlanner(alignment, options: options).boxes(of: Phantom.liver).slices.filter { $0.slice == 9 }
        options.maximumBoxes = 2
        let two = BoxPlanner(alignment, options: options).boxes(of: Phantom.liver).slices.filter { $0.slice == 9 }
        #expect(one.count == 1 && two.count == 2)
        #expect(two[0].area > two[1].area && two[0].area + two[1].area == one[0].area)
        #expect(two[0].tight.x1 < two[1].tight.x0)
        #expect(min(two[0].tight.x0, two[1].tight.x0) == one[0].tight.x0)
        options.maximumBoxes = 5
        #expect(BoxPlanner(alignment, options: options).boxes(of: Phantom.liver).slices.count { $0.slice == 9 } == 2)
    }
}
