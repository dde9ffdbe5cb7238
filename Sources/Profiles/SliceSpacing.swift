/// How the slices of a series lie behind one another, from Image Position and Image Orientation (Patient) of each.
struct SliceSpacing {
    /// mm between neighbours: the median of the distances.
    let spacing: Double
    /// mm by which the distance that is farthest from ``spacing`` differs from it; gaps are left out.
    let irregularity: Double
    /// Distances that are more than half as long again as ``spacing``: slices are missing there.
    let gaps: Int
    /// mm from the far side of the first slice to the far side of the last.
    let coverage: Double

    /// `nil` where there are no two slices at different places, or an instance says nothing usable of its place.
    init?(_ facts: SeriesFacts) {
        var places: [Double] = []
        var normal: SIMD3<Double>?
        for instance in facts.instances {
            guard let position = Self.numbers(instance[SeriesFacts.imagePositionPatient], 3),
                let cosines = Self.numbers(instance[SeriesFacts.imageOrientationPatient], 6)
            else { return nil }
            // All slices are measured along the first one's normal.
            let along = normal ?? Self.normal(cosines)
            normal = along
            places.append((along * SIMD3(position[0], position[1], position[2])).sum())
        }
        places.sort()
        let steps = zip(places.dropFirst(), places).map { $0 - $1 }.filter { $0 > 1e-3 }
        guard let first = places.first, let last = places.last, !steps.isEmpty else { return nil }
        let median = steps.sorted()[steps.count / 2]
        let regular = steps.filter { $0 <= 1.5 * median }
        spacing = median
        irregularity = regular.map { ($0 - median).magnitude }.max() ?? 0
        gaps = steps.count - regular.count
        coverage = last - first + median
    }

    private static func numbers(_ values: [String]?, _ count: Int) -> [Double]? {
        let numbers = (values ?? []).compactMap { Double($0.trimmingWhiteSpace()) }
        return numbers.count == count && numbers.allSatisfy(\.isFinite) ? numbers : nil
    }

    private static func normal(_ cosines: [Double]) -> SIMD3<Double> {
        SIMD3(
            cosines[1] * cosines[5] - cosines[2] * cosines[4],
            cosines[2] * cosines[3] - cosines[0] * cosines[5],
            cosines[0] * cosines[4] - cosines[1] * cosines[3]
        )
    }
}
