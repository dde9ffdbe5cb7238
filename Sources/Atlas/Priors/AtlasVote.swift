import Geometry

/// Atlases that were laid over one series and together say where each structure is.
///
/// Each gives every voxel a probability for each structure. They are averaged, voxel by voxel, over the atlases that have
/// the structure in their table and reach the voxel, weighted by how well each fits (``AtlasAlignment/voteWeight``).
/// Structures are the same where their names are. With one atlas everything is that atlas's own, bit for bit.
public struct AtlasVote: Sendable {
    /// At least one; all of the same series.
    public let alignments: [AtlasAlignment]
    /// Every structure that one of the atlases has: those of the first with their ids, the others' after them.
    public let labels: [AtlasLabel]
    /// For each atlas its own ids by those of ``labels``.
    private let ownIDs: [[UInt16: UInt16]]

    /// The vote of one atlas.
    public init(_ alignment: AtlasAlignment) {
        self.init(first: alignment, others: [])
    }

    /// The vote of several atlases; `nil` without any.
    public init?(_ alignments: [AtlasAlignment]) {
        guard let first = alignments.first else { return nil }
        self.init(first: first, others: Array(alignments.dropFirst()))
    }

    private init(first: AtlasAlignment, others: [AtlasAlignment]) {
        alignments = [first] + others
        var labels = first.atlas.description.labels
        var known = Dictionary(uniqueKeysWithValues: labels.map { ($0.name, $0.id) })
        var ownIDs: [[UInt16: UInt16]] = [Dictionary(uniqueKeysWithValues: labels.map { ($0.id, $0.id) })]
        for alignment in others {
            var own: [UInt16: UInt16] = [:]
            for label in alignment.atlas.description.labels {
                if let id = known[label.name] {
                    own[id] = label.id
                } else if let last = labels.map(\.id).max(), last < .max {
                    known[label.name] = last + 1
                    own[last + 1] = label.id
                    labels.append(AtlasLabel(id: last + 1, name: label.name, code: label.code))
                }
            }
            ownIDs.append(own)
        }
        self.labels = labels
        self.ownIDs = ownIDs
    }

    /// The structure with this name, compared as written.
    public func label(named name: String) -> AtlasLabel? { labels.first { $0.name == name } }

    /// The atlas that comes first; series, grid and body are the same for all.
    var lead: AtlasAlignment { alignments[0] }

    /// For each slice of the series the best that one of the atlases can say.
    var coverage: [SliceCoverage] {
        let maps = alignments.map { CoverageMap($0).slices }
        return maps[0].indices.map { slice in
            let found = maps.map { $0[slice] }
            return found.contains(.covered) ? .covered : found.contains(.nearAtlasEnd) ? .nearAtlasEnd : .outside
        }
    }

    /// The probabilities of structures on the grid of the series, those that occur, and where there is an atlas at all.
    func warped(_ wanted: [UInt16]) -> (labels: [WindowedLabel], coverage: [UInt8]) {
        let grid = lead.target.volume.grid
        let voters = alignments.map { WarpedLabels($0.atlas.labels, map: $0.map, grid: grid) }
        let reached = voters.map(\.coverage)
        guard voters.count > 1 else { return (voters[0].probabilities(of: wanted), reached[0]) }
        var ballots: [UInt16: [Ballot]] = [:]
        for (index, voter) in voters.enumerated() {
            let (own, weight) = (ownIDs[index], Float(max(alignments[index].voteWeight, 1e-3)))
            let shares = voter.probabilities(of: wanted.compactMap { own[$0] }.sorted())
            let known = Dictionary(uniqueKeysWithValues: shares.map { ($0.label, $0) })
            // An atlas that has the structure, and not here, votes against it.
            for label in wanted {
                guard let id = own[label] else { continue }
                ballots[label, default: []].append(
                    Ballot(share: known[id], reached: reached[index], weight: weight)
                )
            }
        }
        let anywhere = reached[0].indices.map { voxel in reached.contains { $0[voxel] != 0 } ? UInt8(1) : 0 }
        return (wanted.compactMap { Self.average(ballots[$0] ?? [], label: $0) }, anywhere)
    }

    /// What one atlas says of one structure.
    private struct Ballot {
        /// `nil` where the structure lies outside the series.
        let share: WindowedLabel?
        /// 1 where the atlas has voxels, on the whole grid.
        let reached: [UInt8]
        let weight: Float
    }

    /// Atlases that do not reach a voxel have no vote there: their silence is no denial.
    private static func average(_ votes: [Ballot], label: UInt16) -> WindowedLabel? {
        let windows = votes.compactMap { $0.share?.window }
        guard let first = windows.first else { return nil }
        let window = windows.reduce(first) { $0.union($1) }
        var sums = [Float](repeating: 0, count: window.size.count)
        var totals = sums
        for vote in votes {
            let values = vote.share.map { window.values($0.values, of: $0.window) }
            for (voxel, reached) in window.crop(vote.reached).enumerated() where reached != 0 {
                totals[voxel] += vote.weight
                if let values { sums[voxel] += vote.weight * values[voxel] }
            }
        }
        let values = zip(sums, totals).map { $1 > 0 ? $0 / $1 : 0 }
        return WindowedLabel(label: label, window: window, values: values)
    }
}

extension AtlasAlignment {
    /// How much the atlas counts beside others that were laid over the same series: the square of its likeness over the
    /// least likeness that is accepted, which differs within and across modalities.
    public var voteWeight: Double {
        let limits = AtlasRegistration.Options()
        let isSame = LevelFeatures(target: target.volume.modality, atlas: atlas.canonical.modality) == .hounsfield
        let share = max(0, similarity) / (isSame ? limits.neededScore : limits.neededSimilarity)
        return share * share
    }
}
