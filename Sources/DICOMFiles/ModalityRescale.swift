/// The linear map from stored values to modality values, for CT Hounsfield units (PS3.3 section C.11.1).
public struct ModalityRescale: Sendable, Hashable, Codable {
    /// Rescale Slope; never 0.
    public let slope: Double
    /// Rescale Intercept, in the unit of the modality values.
    public let intercept: Double
    /// The attributes are absent: slope 1 and intercept 0 are assumed.
    public let isAssumed: Bool

    /// What applies when the attributes are absent.
    public static let identity = ModalityRescale(slope: 1, intercept: 0, isAssumed: true)

    private init(slope: Double, intercept: Double, isAssumed: Bool) {
        self.slope = slope
        self.intercept = intercept
        self.isAssumed = isAssumed
    }

    /// The rescale of every frame, in their order: from the functional groups of an enhanced image, otherwise from the
    /// top level.
    public static func rescales(of dataset: DICOMDataset, frames: Int) throws(DICOMFileError) -> [ModalityRescale] {
        if dataset.itemCount(.modalityLUTSequence) > 0 {
            throw DICOMFileError(.badRescale, "The modality values come from a table, which is not supported")
        }
        let topLevel = try ModalityRescale(reading: dataset)
        let groups = FunctionalGroups(of: dataset)
        guard groups.isPresent else { return Array(repeating: topLevel, count: frames) }
        let shared = try groups.shared?.firstItem(.pixelValueTransformationSequence).map {
            item throws(DICOMFileError) in try ModalityRescale(reading: item)
        }
        var rescales: [ModalityRescale] = []
        for index in 0..<frames {
            let own = try groups.perFrame(index)?.firstItem(.pixelValueTransformationSequence).map {
                item throws(DICOMFileError) in try ModalityRescale(reading: item)
            }
            rescales.append(own ?? shared ?? topLevel)
        }
        return rescales
    }

    /// Reads slope and intercept; a value that is there must be a number, and the slope not 0.
    init(reading dataset: DICOMDataset) throws(DICOMFileError) {
        slope = try Self.value(.rescaleSlope, of: dataset) ?? 1
        intercept = try Self.value(.rescaleIntercept, of: dataset) ?? 0
        isAssumed = !(dataset.hasValue(.rescaleSlope) && dataset.hasValue(.rescaleIntercept))
        guard slope != 0 else { throw DICOMFileError(.badRescale, "Rescale Slope is 0") }
    }

    private static func value(_ tag: DICOMTag, of dataset: DICOMDataset) throws(DICOMFileError) -> Double? {
        guard dataset.hasValue(tag) else { return nil }
        guard let value = dataset.double(tag), dataset.valueCount(tag) == 1 else {
            throw DICOMFileError(.badRescale, "\(tag.keyword ?? tag.description) is not one number")
        }
        return value
    }
}
