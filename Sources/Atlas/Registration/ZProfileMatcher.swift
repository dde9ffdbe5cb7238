import Foundation
import Geometry

/// Where along the body a series lies, by comparing thumbnails of its planes with those of the atlas.
public struct ZProfileMatcher: Sendable {
    /// One placement of the series in the atlas.
    public struct Candidate: Sendable, Hashable {
        /// Mean correlation over the shared planes, less the penalties.
        public let score: Double
        /// Height of the target's body over the atlas's for the same piece of anatomy.
        public let scale: Double
        /// The atlas z (LPS, mm) that the target's first plane (lowest z) is placed at.
        public let atlasStart: Double
        /// Millimetres of the target that lie in the atlas.
        public let overlap: Double
    }

    /// Ratios of body height that are tried.
    static let scales = stride(from: 0.85, through: 1.1501, by: 0.05).map { $0 }
    /// Candidates lie at least this far apart, in millimetres of atlas.
    static let separation = 14.0

    /// The correlation of each target plane (row) with each atlas plane (column).
    private let correlation: [[Float]]
    private let targetGrid: CanonicalGrid
    private let atlasGrid: CanonicalGrid
    private let isPresent: [Bool]

    init(target: SliceThumbnails, targetGrid: CanonicalGrid, atlas: SliceThumbnails, atlasGrid: CanonicalGrid) {
        let mean = targetGrid.height > atlasGrid.height ? target.mean : atlas.mean
        let rows = target.normalized(subtracting: mean)
        let columns = atlas.normalized(subtracting: mean)
        correlation = concurrentMap(rows.count) { row in
            columns.map { column in zip(rows[row], column).reduce(Float(0)) { $0 + $1.0 * $1.1 } }
        }
        isPresent = target.planes.map { $0 != nil }
        self.targetGrid = targetGrid
        self.atlasGrid = atlasGrid
    }

    /// The shortest overlap that counts: 45 % of the series, at most 40 mm, never below 18 mm.
    static func neededOverlap(height: Double) -> Double { max(18, min(40, 0.45 * height)) }

    /// The best placements that share at least `needed` millimetres with the atlas, best first, at most `limit`.
    func candidates(needed: Double? = nil, limit: Int = 4) -> [Candidate] {
        let needed = needed ?? Self.neededOverlap(height: targetGrid.height)
        var found: [Candidate] = []
        for scale in Self.scales {
            let height = targetGrid.height / scale
            var start = atlasGrid.origin.z - height + 18
            while start < atlasGrid.origin.z + atlasGrid.height - 18 {
                if let candidate = candidate(scale: scale, atlasStart: start), candidate.overlap >= needed {
                    found.append(candidate)
                }
                start += atlasGrid.spacing.z
            }
        }
        // A stable order: equal scores are ordered by place and scale.
        found.sort { ($0.score, -$0.atlasStart, -$0.scale) > ($1.score, -$1.atlasStart, -$1.scale) }
        var kept: [Candidate] = []
        for candidate in found where kept.count < limit {
            if kept.allSatisfy({ abs($0.atlasStart - candidate.atlasStart) >= Self.separation }) {
                kept.append(candidate)
            }
        }
        return kept
    }

    /// The longest overlap that any placement could have, in millimetres.
    var longestOverlap: Double { min(targetGrid.height, atlasGrid.height) }

    private func candidate(scale: Double, atlasStart: Double) -> Candidate? {
        var sum = 0.0
        var count = 0
        var present = 0
        let last = Double(atlasGrid.size.z - 1)
        for plane in 0..<targetGrid.size.z where isPresent[plane] {
            present += 1
            let z = atlasStart + Double(plane) * targetGrid.spacing.z / scale
            let position = (z - atlasGrid.origin.z) / atlasGrid.spacing.z
            guard position >= -0.5, position <= last + 0.5 else { continue }
            let clamped = min(max(position, 0), last)
            let low = Int(clamped)
            let high = min(low + 1, atlasGrid.size.z - 1)
            let fraction = Float(clamped - Double(low))
            let row = correlation[plane]
            sum += Double(row[low] + (row[high] - row[low]) * fraction)
            count += 1
        }
        guard count > 0 else { return nil }
        let coverage = Double(count) / Double(present)
        let penalty = 0.3 * log(scale) * log(scale) + 0.1 * (1 - coverage)
        return Candidate(
            score: sum / Double(count) - penalty,
            scale: scale,
            atlasStart: atlasStart,
            overlap: Double(count) * targetGrid.spacing.z
        )
    }
}
