import Atlas
import DurableFiles
import Evaluation
import Geometry
import Pipeline

/// The scans of the package that `make sample` fetches, and the structures that they are measured by.
struct SampleScans {
    /// One scan, its labels and what is looked for in it.
    struct Target {
        let title: String
        let image: String
        let labels: String
        let modality: AtlasModality
        let intensity: IntensityStatistics.Rule
        /// Name, number in the atlas, number in the scan's labels.
        let numbers: [(name: String, atlas: UInt16, reference: UInt16)]

        var structures: [AtlasTrial.Structure] {
            // The gates of the shipped profiles for the abdomen.
            var rule = ConfidenceRule()
            rule.minimumConfidence = 0.70
            return numbers.map {
                .init(name: $0.name, atlasLabel: $0.atlas, referenceLabel: $0.reference, rule: rule)
            }
        }
    }

    /// What stands in the scan has not been found.
    struct Unusable: Error {
        let file: String
    }

    private static let files = "sample/totalsegmentator/tests/reference_files/"

    static let ctSlab = Target(
        title: "CT slab, atlas of another patient's CT",
        image: "sample/example_ct_dicom.nii",
        labels: files + "example_seg_dicom.nii.gz",
        modality: .ct,
        intensity: .window(low: -160, high: 240),
        numbers: [
            ("liver", 5, 5), ("spleen", 1, 1), ("kidney right", 2, 2), ("kidney left", 3, 3), ("gallbladder", 4, 4),
            ("stomach", 6, 6), ("colon", 20, 20), ("aorta", 52, 52), ("inferior vena cava", 63, 63),
            ("erector spinae left", 86, 86), ("erector spinae right", 87, 87), ("T12 vertebra", 32, 32),
        ]
    )

    static let mr = Target(
        title: "MR, atlas of another patient's CT",
        image: files + "example_mr_sm.nii.gz",
        labels: files + "example_seg_mr.nii.gz",
        modality: .mr,
        intensity: .percentiles(low: 0.5, high: 99.5),
        numbers: [
            ("liver", 5, 5), ("spleen", 1, 1), ("kidney right", 2, 2), ("kidney left", 3, 3), ("gallbladder", 4, 4),
            ("stomach", 6, 6), ("colon", 20, 15), ("aorta", 52, 23), ("inferior vena cava", 63, 24),
            ("erector spinae left", 86, 46), ("erector spinae right", 87, 47), ("pancreas", 7, 7),
            ("duodenum", 19, 14),
        ]
    )

    let cache: RawPath

    /// The published LiteMedSAM weights.
    var weights: RawPath { cache.appending("weights/lite_medsam.pth") }

    /// Another patient's CT from pelvis to T11, or some of its planes.
    func atlas(planes: ClosedRange<Int>? = nil, isMirrored: Bool = false) throws -> Atlas {
        var image = try image(Self.files + "example_ct.nii.gz")
        var labels = try self.image(Self.files + "example_seg_fast_force_split.nii.gz")
        if let planes {
            image = Self.cropped(image, planes)
            labels = Self.cropped(labels, planes)
        }
        if isMirrored {
            image = Self.mirrored(image)
            labels = Self.mirrored(labels)
        }
        let volume = try labels.labels()
        return Atlas(
            name: "sample",
            intensities: image.intensities(modality: .ct),
            labels: volume,
            table: volume.presentLabels.map { AtlasLabel(id: $0, name: "label \($0)") }
        )
    }

    /// A scan with its reference labels as a further atlas, under the numbers of the first.
    func further(_ target: Target) throws -> Atlas {
        let labels = try image(target.labels).labels()
        return Atlas(
            name: "further",
            intensities: try image(target.image).intensities(modality: target.modality),
            labels: LabelVolume(size: labels.size, affine: labels.affine, values: labels.values),
            table: target.numbers.map { AtlasLabel(id: $0.reference, name: "label \($0.atlas)") }
        )
    }

    /// The intensities of the atlas's patient.
    func atlasImage() throws -> NIfTIImage { try image(Self.files + "example_ct.nii.gz") }

    func series(_ target: Target) throws -> TrialSeries {
        let labels = try image(target.labels).labels()
        guard let series = TrialSeries(try image(target.image), modality: target.modality, labels: labels) else {
            throw Unusable(file: target.image)
        }
        return series
    }

    /// Pairs that show different parts of the body, and what the registration says to them.
    func refusals() throws -> [String] {
        var lines: [String] = []
        for last in [44, 60, 75, 85] {
            let region = "CT slab of T11 to T12, atlas cut off \(3 * (112 - last - 1)) mm below its upper end"
            lines.append("\(region): \(try outcome(Self.ctSlab, atlas: try atlas(planes: 0...last)))")
        }
        let image = try atlasImage()
        let upper = Self.cropped(image, 75...111)
        let lower = try atlas(planes: 0...55, isMirrored: true)
        lines.append(
            "upper third of a CT, mirrored lower half of the same patient: \(try outcome(upper, atlas: lower))"
        )
        lines.append("MR abdomen, atlas of a pelvis: \(try outcome(Self.mr, atlas: try atlas(planes: 0...44)))")
        return lines
    }

    private func outcome(_ image: NIfTIImage, atlas: Atlas) throws -> String {
        let labels = LabelVolume(size: image.size, affine: image.affine, values: image.values.map { _ in 0 })
        guard let series = TrialSeries(image, modality: .ct, labels: labels) else { throw Unusable(file: "cropped") }
        return try outcome(series, atlas: atlas)
    }

    private func outcome(_ target: Target, atlas: Atlas) throws -> String {
        try outcome(try series(target), atlas: atlas)
    }

    private func outcome(_ series: TrialSeries, atlas: Atlas) throws -> String {
        let registered = try AtlasTarget(stack: series.stack, modality: series.modality) { series.values[$0] }
        do {
            let alignment = try AtlasRegistration().register(registered, to: atlas)
            return "NOT refused, level \(alignment.score), likeness \(alignment.similarity)"
        } catch {
            return "\(error.reasonCode): \(error.description)"
        }
    }

    private func image(_ path: String) throws -> NIfTIImage {
        try NIfTIImage(contentsOf: cache.appending(RawPath(path)))
    }

    /// Left and right exchanged in the voxels; the positions stay.
    private static func mirrored(_ image: NIfTIImage) -> NIfTIImage {
        let width = image.size.x
        let values = image.values.indices.map { image.values[$0 / width * width + (width - 1 - $0 % width)] }
        return NIfTIImage(size: image.size, affine: image.affine, values: values)
    }

    private static func cropped(_ image: NIfTIImage, _ planes: ClosedRange<Int>) -> NIfTIImage {
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
}
