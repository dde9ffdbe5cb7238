import DICOMFiles
import DurableFiles

/// A series that the bench does not know.
struct OtherSeries {
    let series: ImageSeries

    init(_ paths: [RawPath]) throws {
        series = ImageSeries(headers: try paths.map { try InstanceHeader(reading: $0) })
    }
}
