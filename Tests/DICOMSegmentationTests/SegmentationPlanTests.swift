import Geometry
import Testing

@testable import DICOMSegmentation

struct SegmentationPlanTests {
    private func stack(_ count: Int) throws -> SliceStack {
        let planes = try (0..<count).map { index in
            try #require(
                PlaneGeometry(
                    position: Vector3(0, 0, Double(index)),
                    rowDirection: Vector3(1, 0, 0),
                    columnDirection: Vector3(0, 1, 0),
                    rowSpacing: 1,
                    columnSpacing: 1,
                    rows: 2,
                    columns: 3
                )
            )
        }
        return try SliceStack(planes: planes)
    }

    private func mask(_ pixel: Int) -> FrameMask {
        FrameMask(rows: 2, columns: 3, pixels: (0..<6).map { $0 == pixel ? 1 : 0 })
    }

    @Test("Frames run from the first to the last slice of a segment with the empty ones between")
    func keepsInnerGaps() throws {
        let stack = try stack(7)
        let segment = SegmentMask(frames: [nil, nil, mask(1), nil, mask(2), nil, nil])
        let plan = try SegmentationPlan(stack: stack, masks: [segment])
        #expect(plan.frames.map(\.source) == [2, 3, 4])
        #expect(plan.frames.map(\.positionIndex) == [1, 2, 3])
        #expect(plan.frames[1].mask == nil)
    }

    @Test("Segments without a pixel are left out and the others are numbered without a gap")
    func dropsEmptySegments() throws {
        let stack = try stack(2)
        let full = SegmentMask(frames: [mask(0), nil])
        let plan = try SegmentationPlan(stack: stack, masks: [SegmentMask(frameCount: 2), full, full])
        #expect(plan.emptySegments == [0])
        #expect(plan.keptSegments == [1, 2])
        #expect(plan.frames.map(\.segmentNumber) == [1, 2])
    }

    @Test("Empty segments that are to be kept have their numbers and no frames")
    func keepsEmptySegments() throws {
        let stack = try stack(2)
        let full = SegmentMask(frames: [mask(0), nil])
        let empty = SegmentMask(frameCount: 2)
        let plan = try SegmentationPlan(stack: stack, masks: [empty, full], keepsEmpty: true)
        #expect(plan.keptSegments == [0, 1])
        #expect(plan.frames.map(\.segmentNumber) == [2])
        // An image has at least one frame.
        let nothing = try SegmentationPlan(stack: stack, masks: [empty, empty], keepsEmpty: true)
        #expect(nothing.frames.map(\.segmentNumber) == [1])
        #expect(nothing.frames.allSatisfy { $0.mask == nil })
    }

    @Test("Segments overlap when a pixel belongs to two of them, and not when they only share a slice")
    func findsOverlap() throws {
        let stack = try stack(2)
        func overlap(_ first: Int, _ second: Int) throws -> Bool {
            let masks = [SegmentMask(frames: [nil, mask(first)]), SegmentMask(frames: [nil, mask(second)])]
            return try SegmentationPlan(stack: stack, masks: masks).segmentsOverlap
        }
        #expect(try overlap(3, 3))
        #expect(try !overlap(3, 4))
    }

    @Test("A mask of another size or number of frames is refused")
    func refusesForeignMasks() throws {
        let stack = try stack(2)
        let other = FrameMask(rows: 3, columns: 2, pixels: [1, 0, 0, 0, 0, 0])
        for wrong in [SegmentMask(frames: [other, nil]), SegmentMask(frames: [mask(0)])] {
            #expect(throws: SegmentationError.self) { try SegmentationPlan(stack: stack, masks: [wrong]) }
        }
    }
}
