/// What can tell frames at the same position apart: the dimensions of a 4-D series, in the order they are tried.
public enum FrameDiscriminator: String, Sendable, Hashable, Codable, CaseIterable {
    case temporalPosition
    case bValue
    case echoTime
    case inversionTime
    case flipAngle
    case triggerTime
    case imageType
    case acquisitionNumber
    case acquisitionTime
    case contentTime

    /// Reads the ones that a single-frame image has.
    static func values(of dataset: DICOMDataset) -> [FrameDiscriminator: String] {
        var values: [FrameDiscriminator: String] = [:]
        values[.temporalPosition] = number(.temporalPositionIdentifier, of: dataset)
        values[.bValue] = number(.diffusionBValue, of: dataset)
        values[.echoTime] = number(.echoTime, of: dataset)
        values[.inversionTime] = number(.inversionTime, of: dataset)
        values[.flipAngle] = number(.flipAngle, of: dataset)
        values[.triggerTime] = number(.triggerTime, of: dataset)
        values[.acquisitionNumber] = number(.acquisitionNumber, of: dataset)
        values[.acquisitionTime] = dataset.string(.acquisitionTime)
        values[.contentTime] = dataset.string(.contentTime)
        values[.imageType] = type(dataset.strings(.imageType))
        return values
    }

    /// Reads the ones that the functional groups give for a frame (from 0), over those of the top level.
    static func values(
        of groups: FunctionalGroups,
        frame index: Int,
        over topLevel: [FrameDiscriminator: String]
    ) -> [FrameDiscriminator: String] {
        var values = topLevel
        func set(_ key: FrameDiscriminator, _ value: String?) {
            if let value { values[key] = value }
        }
        if let content = groups.macro(.frameContentSequence, frame: index) {
            set(.temporalPosition, number(.temporalPositionIndex, of: content))
            set(.acquisitionNumber, number(DICOMTag(0x0020, 0x9156), of: content))  // Frame Acquisition Number
        }
        if let diffusion = groups.macro(.mrDiffusionSequence, frame: index) {
            set(.bValue, number(.diffusionBValue, of: diffusion))
        }
        if let echo = groups.macro(.mrEchoSequence, frame: index) {
            set(.echoTime, number(.effectiveEchoTime, of: echo))
        }
        if let cardiac = groups.macro(.cardiacSynchronizationSequence, frame: index) {
            set(.triggerTime, number(.nominalCardiacTriggerDelayTime, of: cardiac))
        }
        return values
    }

    /// A number in one spelling, so that `1.50` and `1.5` are the same.
    private static func number(_ tag: DICOMTag, of dataset: DICOMDataset) -> String? {
        dataset.double(tag).map { String($0) }
    }

    /// The parts of Image Type behind pixel data and patient examination characteristics: magnitude or phase, water or
    /// fat.
    private static func type(_ values: [String]) -> String? {
        values.count > 2 ? values.dropFirst(2).joined(separator: "\\") : nil
    }
}
