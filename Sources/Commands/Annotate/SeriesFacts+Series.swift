import DICOMFiles
import Profiles

extension SeriesFacts {
    /// What the rules of profiles see of a series: the attributes of every frame of the volume that would be annotated,
    /// or of every file when there is none.
    init(_ series: ImageSeries) {
        let used = series.volume.map { Set($0.frames.map(\.headerIndex)) }
        self.init(
            instances: series.headers.indices.flatMap { index -> [[String: [String]]] in
                guard used?.contains(index) ?? true else { return [] }
                let header = series.headers[index]
                return header.frames.map { frame in
                    var attributes = header.attributes
                    attributes["ImageOrientationPatient"] = frame.imageOrientationPatient
                    attributes["PixelSpacing"] = frame.pixelSpacing
                    if let thickness = frame.sliceThickness { attributes["SliceThickness"] = [thickness] }
                    return attributes
                }
            }
        )
    }
}
