import Foundation
import Geometry

/// Scale and offset along the three axes that lay the trunk of a target over the atlas's, for one placement in z.
struct ProfileAlignment {
    /// Target over atlas.
    let widthRatio: Double
    let depthRatio: Double
    /// Target patient → atlas patient.
    let affine: Affine3D

    /// The same sizes under another map.
    init(_ other: ProfileAlignment, affine: Affine3D) {
        widthRatio = other.widthRatio
        depthRatio = other.depthRatio
        self.affine = affine
    }

    /// `nil` where no plane of the placement has a trunk in both.
    init?(_ candidate: ZProfileMatcher.Candidate, target: BodyMask, atlas: BodyMask) {
        var pairs: [(target: BodyBox, atlas: BodyBox)] = []
        for plane in 0..<target.grid.size.z {
            let z = candidate.atlasStart + Double(plane) * target.grid.spacing.z / candidate.scale
            let position = ((z - atlas.grid.origin.z) / atlas.grid.spacing.z).rounded()
            guard position >= 0, position < Double(atlas.grid.size.z), let box = target.boxes[plane],
                let match = atlas.boxes[Int(position)]
            else { continue }
            pairs.append((box, match))
        }
        guard !pairs.isEmpty else { return nil }
        let widthRatio = median(pairs.map { $0.target.width / $0.atlas.width })
        let depthRatio = median(pairs.map { $0.target.depth / $0.atlas.depth })
        func middle(_ low: Double, _ high: Double) -> Double { (low + high) / 2 }
        let shiftX = median(
            pairs.map { middle($0.atlas.left, $0.atlas.right) - middle($0.target.left, $0.target.right) / widthRatio }
        )
        let shiftY = median(
            pairs.map { middle($0.atlas.front, $0.atlas.back) - middle($0.target.front, $0.target.back) / depthRatio }
        )
        self.widthRatio = widthRatio
        self.depthRatio = depthRatio
        affine = Affine3D(
            xColumn: Vector3(1 / widthRatio, 0, 0),
            yColumn: Vector3(0, 1 / depthRatio, 0),
            zColumn: Vector3(0, 0, 1 / candidate.scale),
            translation: Vector3(
                shiftX,
                shiftY,
                candidate.atlasStart - target.grid.origin.z / candidate.scale
            )
        )
    }
}

/// The middle of values that are not empty; the mean of the two middle ones for an even number.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
