import Atlas
import Geometry
import Testing

@Suite("Registration of a phantom")
struct RegistrationTests {
    /// How far the sides of a box cut into the true one, and stand off from it, in millimetres.
    struct SideErrors {
        var inner = 0.0
        var outer = 0.0
    }

    /// The worst side over all slices where truth has at least `minimumArea` pixels.
    func errors(_ phantom: Phantom, _ label: UInt16, _ planner: BoxPlanner, _ stack: SliceStack) throws -> SideErrors {
        var errors = SideErrors()
        let boxes = planner.boxes(of: label).slices
        for (index, plane) in stack.planes.enumerated() {
            let truth = (0..<plane.rows * plane.columns).map { pixel -> UInt8 in
                let point = plane.patientPoint(
                    column: Double(pixel % plane.columns),
                    row: Double(pixel / plane.columns)
                )
                return phantom.label(at: point) == label ? 1 : 0
            }
            guard truth.reduce(0, { $0 + Int($1) }) >= 60,
                let box = PixelBox(of: truth, columns: plane.columns, rows: plane.rows)
            else { continue }
            let found = try #require(boxes.first { $0.slice == index }, "slice \(index) has no box").tight
            for cut in [found.x0 - box.x0, found.y0 - box.y0, box.x1 - found.x1, box.y1 - found.y1] {
                errors.inner = max(errors.inner, cut * plane.columnSpacing)
                errors.outer = max(errors.outer, -cut * plane.columnSpacing)
            }
        }
        return errors
    }

    @Test("A patient who is wider, flatter, taller and elsewhere gets boxes within 8 mm")
    func whenPatientIsScaledAndMoved_thenBoxesAreFound() throws {
        let shift = Vector3(25, -40, -700)
        var phantom = Phantom()
        phantom.toPhantom = { point in
            let moved = point - shift
            return Vector3(moved.x / 1.12, moved.y / 0.93, moved.z / 1.05)
        }
        let planes = try Planes.axial((0..<30).map { shift.z + 120 + Double($0) * 4 }, centre: shift)
        let target = try phantom.target(planes)
        let alignment = try AtlasRegistration().register(target, to: Phantom.wholeAtlas)
        #expect(alignment.score > 0.8)
        #expect(abs(alignment.widthRatio - 1.12) < 0.03)
        #expect(abs(alignment.depthRatio - 0.93) < 0.04)
        #expect(abs(alignment.atlasRange.lowerBound - 120 / 1.05) < 6)
        let planner = BoxPlanner(alignment)
        for label in [Phantom.liver, Phantom.spleen, Phantom.kidney, Phantom.aorta] {
            let errors = try errors(phantom, label, planner, target.stack)
            #expect(errors.inner <= 8, "label \(label) inner")
            #expect(errors.outer <= 8, "label \(label) outer")
        }
    }

    @Test("A liver that lies about 15 mm elsewhere is reached by deformation and not without it")
    func whenAnOrganIsDisplaced_thenDeformationFollows() throws {
        var phantom = Phantom()
        // A smooth pull of tissue to the left around the liver's place.
        phantom.toPhantom = { point in
            let offset = point - Vector3(-60, -10, 180)
            let weight = 1 / (1 + offset.dot(offset) / (110 * 110))
            return point - Vector3(25 * weight, 0, 0)
        }
        let target = try phantom.target(try Planes.axial((0..<24).map { 130 + Double($0) * 4 }))
        var options = AtlasRegistration.Options()
        options.lastStage = .profile
        var boxOptions = BoxPlanner.Options()
        boxOptions.refinesByIntensity = false
        let rigid = try AtlasRegistration(options: options).register(target, to: Phantom.wholeAtlas)
        #expect(rigid.stage == .profile)
        let deformed = try AtlasRegistration().register(target, to: Phantom.wholeAtlas)
        #expect(deformed.stage == .deformable)
        let before = try errors(phantom, Phantom.liver, BoxPlanner(rigid, options: boxOptions), target.stack)
        let after = try errors(phantom, Phantom.liver, BoxPlanner(deformed, options: boxOptions), target.stack)
        #expect(before.inner + before.outer > 12)
        #expect(after.inner + after.outer < 0.6 * (before.inner + before.outer))
    }

