import CDCMTK
import DurableFiles

// @unchecked: the handle is immutable; every call reads at explicit offsets and decodes with objects of its own.
/// Decodes the frames of one greyscale file, one at a time, from any thread.
public final class FrameReader: @unchecked Sendable {
    /// The SOP Instance UID of the file, or an empty string.
    public let sopInstanceUID: String
    /// The image pixel module.
    public let module: PixelModule
    /// The rescale of each frame.
    public let rescales: [ModalityRescale]
    private let frames: OpaquePointer

    /// Finds the frames and checks that all of them are there; nothing is decoded yet.
    ///
    /// `allowingPalette` takes PALETTE COLOR as well, whose stored values are indices: label maps come with one.
    public init(_ file: DICOMFile, allowingPalette: Bool = false) throws(DICOMFileError) {
        let dataset = file.dataset
        module = try PixelModule(reading: dataset, allowingPalette: allowingPalette)
        var error = CDCMTK_error()
        var shimModule = module.shimModule
        guard let frames = CDCMTK_frames_open(file.handle, &shimModule, &error) else { throw DICOMFileError(error) }
        self.frames = frames
        // From here on `deinit` runs when something is thrown only if everything is set, so the order matters.
        do {
            rescales = try ModalityRescale.rescales(of: dataset, frames: module.numberOfFrames)
        } catch {
            CDCMTK_frames_close(frames)
            throw error
        }
        sopInstanceUID = dataset.string(.sopInstanceUID) ?? ""
    }

    /// Opens a file and finds its frames.
    public convenience init(_ path: RawPath) throws(DICOMFileError) {
        try self.init(DICOMFile.open(path))
    }

    deinit { CDCMTK_frames_close(frames) }

    /// Pixels as stored, row by row: masked to Bits Stored and sign-extended.
    ///
    /// `index` counts from 0, unlike DICOM's frame numbers. Unsigned values of 32 bits keep their bit pattern.
    public func storedValues(frameAt index: Int) throws(DICOMFileError) -> [Int32] {
        let words = try decodedBytes(frameAt: index)
        return StoredWords(module).map(words) { $0 }
    }

    /// Modality values, row by row: stored value × slope + intercept. MONOCHROME1 is not inverted.
    ///
    /// `index` counts from 0, unlike DICOM's frame numbers.
    public func modalityValues(frameAt index: Int) throws(DICOMFileError) -> [Float] {
        let words = try decodedBytes(frameAt: index)
        let rescale = rescales[index]
        let slope = rescale.slope
        let intercept = rescale.intercept
        if module.isSigned {
            return StoredWords(module).map(words) { Float(Double($0) * slope + intercept) }
        }
        return StoredWords(module).map(words) { Float(Double(UInt32(bitPattern: $0)) * slope + intercept) }
    }

    /// Decodes every frame and forgets it; throws what the first bad one throws.
    public func checkFrames(upTo count: Int = .max) throws(DICOMFileError) {
        for index in 0..<min(count, module.numberOfFrames) { _ = try decodedBytes(frameAt: index) }
    }

    /// The words of a frame as stored, not masked, little-endian.
    private func decodedBytes(frameAt index: Int) throws(DICOMFileError) -> [UInt8] {
        precondition((0..<module.numberOfFrames).contains(index), "a frame index lies between 0 and the last frame")
        let length = module.pixelsPerFrame * module.bitsAllocated / 8
        var error = CDCMTK_error()
        var decoded = false
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            decoded = CDCMTK_frames_decode(frames, UInt32(index), buffer.baseAddress, length, &error)
            count = decoded ? length : 0
        }
        guard decoded else { throw DICOMFileError(error) }
        return bytes
    }
}
