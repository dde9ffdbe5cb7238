extension FrameGeometry {
    /// The geometry of every frame in its order.
    ///
    /// Single-frame images have it at the top level (PS3.3 section C.7.6.2), enhanced ones in functional groups
    /// (section C.7.6.16.2).
    static func frames(of dataset: DICOMDataset, module: PixelModule) throws(DICOMFileError) -> [FrameGeometry] {
        let size = (rows: module.rows, columns: module.columns)
        let groups = FunctionalGroups(of: dataset)
        let topLevel = FrameDiscriminator.values(of: dataset)
        guard groups.isPresent else {
            guard module.numberOfFrames == 1 else {
                throw DICOMFileError(.badGeometry, "A multi-frame image has no functional groups")
            }
            let spelling = Spelling(position: dataset, orientation: dataset, measures: dataset)
            return [try geometry(size, spelling, topLevel)]
        }
        guard groups.frameCount == module.numberOfFrames else {
            throw DICOMFileError(.badGeometry, "The number of per-frame functional groups is not Number of Frames")
        }
        var frames: [FrameGeometry] = []
        for index in 0..<module.numberOfFrames {
            let spelling = Spelling(
                position: groups.macro(.planePositionSequence, frame: index),
                orientation: groups.macro(.planeOrientationSequence, frame: index),
                measures: groups.macro(.pixelMeasuresSequence, frame: index)
            )
            let discriminators = FrameDiscriminator.values(of: groups, frame: index, over: topLevel)
            frames.append(try geometry(size, spelling, discriminators))
        }
        return frames
    }

    private static func geometry(
        _ size: (rows: Int, columns: Int),
        _ spelling: Spelling,
        _ discriminators: [FrameDiscriminator: String]
    ) throws(DICOMFileError) -> FrameGeometry {
        if let geometry = FrameGeometry(size: size, spelling: spelling, discriminators: discriminators) {
            return geometry
        }
        throw DICOMFileError(
            .badGeometry,
            "Image Position (Patient), Image Orientation (Patient) or Pixel Spacing is missing or describes no plane"
        )
    }
}

extension FrameGeometry.Spelling {
    init(position: DICOMDataset?, orientation: DICOMDataset?, measures: DICOMDataset?) {
        self.init(
            imagePositionPatient: position?.strings(.imagePositionPatient) ?? [],
            imageOrientationPatient: orientation?.strings(.imageOrientationPatient) ?? [],
            pixelSpacing: measures?.strings(.pixelSpacing) ?? [],
            sliceThickness: measures?.string(.sliceThickness),
            spacingBetweenSlices: measures?.string(.spacingBetweenSlices)
        )
    }
}