    @Test("A patient who lies turned by 8 degrees is followed by the affine step")
    func whenPatientIsTurned_thenAffineFollows() throws {
        var phantom = Phantom()
        phantom.toPhantom = { point in
            let (sine, cosine) = (0.1392, 0.9903)
            return Vector3(cosine * point.x + sine * point.y, cosine * point.y - sine * point.x, point.z)
        }
        let target = try phantom.target(try Planes.axial((0..<30).map { 120 + Double($0) * 4 }))
        var options = AtlasRegistration.Options()
        options.lastStage = .profile
        let upright = try AtlasRegistration(options: options).register(target, to: Phantom.wholeAtlas)
        options.lastStage = .affine
        let turned = try AtlasRegistration(options: options).register(target, to: Phantom.wholeAtlas)
        #expect(upright.stage == .profile)
        #expect(turned.stage == .affine)
        var boxOptions = BoxPlanner.Options()
        boxOptions.refinesByIntensity = false
        let before = try errors(phantom, Phantom.spleen, BoxPlanner(upright, options: boxOptions), target.stack)
        let after = try errors(phantom, Phantom.spleen, BoxPlanner(turned, options: boxOptions), target.stack)
        #expect(after.inner + after.outer < 0.7 * (before.inner + before.outer))
    }

    @Test("Where the start fits already, the affine step leaves it alone")
    func whenStartFits_thenAffineStays() throws {
        let target = try Phantom().target(try Planes.axial((0..<40).map { 90 + Double($0) * 3 + 1.5 }))
        var options = AtlasRegistration.Options()
        options.lastStage = .affine
        let alignment = try AtlasRegistration(options: options).register(target, to: Phantom.wholeAtlas)
        let moved = (alignment.map(Vector3(60, 20, 150)) - Vector3(60, 20, 150)).length
        #expect(moved < 3)
    }

    @Test("Intensities correct a prior that registration left 6 mm off")
    func whenPriorIsNear_thenIntensitiesSharpenIt() throws {
        let phantom = Phantom()
        let planes = try Planes.axial((0..<24).map { 130 + Double($0) * 4 })
        let target = try phantom.target(planes)
        var shifted = Phantom()
        shifted.toPhantom = { point in
            // The organs lie elsewhere in the atlas, the trunk does not.
            abs(point.x) < 130 && abs(point.y) < 80 ? point + Vector3(6, 0, 0) : point
        }
        let atlas = shifted.atlas(
            size: Phantom.wholeAtlas.description.size,
            affine: try #require(Phantom.wholeAtlas.description.affine)
        )
        var options = AtlasRegistration.Options()
        options.lastStage = .profile
        let alignment = try AtlasRegistration(options: options).register(target, to: atlas)
        var boxOptions = BoxPlanner.Options()
        let refined = BoxPlanner(alignment, options: boxOptions)
        boxOptions.refinesByIntensity = false
        let plain = BoxPlanner(alignment, options: boxOptions)
        #expect(refined.boxes(of: Phantom.liver).source == .intensity)
        #expect(plain.boxes(of: Phantom.liver).source == .registration)
        let before = try errors(phantom, Phantom.liver, plain, target.stack)
        let after = try errors(phantom, Phantom.liver, refined, target.stack)
        #expect(after.inner + after.outer < before.inner + before.outer)
    }

    @Test("The same series gives the same boxes, bit for bit, while other work competes for the processors")
    func whenRunTwice_thenBoxesAreEqual() async throws {
        let phantom = Phantom()
        let target = try phantom.target(try Planes.axial((0..<12).map { 150 + Double($0) * 5 }))
        let results = await withTaskGroup(of: [SegmentBoxes].self) { group in
            for _ in 0..<3 {
                group.addTask {
                    guard let alignment = try? AtlasRegistration().register(target, to: Phantom.wholeAtlas) else {
                        return []
                    }
                    let planner = BoxPlanner(alignment)
                    return Phantom.table.map { planner.boxes(of: $0.id) }
                }
            }
            return await group.reduce(into: [[SegmentBoxes]]()) { $0.append($1) }
        }
        let first = try #require(results.first)
        let hasBoxes = first.contains { !$0.slices.isEmpty }
        #expect(hasBoxes)
        let areEqual = results.allSatisfy { $0 == first }
        #expect(areEqual)
    }
}
