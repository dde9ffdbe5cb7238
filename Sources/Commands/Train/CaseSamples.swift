import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Evaluation
import Foundation
import Geometry
import Pipeline
import Profiles
import SegmentAnything
import Synchronization
import Training

/// The slices of frozen cases, as training takes them: grey values as in production, masks by their profile's segments.
///
/// One case is in memory at a time; slices are asked for case by case when their frozen parts are made.
final class CaseSamples: SampleSource {
    let entries: [SampleEntry]
    /// Windows move where intensities are mapped by the case's own scaling: always.
    let shiftsWindow = true

    private let cases: [Evaluation.ReviewedCase]
    private let places: [(case: Int, slice: Int)]
    private let root: RawPath
    private let profiles: @Sendable (Evaluation.ReviewedCase) throws -> Profile
    private let current = Mutex<OpenCase?>(nil)

    /// Reads the masks of all cases once, to know which slices have something to learn.
    ///
    /// `slab` takes of every series only the slices that have that role under ``SlabRule``.
    ///
    /// - Throws: `CaseManifestError`, `DICOMFileError` and `SegmentationError` as ``LoadedCase`` does.
    init(
        _ cases: [Evaluation.ReviewedCase],
        root: RawPath,
        slab: SlabRule.Role? = nil,
        profiles: @escaping @Sendable (Evaluation.ReviewedCase) throws -> Profile
    ) throws {
        self.cases = cases
        self.root = root
        self.profiles = profiles
        var entries: [SampleEntry] = []
        var places: [(case: Int, slice: Int)] = []
        for (index, reviewed) in cases.enumerated() {
            let loaded = try LoadedCase(reviewed, root: root, profile: try profiles(reviewed))
            let present = loaded.volume.frames.indices.map { slice in
                loaded.structures.filter { $0.isLearnt && $0.mask[slice] != nil }.map { loaded.name(of: $0) }
            }
            let roles = SlabRule().roles(of: present, caseID: reviewed.id)
            let wanted = loaded.volume.frames.indices.filter { slab == nil || slab == roles[$0] }
            for slice in SliceThinning().chosen(among: wanted, segments: present) {
                let frame = loaded.volume.frames[slice]
                entries.append(
                    SampleEntry(
                        caseID: reviewed.id,
                        patientKey: reviewed.patient,
                        sliceID: "\(frame.sopInstanceUID) \(frame.frameNumber ?? 1)",
                        segments: present[slice],
                        origin: SampleOrigin(of: reviewed),
                        segmentWeights: loaded.segmentWeights
                    )
                )
                places.append((index, slice))
            }
        }
        self.entries = entries
        self.places = places
    }

    func sample(at index: Int, window: WindowShift) throws -> TrainingSample {
        let place = places[index]
        return try current.withLock { current in
            if current?.index != place.case {
                current = nil
                let reviewed = cases[place.case]
                let loaded = try LoadedCase(reviewed, root: root, profile: try profiles(reviewed))
                current = try OpenCase(index: place.case, loaded: loaded)
            }
            guard let sample = try current?.sample(slice: place.slice, window: window) else {
                preconditionFailure("the case was opened")
            }
            return sample
        }
    }

    /// A case whose slices are being read.
    private struct OpenCase {
        let index: Int
        private let loaded: LoadedCase
        private let scaling: IntensityScaling
        /// Networks learn from slices as they will be shown them.
        private let turn: SliceTurn
        private var source: GreySlices

        init(index: Int, loaded: LoadedCase) throws {
            self.index = index
            self.loaded = loaded
            source = GreySlices(loaded.volume, of: loaded.series)
            scaling = try source.scaling(.init(loaded.profile.intensity))
            turn = SliceTurn(loaded.volume.stack.planes[0])
        }

        mutating func sample(slice: Int, window: WindowShift) throws -> TrainingSample {
            let scaling = window == .none ? scaling : scaling.shifted(centre: window.centre, width: window.width)
            let image = try source.image(at: slice, scaling)
            let (rows, columns) = (image.rows, image.columns)
            let structures = loaded.structures.compactMap { structure -> TrainingSample.Structure? in
                guard structure.isLearnt, let mask = structure.mask[slice] else { return nil }
                return TrainingSample.Structure(
                    segment: loaded.name(of: structure),
                    mask: turn.shown(mask.unpacked(), rows: rows, columns: columns).map { $0 != 0 },
                    weight: loaded.weight(of: structure)
                )
            }
            return TrainingSample(image: turn.shown(image), structures: structures)
        }
    }
}

extension LoadedCase {
    /// In a corrected case what the person left alone is mostly the network's own mask: little is learnt of it.
    fileprivate func weight(of structure: Structure) -> Double {
        let change = reviewed.segments.first { $0.id == structure.segment.id }?.change
        return reviewed.verdict == .corrected && change == .unchanged ? 0.25 : 1
    }

    /// By name, those that count less than 1.
    fileprivate var segmentWeights: [String: Double] {
        let weights = structures.map { (name(of: $0), weight(of: $0)) }
        return Dictionary(weights.filter { $0.1 < 1 }) { first, _ in first }
    }
}

extension LoadedCase.Structure {
    /// Whether models learn from this structure.
    fileprivate var isLearnt: Bool { segment.learning.isEnabled }
}

extension SampleOrigin {
    fileprivate init(of reviewed: Evaluation.ReviewedCase) {
        switch (reviewed.role, reviewed.verdict) {
        case (.replay, _): self = .replay
        case (_, .accepted): self = .acceptedUnchanged
        case (_, .corrected): self = .corrected
        }
    }
}
