import DICOMFiles

/// The modality values of a volume's slices for one pass in the order of the stack: the next ones are decoded while the
/// caller works on one. A slice out of that order is read when it is asked for.
final class VolumeValues {
    /// How many slices are decoded ahead; one of 512 × 512 takes 1 MiB.
    static let ahead = 3

    private let stream: ReadAhead<[Float]>
    private var next = 0
    private var others: VolumeReader

    /// Begins to read.
    init(_ volume: ImageVolume) {
        others = VolumeReader(volume)
        stream = ReadAhead(count: volume.count, ahead: Self.ahead) {
            var reader = VolumeReader(volume)
            return { index in try reader.slice(at: index) }
        }
    }

    /// The modality values of a slice, row-major.
    func slice(at index: Int) throws -> [Float] {
        guard index == next, let values = try stream.next() else { return try others.slice(at: index) }
        next += 1
        return values
    }

    /// Reads nothing more. Must be called, on every way out.
    func stop() { stream.stop() }
}
