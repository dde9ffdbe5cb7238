import Atlas
import DurableFiles
import Foundation
import Geometry
import TestSupport
import Testing

/// One patient's CT as atlas for another patient's slab; truth and atlas labels are a network's, not an expert's.
@Suite("Sample series")
struct SampleSeriesTests {
    static let reference = "sample/totalsegmentator/tests/reference_files/"

    static func image(_ path: String) throws -> NIfTIImage {
        try NIfTIImage(contentsOf: RawPath(SharedFiles.cache.appending(path: path).path))
    }

    static func atlas(planes: ClosedRange<Int>? = nil) throws -> Atlas {
        var image = try image(reference + "example_ct.nii.gz")
        var labels = try self.image(reference + "example_seg_fast_force_split.nii.gz")
        if let planes {
            image = cropped(image, planes)
            labels = cropped(labels, planes)
        }
        let volume = try labels.labels()
        return Atlas(
            name: "sample",
            intensities: image.intensities(modality: .ct),
            labels: volume,
            table: volume.presentLabels.map { AtlasLabel(id: $0, name: "label \($0)") }
        )
    }

    static func cropped(_ image: NIfTIImage, _ planes: ClosedRange<Int>) -> NIfTIImage {
        let plane = image.size.x * image.size.y
        let affine = image.affine
        return NIfTIImage(
            size: GridSize(x: image.size.x, y: image.size.y, z: planes.count),
            affine: Affine3D(
                xColumn: affine.xColumn,
                yColumn: affine.yColumn,
                zColumn: affine.zColumn,
                translation: affine(Vector3(0, 0, Double(planes.lowerBound)))
            ),
            values: Array(image.values[planes.lowerBound * plane..<(planes.upperBound + 1) * plane])
        )
    }

    static func target() throws -> AtlasTarget {
        let image = try image("sample/example_ct_dicom.nii")
        let count = image.size.x * image.size.y
        let affine = image.affine
        let row = try #require(affine.xColumn.normalized)
        let column = try #require(affine.yColumn.normalized)
        let planes = try (0..<image.size.z).map { slice in
            try #require(
                PlaneGeometry(
                    position: affine(Vector3(0, 0, Double(slice))),
                    rowDirection: row,
                    columnDirection: column,
                    rowSpacing: affine.yColumn.length,
                    columnSpacing: affine.xColumn.length,
                    rows: image.size.y,
                    columns: image.size.x
                )
            )
        }
        let values = (0..<image.size.z).map { Array(image.values[$0 * count..<($0 + 1) * count]) }
        return try AtlasTarget(planes: planes, modality: .ct, values: values)
    }

    /// The true label at each pixel of each plane of the target, looked up by position.
    static func truth(_ target: AtlasTarget) throws -> [[UInt16]] {
        let labels = try image(reference + "example_seg_dicom.nii.gz").labels()
        let toIndex = try #require(labels.affine.inverse)
        return target.stack.planes.map { plane in
            (0..<plane.rows * plane.columns).map { pixel in
                let index = toIndex(
                    plane.patientPoint(column: Double(pixel % plane.columns), row: Double(pixel / plane.columns))
                )
                let x = Int(index.x.rounded())
                let y = Int(index.y.rounded())
                let z = Int(index.z.rounded())
                guard x >= 0, y >= 0, z >= 0, x < labels.size.x, y < labels.size.y, z < labels.size.z else { return 0 }
                return labels.values[(z * labels.size.y + y) * labels.size.x + x]
            }
        }
    }

    @Test("Boxes from another patient's scan reach the measured quality")
    func whenOtherPatientIsTheAtlas_thenBoxesReachTheFloor() throws {
        let target = try Self.target()
        let alignment = try AtlasRegistration().register(target, to: try Self.atlas())
        #expect(alignment.score >= 0.30)
        let planner = BoxPlanner(alignment)
        let truth = try Self.truth(target)
        // Liver, spleen, aorta, autochthon left and right, T12, T11, stomach, inferior vena cava, colon, pancreas.
        let measures = [5, 1, 52, 86, 87, 32, 33, 6, 63, 20, 7].map { label in
            BoxMeasure(label: label, truth: truth, boxes: planner.boxes(of: label), stack: target.stack)
        }
        let overlaps = measures.map(\.meanOverlap)
        let mean = overlaps.reduce(0, +) / Double(overlaps.count)
        #expect(mean >= 0.41)
        #expect(overlaps[0] >= 0.75)
        #expect(overlaps[1] >= 0.60)
        #expect(overlaps[2] >= 0.70)
        let inner = measures.flatMap(\.inner)
        let outer = measures.flatMap(\.outer)
        #expect(inner.reduce(0, +) / Double(inner.count) <= 2.7)
        #expect(outer.reduce(0, +) / Double(outer.count) <= 3.2)
    }

    @Test("A pelvis as atlas is refused for an upper abdomen")
    func whenAtlasShowsAnotherRegion_thenRefused() throws {
        let pelvis = try Self.atlas(planes: 0...44)
        #expect {
            _ = try AtlasRegistration().register(try Self.target(), to: pelvis)
        } throws: { error in
            if case RegistrationRefusal.levelNotFound = error { true } else { false }
        }
    }
}

/// How the boxes of one label differ from truth, in pixels of a frame whose longest side has 256.
struct BoxMeasure {
    /// Intersection over union in each slice where truth has at least 40 pixels; 0 where there is no box.
    private(set) var overlaps: [Double] = []
    /// For each side how far it cuts into the structure.
    private(set) var inner: [Double] = []
    /// For each side how far it stands off.
    private(set) var outer: [Double] = []

    var meanOverlap: Double { overlaps.isEmpty ? 0 : overlaps.reduce(0, +) / Double(overlaps.count) }

    init(label: UInt16, truth: [[UInt16]], boxes: SegmentBoxes, stack: SliceStack) {
        let scale = 256 / Double(max(stack.rows, stack.columns))
        for (slice, labels) in truth.enumerated() {
            let mask = labels.map { UInt8($0 == label ? 1 : 0) }
            guard Double(mask.reduce(0) { $0 + Int($1) }) * scale * scale >= 40,
                let expected = PixelBox(of: mask, columns: stack.columns, rows: stack.rows)
            else { continue }
            guard let box = boxes.slices.first(where: { $0.slice == slice })?.tight else {
                overlaps.append(0)
                continue
            }
            let width = max(0, min(box.x1, expected.x1) - max(box.x0, expected.x0))
            let height = max(0, min(box.y1, expected.y1) - max(box.y0, expected.y0))
            overlaps.append(width * height / (box.area + expected.area - width * height))
            for cut in [box.x0 - expected.x0, box.y0 - expected.y0, expected.x1 - box.x1, expected.y1 - box.y1] {
                inner.append(max(0, cut) * scale)
                outer.append(max(0, -cut) * scale)
            }
        }
    }
}
