import Geometry

/// Lays an atlas over a target in steps: trunk, level and size, then finer steps where they help.
///
/// The same input gives the same result, bit for bit, whatever the number of threads.
public struct AtlasRegistration: Sendable {
    /// A part of the body that is laid over in its own way.
    public enum Region: String, Sendable, Hashable, CaseIterable {
        /// Chest, abdomen or pelvis: found by level and size; the body is not turned.
        case trunk
        /// The head, which can be turned about each axis.
        case head
    }

    /// Limits and how far to go.
    public struct Options: Sendable, Hashable {
        /// The last step that is tried.
        public var lastStage: AtlasAlignment.Stage = .deformable
        /// Below this a CT does not match a CT atlas: the mean of the level's score and of the likeness after
        /// registration. Right pairs of different patients had .37 and more, wrong ones .22 and less.
        public var neededScore = 0.30
        /// The least likeness across modalities: right pairs had .53 and more, another region of the body .31.
        public var neededSimilarity = 0.42
        /// Whether series lower than 100 mm get an affine fit too. On two slabs it changed boxes by less than .02 of
        /// overlap, once for the worse: a slab holds too little to fix twelve numbers.
        public var fitsSlabs = false
        /// Millimetres that series and atlas have to share; `nil` for a share of the series.
        public var neededOverlap: Double?
        /// What the series shows: it decides how the atlas is laid over it.
        public var region = Region.trunk
        /// The least overlap (Dice) of a head and its atlas.
        public var neededShape = 0.80
        /// Allowed ratios of trunk width and depth, target over atlas.
        public var sizeRatios = 0.7...1.4

        /// The recommended values.
        public init() {}
    }

    /// Below this share of the needed score the level alone decides.
    static let hopelessShare = 0.5

    /// Limits and how far to go.
    public let options: Options

    /// Limits and how far to go.
    public init(options: Options = Options()) {
        self.options = options
    }

    /// Registers a target to an atlas, or says why no box may be derived from it.
    public func register(_ target: AtlasTarget, to atlas: Atlas) throws(RegistrationRefusal) -> AtlasAlignment {
        let opening = options.region == .head ? BodyMask.headOpeningRadius : BodyMask.openingRadius
        let body = BodyMask(target.volume, opening: opening)
        guard body.boxes.contains(where: { $0 != nil }), atlas.body.boxes.contains(where: { $0 != nil }) else {
            throw .noBody
        }
        if options.region == .head { return try head(target, body: body, atlas: atlas) }
        let features = LevelFeatures(target: target.volume.modality, atlas: atlas.canonical.modality)
        let matcher = ZProfileMatcher(
            target: SliceThumbnails(target.volume, body: body, features: features),
            targetGrid: target.volume.grid,
            atlas: SliceThumbnails(atlas.canonical, body: atlas.body, features: features),
            atlasGrid: atlas.canonical.grid
        )
        let needed =
            options.neededOverlap ?? ZProfileMatcher.neededOverlap(height: target.volume.grid.height)
        let candidates = matcher.candidates(needed: needed)
        guard let best = candidates.first,
            let profile = ProfileAlignment(best, target: body, atlas: atlas.body)
        else { throw .overlapTooShort(millimetres: matcher.longestOverlap, needed: needed) }
        // Far below the gate the finer steps need not run.
        if features == .hounsfield, best.score < Self.hopelessShare * options.neededScore {
            throw .levelNotFound(score: best.score, needed: options.neededScore)
        }
        guard options.sizeRatios.contains(profile.widthRatio), options.sizeRatios.contains(profile.depthRatio) else {
            throw .bodySize(widthRatio: profile.widthRatio, depthRatio: profile.depthRatio)
        }
        // Between CTs the level of the vertebrae is found by the thumbnails; organs alone would pull a slab up or down.
        guard features == .edges else {
            let alignment = refine(profile, candidate: best, target: target, body: body, atlas: atlas)
            // Level and likeness err in different ways; their mean separates right from wrong further than each.
            let score = (alignment.score + alignment.similarity) / 2
            guard score >= options.neededScore else {
                throw .levelNotFound(score: score, needed: options.neededScore)
            }
            return alignment
        }
        let profiles = candidates.compactMap { ProfileAlignment($0, target: body, atlas: atlas.body) }
        let search = PlacementSearch(target: target.volume, targetBody: body, atlas: atlas, features: features)
        if let placed = search.placements(profiles.map(\.affine)).first, profiles.count == candidates.count {
            return try checked(
                refine(
                    ProfileAlignment(profiles[placed.candidate], affine: placed.affine),
                    candidate: candidates[placed.candidate],
                    target: target,
                    body: body,
                    atlas: atlas
                )
            )
        }
        return try checked(refine(profile, candidate: best, target: target, body: body, atlas: atlas))
    }

