import Geometry

/// Labels on a regular grid with any orientation; 0 is background.
public struct LabelVolume: Sendable {
    /// Voxels along i, j and k.
    public let size: GridSize
    /// (i, j, k) → LPS in millimetres.
    public let affine: Affine3D
    /// i varies fastest.
    public let values: [UInt16]

    /// Voxels along i, j and k.
    public init(size: GridSize, affine: Affine3D, values: [UInt16]) {
        precondition(values.count == size.count, "a volume has a label for every voxel")
        precondition(affine.inverse != nil, "a volume's map has an inverse")
        self.size = size
        self.affine = affine
        self.values = values
    }

    /// The labels that occur, ascending, without 0.
    public var presentLabels: [UInt16] {
        var isPresent = [Bool](repeating: false, count: 1 << 16)
        for value in values { isPresent[Int(value)] = true }
        return (1..<(1 << 16)).filter { isPresent[$0] }.map { UInt16($0) }
    }
}
