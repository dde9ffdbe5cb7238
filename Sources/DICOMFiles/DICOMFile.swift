import CDCMTK
import DurableFiles
import Glibc

/// An open DICOM file: its data set without the pixel data, and access to those.
///
/// Whether it is an image that the service can use is for ``InstanceHeader`` to say; this reads any object. It belongs to
/// one thread.
public final class DICOMFile {
    let handle: OpaquePointer
    private let info: CDCMTK_file_info

    private init(handle: OpaquePointer) {
        self.handle = handle
        info = CDCMTK_file_get_info(handle)
    }

    deinit { CDCMTK_file_close(handle) }

    /// Opens a regular file; the structure is checked to the end, the pixel data are not decoded.
    public static func open(_ path: RawPath) throws(DICOMFileError) -> DICOMFile {
        let file: ReadOnlyFile
        do {
            file = try ReadOnlyFile(path)
        } catch {
            throw DICOMFileError(error)
        }
        return try open(descriptor: file.descriptor)
    }

    /// Opens a regular file without parsing the items of some top-level sequences, which ``item(_:ofLeft:)`` does one by one: a
    /// list of thousands of them need not be in memory. Their structure is checked like everything else.
    public static func open(_ path: RawPath, leaving sequences: [DICOMTag]) throws(DICOMFileError) -> DICOMFile {
        let file: ReadOnlyFile
        do {
            file = try ReadOnlyFile(path)
        } catch {
            throw DICOMFileError(error)
        }
        var error = CDCMTK_error()
        let tags = sequences.map { UInt32($0.group) << 16 | UInt32($0.element) }
        if let handle = CDCMTK_file_open_apart(file.descriptor, tags, tags.count, &error) {
            return DICOMFile(handle: handle)
        }
        let failure = DICOMFileError(error)
        throw failure.code == .notDICOM ? ArchiveMagic.judge(failure, descriptor: file.descriptor) : failure
    }

    /// The items of a sequence that was left when the file was opened; `nil` where it was not, or is not there.
    public func itemCount(ofLeft sequence: DICOMTag) -> Int? {
        let tag = UInt32(sequence.group) << 16 | UInt32(sequence.element)
        return CDCMTK_file_is_apart(handle, tag) ? CDCMTK_file_apart_count(handle, tag) : nil
    }

    /// Parses an item, from 0, of a sequence that was left when the file was opened.
    public func item(_ index: Int, ofLeft sequence: DICOMTag) throws(DICOMFileError) -> DICOMDataset {
        var error = CDCMTK_error()
        let tag = UInt32(sequence.group) << 16 | UInt32(sequence.element)
        guard let item = CDCMTK_file_open_apart_item(handle, tag, index, &error) else { throw DICOMFileError(error) }
        return DICOMFile(handle: item).dataset
    }

    /// Opens the file behind a descriptor, which stays the caller's.
    public static func open(descriptor: Int32) throws(DICOMFileError) -> DICOMFile {
        var error = CDCMTK_error()
        if let handle = CDCMTK_file_open_descriptor(descriptor, &error) { return DICOMFile(handle: handle) }
        let failure = DICOMFileError(error)
        throw failure.code == .notDICOM ? ArchiveMagic.judge(failure, descriptor: descriptor) : failure
    }

    /// Opens a file that is in memory.
    public static func open(bytes: [UInt8]) throws(DICOMFileError) -> DICOMFile {
        var error = CDCMTK_error()
        let handle = bytes.withUnsafeBytes { CDCMTK_file_open_memory($0.baseAddress, $0.count, &error) }
        guard let handle else { throw DICOMFileError(error) }
        return DICOMFile(handle: handle)
    }

    /// The top-level data set.
    public var dataset: DICOMDataset {
        guard let item = CDCMTK_file_dataset(handle) else { preconditionFailure("an open file has a data set") }
        return DICOMDataset(item: item, owner: self)
    }

    /// Length in bytes.
    public var fileSize: Int { Int(info.file_size) }

    /// The transfer syntax of the file meta information, or what was guessed where there is none.
    public var transferSyntaxUID: String { text(of: info.transfer_syntax) }

    /// The SOP class of the file meta information; empty when absent.
    public var mediaStorageSOPClassUID: String { text(of: info.media_storage_class) }

    /// The SOP instance of the file meta information; empty when absent.
    public var mediaStorageSOPInstanceUID: String { text(of: info.media_storage_instance) }

    /// Whether the transfer syntax had to be guessed.
    public var hasNoMeta: Bool { info.no_meta }

    /// Whether the preamble holds something that is neither zero nor a TIFF header: it could be a program.
    public var hasOddPreamble: Bool { info.odd_preamble }

    /// Whether the top level has pixel data, native or encapsulated.
    public var hasPixelData: Bool { info.pixel_kind != CDCMTK_PIXELS_NONE }

    /// Whether the pixel data are in fragments.
    public var isEncapsulated: Bool { info.pixel_kind == CDCMTK_PIXELS_ENCAPSULATED }

    /// Bytes of native pixel data; 0 for encapsulated or no pixel data.
    public var nativePixelLength: Int { Int(info.pixel_length) }

    /// Fragments of encapsulated pixel data without the basic offset table.
    public var fragmentCount: Int { Int(info.fragment_count) }

    /// Bytes of native pixel data as they are stored, inflated where the file is deflated.
    public func nativePixelBytes(in range: Range<Int>) throws(DICOMFileError) -> [UInt8] {
        precondition(range.lowerBound >= 0, "pixel bytes are counted from 0")
        guard range.upperBound <= nativePixelLength else {
            throw DICOMFileError(.truncatedPixels, "The pixel data end too early")
        }
        var error = CDCMTK_error()
        var complete = false
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            complete = CDCMTK_file_read_pixels(
                handle,
                UInt64(range.lowerBound),
                buffer.baseAddress,
                range.count,
                &error
            )
            count = complete ? range.count : 0
        }
        guard complete else { throw DICOMFileError(error) }
        return bytes
    }

    private func text(of field: some Any) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