    /// Refuses an alignment across modalities, where the level's score says little, that is not alike enough.
    private func checked(_ alignment: AtlasAlignment) throws(RegistrationRefusal) -> AtlasAlignment {
        guard alignment.similarity >= options.neededSimilarity else {
            throw .notAlike(similarity: alignment.similarity, needed: options.neededSimilarity)
        }
        return alignment
    }

    /// Lays a head atlas over a head: level and size say nothing here, shape does.
    private func head(
        _ target: AtlasTarget,
        body: BodyMask,
        atlas: Atlas
    ) throws(RegistrationRefusal) -> AtlasAlignment {
        guard let fit = HeadRegistration(target: target.volume, targetBody: body, atlas: atlas).fit() else {
            throw .noBody
        }
        let size = Vector3(
            1 / fit.affine.xColumn.length,
            1 / fit.affine.yColumn.length,
            1 / fit.affine.zColumn.length
        )
        guard options.sizeRatios.contains(size.x), options.sizeRatios.contains(size.y) else {
            throw .bodySize(widthRatio: size.x, depthRatio: size.y)
        }
        guard fit.overlap >= options.neededShape else {
            throw .shape(overlap: fit.overlap, needed: options.neededShape)
        }
        var field: DisplacementField?
        if options.lastStage == .deformable {
            var demons = DemonsRegistration(
                target: target.volume,
                targetBody: body,
                atlas: atlas,
                features: .edges,
                start: fit.affine
            )
            demons.atlasBody = fit.atlasBody
            field = demons.field()
        }
        let grid = target.volume.grid
        let ends = [grid.point(0, 0, 0), grid.point(0, 0, grid.size.z - 1)].map { fit.affine($0).z }.sorted()
        let map = SpatialMap(affine: fit.affine, displacement: field)
        var similarity = AlignmentSimilarity(target: target.volume, targetBody: body, atlas: atlas, features: .edges)
        similarity.atlasBody = fit.atlasBody
        return AtlasAlignment(
            target: target,
            atlas: atlas,
            map: map,
            stage: field == nil ? .affine : .deformable,
            score: fit.overlap,
            similarity: similarity.value(map),
            atlasRange: ends[0]...ends[1],
            widthRatio: size.x,
            depthRatio: size.y,
            targetBody: body
        )
    }

    /// Whether the affine fit is worth its while: a slab holds too little of the body to fix twelve numbers, but across
    /// modalities, where the level is uncertain, it helps all the same.
    private static func fits(_ volume: CanonicalVolume, _ features: LevelFeatures, _ options: Options) -> Bool {
        options.fitsSlabs || features == .edges || volume.grid.height >= AffineRegistration.slabHeight
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
        if options.lastStage != .profile, Self.fits(volume, features, options) {
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
            if features == .edges {
                var again = registration
                again.transfer = IntensityTransfer(
                    target: volume,
                    targetBody: body,
                    atlas: atlas.canonical,
                    atlasBody: atlas.body,
                    map: SpatialMap(affine: affine)
                )
                if again.transfer != nil, let refined = again.refine(affine) { affine = refined }
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
        let map = SpatialMap(affine: affine, displacement: field)
        return AtlasAlignment(
            target: target,
            atlas: atlas,
            map: map,
            stage: stage,
            score: candidate.score,
            similarity: AlignmentSimilarity(target: volume, targetBody: body, atlas: atlas, features: features)
                .value(map),
            atlasRange: candidate.atlasStart...candidate.atlasStart + height,
            widthRatio: profile.widthRatio,
            depthRatio: profile.depthRatio,
            targetBody: body
        )
    }
}
