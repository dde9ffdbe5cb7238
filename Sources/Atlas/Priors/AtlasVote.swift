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

    /// The probabilities of structures on the grid of the series, and where there is an atlas at all.
    func warped(_ wanted: [UInt16]) -> (labels: [WholeGridLabel], coverage: [UInt8]) {
        let grid = lead.target.volume.grid
        let voters = alignments.map { WarpedLabels($0.atlas.labels, map: $0.map, grid: grid) }
        let reached = voters.map(\.coverage)
        guard voters.count > 1 else {
            return (wanted.map { WholeGridLabel(label: $0, values: voters[0].probability(of: $0)) }, reached[0])
        }
        let weights = alignments.map { Float(max($0.voteWeight, 1e-3)) }
        let whole = wanted.map { label in
            let votes = voters.indices.compactMap { index in
                ownIDs[index][label].map { own in
                    Ballot(
                        probabilities: voters[index].probability(of: own),
                        reached: reached[index],
                        weight: weights[index]
                    )
                }
            }
            return WholeGridLabel(label: label, values: Self.average(votes, on: grid.size))
        }
        let anywhere = reached[0].indices.map { voxel in reached.contains { $0[voxel] != 0 } ? UInt8(1) : 0 }
        return (whole, anywhere)
    }

    /// What one atlas says of one structure.
    private struct Ballot {
        let probabilities: [Float]
        /// 1 where the atlas has voxels.
        let reached: [UInt8]
        let weight: Float
    }

    /// Atlases that do not reach a voxel have no vote there: their silence is no denial.
    private static func average(_ votes: [Ballot], on size: GridSize) -> [Float] {
        let plane = size.x * size.y
        return makePlanes(size.z, of: plane) { z, output in
            for offset in 0..<plane {
                let voxel = z * plane + offset
                var sum: Float = 0
                var total: Float = 0
                for vote in votes where vote.reached[voxel] != 0 {
                    sum += vote.weight * vote.probabilities[voxel]
                    total += vote.weight
                }
                output[offset] = total > 0 ? sum / total : 0
            }
        }
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
