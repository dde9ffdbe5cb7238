import Atlas
import Geometry
import Testing

@Suite("What is refused")
struct RefusalTests {
    func refusal(_ target: AtlasTarget, _ atlas: Atlas = Phantom.wholeAtlas) -> RegistrationRefusal? {
        do {
            _ = try AtlasRegistration().register(target, to: atlas)
            return nil
        } catch {
            return error
        }
    }

    @Test("A child's trunk against an adult atlas is refused by size")
    func whenTrunkIsTooSmall_thenBodySizeIsOut() throws {
        var phantom = Phantom()
        phantom.toPhantom = { Vector3($0.x / 0.6, $0.y / 0.6, $0.z) }
        let target = try phantom.target(try Planes.axial((0..<24).map { 130 + Double($0) * 4 }))
        let reason = refusal(target)
        guard case .bodySize(let width, let depth) = reason else {
            Issue.record("refused for \(String(describing: reason))")
            return
        }
        #expect(abs(width - 0.6) < 0.05)
        #expect(abs(depth - 0.6) < 0.05)
    }

    @Test("A slab of 12 mm is refused")
    func whenSlabIsThin_thenOverlapIsTooShort() throws {
        let target = try Phantom().target(try Planes.axial([180, 184, 188]))
        let reason = refusal(target)
        guard case .overlapTooShort(let found, let needed) = reason else {
            Issue.record("refused for \(String(describing: reason))")
            return
        }
        #expect(found <= 12.01)
        #expect(needed == 18)
    }

    @Test("A series of air is refused")
    func whenThereIsNoBody_thenNoBody() throws {
        let planes = try Planes.axial((0..<10).map { Double($0) * 5 })
        let air = [Float](repeating: -1000, count: planes[0].rows * planes[0].columns)
        let target = try AtlasTarget(planes: planes, modality: .ct, values: planes.map { _ in air })
        let reason = refusal(target)
        #expect(reason == .noBody)
        #expect(reason?.reasonCode == "atlas-no-body")
    }

    @Test("Planes that are no stack are refused with the stack's own reason")
    func whenPlanesCoincide_thenStackProblem() throws {
        let planes = try Planes.axial([100, 100])
        #expect(throws: SliceStack.Problem.samePosition(0, 1)) { _ = try Phantom().target(planes) }
    }
}
