import DICOMSegmentation
import DurableFiles
import Geometry
import Training

@testable import Evaluation

/// A made-up patient with four structures, two of them on one side each, and what models of several kinds would draw.
struct Phantom {
    static let names = ["ct/liver", "ct/spleen", "ct/kidney-left", "ct/kidney-right"]
    static let (rows, columns, slices) = (40, 48, 8)

    let patient: Int
    let grid: VoxelGrid
    /// One for each of the names.
    let truths: [SegmentMask]

    init(patient: Int) throws {
        self.patient = patient
        let masks = try RandomMasks(
            rows: Self.rows,
            columns: Self.columns,
            offsets: (0..<Self.slices).map { Double($0) * 3 },
            spacing: (1.5, 1.5)
        )
        grid = masks.grid
        let shift = Double(patient % 5) - 2
        let places = [(13 + shift, 16.0, 8.0), (36 + shift, 15, 5), (35, 29 + shift / 2, 4), (13, 30 + shift / 2, 4)]
        truths = places.map { Self.ball(column: $0, row: $1, radius: $2) }
    }

    private static func ball(column: Double, row: Double, radius: Double) -> SegmentMask {
        draw { slice, y, x in
            let (dx, dy, dz) = (Double(x) - column, Double(y) - row, (Double(slice) - 3.5) * 1.6)
            return dx * dx + dy * dy + dz * dz < radius * radius
        }
    }

    private static func draw(_ isInside: (_ slice: Int, _ row: Int, _ column: Int) -> Bool) -> SegmentMask {
        SegmentMask(
            frames: (0..<slices).map { slice in
                let pixels = (0..<rows * columns).map { index -> UInt8 in
                    isInside(slice, index / columns, index % columns) ? 1 : 0
                }
                return FrameMask(rows: rows, columns: columns, pixels: pixels)
            }
        )
    }

    /// The masks of a model that finds everything, with this share of the pixels missed.
    func found(missing share: Double, seed: Int) -> [SegmentMask] {
        truths.enumerated().map { index, truth in
            Self.draw { slice, row, column in
                guard truth[slice]?[row: row, column: column] == true else { return false }
                return Self.chance(seed &+ index, slice, row * Self.columns + column) >= share
            }
        }
    }

    /// A number from 0 up to 1 for a pixel: the same each time.
    private static func chance(_ seed: Int, _ slice: Int, _ pixel: Int) -> Double {
        var mixed = UInt64(truncatingIfNeeded: seed &* 1_000_003 &+ slice &* 8_191 &+ pixel)
        for _ in 0..<3 { mixed = (mixed ^ (mixed >> 31)) &* 0x9E37_79B9_7F4A_7C15 }
        return Double(mixed >> 11) / Double(UInt64(1) << 53)
    }

    /// The same masks seen in a mirror: left is right.
    static func mirrored(_ masks: [SegmentMask]) -> [SegmentMask] {
        masks.map { mask in
            draw { slice, row, column in mask[slice]?[row: row, column: columns - 1 - column] ?? false }
        }
    }

    /// The evaluation of masks, the same for both kinds of box.
    func evaluation(_ masks: [SegmentMask], model: SHA256Digest, tolerance: Double = 2) -> CaseEvaluation {
        CaseEvaluation(
            key: SHA256Digest(of: [0]),
            caseID: "case-\(patient)",
            patient: "key-of-patient-\(patient)",
            profile: "ct",
            scanner: patient % 2 == 0 ? "Maker <One>" : "Maker & Two",
            model: model,
            priorRefusal: nil,
            structures: Self.names.indices.map { index in
                let truth = truths[index]
                var boxes: [Int: PixelBox] = [:]
                for (slice, frame) in truth.frames.enumerated() {
                    boxes[slice] = frame.flatMap {
                        PixelBox(of: $0.unpacked(), columns: Self.columns, rows: Self.rows)
                    }
                }
                let measuring = StructureMeasuring(
                    grid: grid,
                    tolerance: tolerance,
                    truth: truth,
                    tightBoxes: boxes
                )
                return CaseEvaluation.Structure(
                    name: Self.names[index],
                    label: Self.names[index],
                    truthML: grid.millilitres(truth),
                    automatic: measuring.measure(masks[index], boxes: boxes.mapValues { $0.grown(by: 2) }),
                    perfect: measuring.measure(masks[index], boxes: boxes),
                    paper: nil
                )
            },
            seconds: 1
        )
    }

    static func manifest(patients: Int) throws -> CaseManifest {
        let test = (0..<patients).map { patient in
            var one = ManifestCases.reviewed("case-\(patient)", patient: "key-of-patient-\(patient)", role: .test)
            one.profile.id = "ct"
            one.segments = names.enumerated().map { index, name in
                .init(id: String(name.dropFirst(3)), number: index + 1, change: .edited)
            }
            return one
        }
        return try ManifestCases.manifest(test + [ManifestCases.reviewed("t", patient: "learned", role: .train)])
    }

    static func model(
        _ name: String,
        _ manifest: CaseManifest,
        masks: (Phantom) -> [SegmentMask]
    ) throws -> ModelEvaluation {
        let digest = SHA256Digest(of: Array(name.utf8))
        return ModelEvaluation(
            model: name,
            digest: digest,
            architecture: "phantom",
            manifest: manifest.digest,
            role: .test,
            program: "1.0.0",
            cases: try manifest.cases(of: .test).indices.map { patient in
                let phantom = try Phantom(patient: patient)
                return phantom.evaluation(masks(phantom), model: digest)
            }
        )
    }
}
