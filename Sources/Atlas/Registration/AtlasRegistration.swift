import Geometry

/// Lays an atlas over a target in steps: trunk, level and size, then finer steps where they help.
///
/// The same input gives the same result, bit for bit, whatever the number of threads.
public struct AtlasRegistration: Sendable {
    /// Limits and how far to go.
    public struct Options: Sendable, Hashable {
        /// The last step that is tried.
        public var lastStage: AtlasAlignment.Stage = .deformable
        /// Below this score a CT does not match a CT atlas. Across modalities the score separates nothing.
        public var neededScore = 0.30
        /// Whether series lower than 100 mm get an affine fit too. On two slabs it changed boxes by less than .02 of
        /// overlap, once for the worse: a slab holds too little to fix twelve numbers.
        public var fitsSlabs = false
        /// Allowed ratios of trunk width and depth, target over atlas.
        public var sizeRatios = 0.7...1.4

        /// The recommended values.
        public init() {}
    }

    /// Limits and how far to go.
    public let options: Options

    /// Limits and how far to go.
    public init(options: Options = Options()) {
        self.options = options
    }

    /// Registers a target to an atlas, or says why no box may be derived from it.
    public func register(_ target: AtlasTarget, to atlas: Atlas) throws(RegistrationRefusal) -> AtlasAlignment {
        let body = BodyMask(target.volume)
        guard body.boxes.contains(where: { $0 != nil }), atlas.body.boxes.contains(where: { $0 != nil }) else {
            throw .noBody
        }
        let features = LevelFeatures(target: target.volume.modality, atlas: atlas.canonical.modality)
        let matcher = ZProfileMatcher(
            target: SliceThumbnails(target.volume, body: body, features: features),
            targetGrid: target.volume.grid,
            atlas: SliceThumbnails(atlas.canonical, body: atlas.body, features: features),
            atlasGrid: atlas.canonical.grid
        )
        let needed = ZProfileMatcher.neededOverlap(height: target.volume.grid.height)
        guard let best = matcher.candidates().first,
            let profile = ProfileAlignment(best, target: body, atlas: atlas.body)
        else { throw .overlapTooShort(millimetres: matcher.longestOverlap, needed: needed) }
        if features == .hounsfield, best.score < options.neededScore {
            throw .levelNotFound(score: best.score, needed: options.neededScore)
        }
        guard options.sizeRatios.contains(profile.widthRatio), options.sizeRatios.contains(profile.depthRatio) else {
            throw .bodySize(widthRatio: profile.widthRatio, depthRatio: profile.depthRatio)
        }
        return refine(profile, candidate: best, target: target, body: body, atlas: atlas)
    }

    /// The finer steps; each stands only where it is allowed and helps.
    private func refine(
        _ profile: ProfileAlignment,
        candidate: ZProfileMatcher.Candidate,
        target: AtlasTarget,
        body: BodyMask,
        atlas: Atlas
    ) -> AtlasAlignment {
        let volume = target.volume
        let features = LevelFeatures(target: volume.modality, atlas: atlas.canonical.modality)
        var affine = profile.affine
        var stage = AtlasAlignment.Stage.profile
        if options.lastStage != .profile, options.fitsSlabs || volume.grid.height >= AffineRegistration.slabHeight {
            let registration = AffineRegistration(
                target: volume,
                targetBody: body,
                atlas: atlas,
                features: features
            )
            if let refined = registration.refine(affine) {
                affine = refined
                stage = .affine
            }
        }
        var field: DisplacementField?
        if options.lastStage == .deformable {
            field =
                DemonsRegistration(target: volume, targetBody: body, atlas: atlas, features: features, start: affine)
                .field()
            stage = .deformable
        }
        let height = Double(volume.grid.size.z - 1) * volume.grid.spacing.z / candidate.scale
        return AtlasAlignment(
            target: target,
            atlas: atlas,
            map: SpatialMap(affine: affine, displacement: field),
            stage: stage,
            score: candidate.score,
            atlasRange: candidate.atlasStart...candidate.atlasStart + height,
            widthRatio: profile.widthRatio,
            depthRatio: profile.depthRatio,
            targetBody: body
        )
    }
}
