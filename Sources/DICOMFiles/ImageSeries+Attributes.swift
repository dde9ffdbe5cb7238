extension ImageSeries {
    /// What each frame of a volume says of itself, by keyword; localizers and other volumes of the series have no say.
    ///
    /// In a multi-frame image each frame has its own place, orientation and spacing; what is left of the header is the
    /// image's.
    public func attributes(of volume: ImageVolume) -> [[String: [String]]] {
        volume.frames.map { frame in
            var attributes = headers[frame.headerIndex].attributes
            attributes["ImageOrientationPatient"] = frame.geometry.imageOrientationPatient
            attributes["ImagePositionPatient"] = frame.geometry.imagePositionPatient
            attributes["PixelSpacing"] = frame.geometry.pixelSpacing
            attributes["SliceThickness"] = frame.geometry.sliceThickness.map { [$0] }
            attributes["SpacingBetweenSlices"] = frame.geometry.spacingBetweenSlices.map { [$0] }
            return attributes
        }
    }
}
