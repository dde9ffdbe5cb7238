import Foundation

/// Parallel planes of one size, sorted by position along the slice normal.
///
/// LPS, millimetres. The order is ascending along row direction × column direction, never by instance number or file
/// name. Gaps, uneven steps and shear (gantry tilt) are legal and are reported.
public struct SliceStack: Sendable {
    /// The planes in ascending order of ``PlaneGeometry/offset(along:)``.
    public let planes: [PlaneGeometry]
    /// For each sorted plane its index in the array given to ``init(planes:)``.
    public let sourceIndices: [Int]

    /// What kept planes from being a stack.
    public enum Problem: Error, Sendable, Hashable {
        case empty
        /// Indices of two planes that differ in orientation, size or pixel spacing.
        case notParallel(Int, Int)
        /// Indices of two planes at the same position (within 0.01 mm along the normal).
        case samePosition(Int, Int)
    }

    /// Sorts planes; the error names planes by their index in `planes`.
    public init(planes: [PlaneGeometry]) throws(Problem) {
        guard let first = planes.first else { throw .empty }
        for (index, plane) in planes.enumerated() where !plane.isParallelSibling(of: first) {
            throw .notParallel(0, index)
        }
        let normal = first.normal
        let offsets = planes.map { $0.offset(along: normal) }
        let order = planes.indices.sorted { (offsets[$0], $0) < (offsets[$1], $1) }
        for (near, far) in zip(order, order.dropFirst()) where offsets[far] - offsets[near] < 0.01 {
            throw .samePosition(near, far)
        }
        self.planes = order.map { planes[$0] }
        self.sourceIndices = order
    }

    /// The slice normal that all planes share.
    public var normal: Vector3 { planes[0].normal }
    /// Pixel rows of each plane.
    public var rows: Int { planes[0].rows }
    /// Pixel columns of each plane.
    public var columns: Int { planes[0].columns }

    /// Distances along the normal from each plane to the next.
    public var steps: [Double] {
        zip(planes, planes.dropFirst()).map { $1.offset(along: normal) - $0.offset(along: normal) }
    }

    /// The median distance between neighbouring planes; `nil` for a single plane.
    public var spacingBetweenSlices: Double? {
        let sorted = steps.sorted()
        guard !sorted.isEmpty else { return nil }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Indices i where the step from plane i to i + 1 differs from the median by more than 1 % and 0.01 mm.
    public var irregularSteps: [Int] {
        guard let median = spacingBetweenSlices else { return [] }
        return steps.indices.filter { abs(steps[$0] - median) > max(0.01 * median, 0.01) }
    }

    /// Angle in degrees between the slice normal and the line through the first and the last position.
    public var shearAngle: Double {
        guard planes.count > 1, let line = (planes[planes.count - 1].position - planes[0].position).normalized
        else { return 0 }
        return angle(line.cross(normal).length, line.dot(normal))
    }

    /// The map from (column, row, slice) to the patient for an evenly spaced stack.
    ///
    /// `nil` for a single plane without `thickness`, and where a plane lies more than 0.1 mm from where the map puts
    /// it. The third axis is the line through the positions, so a tilted gantry keeps its shear.
    public func affine(singlePlaneThickness thickness: Double? = nil) -> Affine3D? {
        let step: Vector3
        if planes.count > 1 {
            step = (planes[planes.count - 1].position - planes[0].position) * (1 / Double(planes.count - 1))
        } else {
            guard let thickness, thickness > 0 else { return nil }
            step = normal * thickness
        }
        let even = planes.indices.allSatisfy { index in
            (planes[index].position - planes[0].position - step * Double(index)).length <= 0.1
        }
        guard even else { return nil }
        return Affine3D(
            xColumn: planes[0].rowDirection * planes[0].columnSpacing,
            yColumn: planes[0].columnDirection * planes[0].rowSpacing,
            zColumn: step,
            translation: planes[0].position
        )
    }
}

/// atan2 in degrees.
private func angle(_ opposite: Double, _ adjacent: Double) -> Double {
    atan2(opposite, adjacent) * 180 / .pi
}
