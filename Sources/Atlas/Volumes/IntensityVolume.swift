import Geometry

/// Intensities on a regular grid with any orientation.
public struct IntensityVolume: Sendable {
    /// Voxels along i, j and k.
    public let size: GridSize
    /// (i, j, k) → LPS in millimetres; mirrored, oblique and sheared maps are legal.
    public let affine: Affine3D
    /// i varies fastest. HU for CT.
    public let values: [Float]
    /// What made the intensities.
    public let modality: AtlasModality

    /// Voxels along i, j and k.
    public init(size: GridSize, affine: Affine3D, values: [Float], modality: AtlasModality) {
        precondition(values.count == size.count, "a volume has a value for every voxel")
        precondition(affine.inverse != nil, "a volume's map has an inverse")
        self.size = size
        self.affine = affine
        self.values = values
        self.modality = modality
    }
}
