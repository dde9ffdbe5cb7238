import Atlas
import DurableFiles
import Evaluation
import Foundation
import Geometry
import Pipeline

/// The published heads that `make sample` fetches where it can: a mean of 152 people without skull (MNI152, from
/// nilearn), and one person with (Colin27, from mricron-data), whose brain was cut out by another program.
///
/// A brain is what the skull's removal left: MNI152's own voxels above 0, and those of Colin27's cut-out.
extension SampleScans {
    /// Degrees by which the head is turned, about one axis at a time.
    static let headTurn = 8.0

    /// MNI152 in several poses with Colin27 as atlas; a line that says so where the data are missing.
    func heads() throws -> [String] {
        let title = "\n## Heads: MNI152, atlas Colin27\n"
        let folder = cache.appending("sample/heads")
        let (mean, scan, cut) = ("mni152_t1.nii.gz", "ch2.nii.gz", "ch2bet.nii.gz")
        guard let head = try? NIfTIImage(contentsOf: folder.appending(RawPath(mean))),
            let person = try? NIfTIImage(contentsOf: folder.appending(RawPath(scan))),
            let brain = try? NIfTIImage(contentsOf: folder.appending(RawPath(cut)))
        else { return [title, "The heads have not been fetched: sample/heads is missing \(mean), \(scan) or \(cut)."] }
        let atlas = Atlas(
            name: "head",
            intensities: person.intensities(modality: .mr),
            labels: Self.brain(brain),
            table: [AtlasLabel(id: 1, name: "brain")]
        )
        let mask = NIfTIImage(size: head.size, affine: head.affine, values: head.values.map { $0 > 0 ? 1 : 0 })
        var lines = [
            title,
            "| turned | box IoU | smallest tenth | Dice of the prior | cuts in p90 | reaches out p90 | seconds |",
        ]
        lines.append("|---|---|---|---|---|---|---|")
        for (name, axis) in [("about no axis", nil), ("nodding", 0), ("tilting", 1), ("looking aside", 2)] {
            let row = try Self.row(Self.posed(head, axis: axis), truth: Self.posed(mask, axis: axis), atlas: atlas)
            lines.append("| \(name) | \(row) |")
        }
        return lines
    }

    private static func brain(_ image: NIfTIImage) -> LabelVolume {
        LabelVolume(size: image.size, affine: image.affine, values: image.values.map { $0 > 0.5 ? 1 : 0 })
    }

    /// The series of a head after a turn about its middle, in planes of 2 × 2 mm every 3 mm.
    private static func posed(_ image: NIfTIImage, axis: Int?) -> NIfTIImage {
        let angle = axis == nil ? 0 : headTurn * .pi / 180
        let (c, s) = (cos(angle), sin(angle))
        func turned(_ p: Vector3) -> Vector3 {
            switch axis {
            case 0: Vector3(p.x, c * p.y - s * p.z, s * p.y + c * p.z)
            case 1: Vector3(c * p.x + s * p.z, p.y, c * p.z - s * p.x)
            default: Vector3(c * p.x - s * p.y, s * p.x + c * p.y, p.z)
            }
        }
        guard let toIndex = image.affine.inverse else { return image }
        let middle = image.affine(
            Vector3(Double(image.size.x - 1) / 2, Double(image.size.y - 1) / 2, Double(image.size.z - 1) / 2)
        )
        let size = GridSize(x: 110, y: 130, z: 72)
        let spacing = Vector3(2, 2, 3)
        let origin = Vector3(-0.5 * 109 * 2, -0.5 * 129 * 2, -0.5 * 71 * 3)
        var values: [Float] = []
        values.reserveCapacity(size.count)
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let place =
                        origin
                        + Vector3(Double(x) * spacing.x, Double(y) * spacing.y, Double(z) * spacing.z)
                    values.append(trilinear(image, toIndex(middle + turned(place))))
                }
            }
        }
        return NIfTIImage(
            size: size,
            affine: Affine3D(
                xColumn: Vector3(spacing.x, 0, 0),
                yColumn: Vector3(0, spacing.y, 0),
                zColumn: Vector3(0, 0, spacing.z),
                translation: origin
            ),
            values: values
        )
    }

    /// The value between the eight voxels around a place, 0 outside.
    private static func trilinear(_ image: NIfTIImage, _ place: Vector3) -> Float {
        let (x, y, z) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)), Int(place.z.rounded(.down)))
        let size = image.size
        guard x >= 0, y >= 0, z >= 0, x + 1 < size.x, y + 1 < size.y, z + 1 < size.z else { return 0 }
        let (fx, fy, fz) = (Float(place.x) - Float(x), Float(place.y) - Float(y), Float(place.z) - Float(z))
        func line(_ y: Int, _ z: Int) -> Float {
            let start = (z * size.y + y) * size.x + x
            return image.values[start] + (image.values[start + 1] - image.values[start]) * fx
        }
        let low = line(y, z) + (line(y + 1, z) - line(y, z)) * fy
        let high = line(y, z + 1) + (line(y + 1, z + 1) - line(y, z + 1)) * fy
        return low + (high - low) * fz
    }

    private static func row(_ image: NIfTIImage, truth: NIfTIImage, atlas: Atlas) throws -> String {
        guard let series = TrialSeries(image, modality: .mr, labels: brain(truth)) else {
            throw Unusable(file: "heads")
        }
        var trial = AtlasTrial(
            atlas: atlas,
            structures: [.init(name: "brain", atlasLabel: 1, referenceLabel: 1)],
            network: nil,
            intensity: .percentiles(low: 0.5, high: 99.5)
        )
        var options = AtlasRegistration.Options()
        options.region = .head
        trial.registration = AtlasRegistration(options: options)
        trial.boxes.margins = SideMargins(0)
        let report = try trial.run(series)
        if let refusal = report.refusal { return "refused, \(refusal.code): \(refusal.message) | | | | | " }
        guard let found = report.structures.first else { return "nothing found | | | | | " }
        let overlaps = found.present.map { $0.boxIoU ?? 0 }.sorted()
        let numbers = [
            found.mean { $0.boxIoU ?? 0 }, overlaps[overlaps.count / 10], found.mean { $0.dicePrior },
            QualityTable.ninetieth(found.present.flatMap(\.inner)),
            QualityTable.ninetieth(found.present.flatMap(\.outer)), report.secondsToBoxes,
        ]
        return numbers.map { String(format: "%.2f", $0) }.joined(separator: " | ")
    }
}
