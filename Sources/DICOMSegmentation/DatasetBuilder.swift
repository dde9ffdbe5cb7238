import CDCMTK
import DICOMFiles

/// A DICOM data set under construction, and its serialisation as a complete Part-10 file in memory.
final class DatasetBuilder {
    /// The version-5 UUID of this implementation, for the file meta information (PS3.7 section D.3.3.2).
    static let implementationClassUID = SegmentationIdentity.uid("implementation class")
    static let implementationVersionName = "PREREAD"

    fileprivate let handle: OpaquePointer

    init() throws(SegmentationError) {
        guard let handle = CDCMTK_builder_create() else {
            throw SegmentationError(.notBuilt, "there is no memory for a data set")
        }
        self.handle = handle
    }

    deinit { CDCMTK_builder_destroy(handle) }

    /// The data set itself; it must not outlive the builder, which it therefore keeps.
    var root: DatasetItem {
        DatasetItem(owner: self, item: CDCMTK_builder_root(handle))
    }

    /// Puts native Pixel Data with an even number of bytes.
    func put(pixelData: [UInt8]) throws(SegmentationError) {
        try check(CDCMTK_builder_put_pixel_bytes(handle, pixelData, pixelData.count), "PixelData")
    }

    /// The file: zero preamble, file meta information, data set.
    func serialized(deflated: Bool, reserving capacity: Int) throws(SegmentationError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(capacity)
        let status = withUnsafeMutablePointer(to: &bytes) { pointer in
            Self.implementationClassUID.withCString { classUID in
                Self.implementationVersionName.withCString { version in
                    var meta = CDCMTK_file_meta(
                        implementation_class_uid: classUID,
                        implementation_version_name: version,
                        deflated: deflated ? 1 : 0
                    )
                    return CDCMTK_builder_serialize(handle, &meta, appendPiece, pointer)
                }
            }
        }
        try check(status, "the file")
        return bytes
    }

    /// The data set alone, as it stands in an item of a sequence.
    func serializedItem() throws(SegmentationError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 << 10)
        let status = withUnsafeMutablePointer(to: &bytes) { pointer in
            CDCMTK_builder_serialize_dataset(handle, appendPiece, pointer)
        }
        try check(status, "an item")
        return bytes
    }

    fileprivate func check(_ status: Int32, _ what: @autoclosure () -> String) throws(SegmentationError) {
        guard status != 0 else { return }
        throw SegmentationError(.notBuilt, "\(what()): \(String(cString: CDCMTK_builder_message(handle)))")
    }
}

private func appendPiece(context: UnsafeMutableRawPointer?, bytes: UnsafePointer<UInt8>?, count: Int) -> Int32 {
    guard let context, let bytes else { return 1 }
    context.assumingMemoryBound(to: [UInt8].self).pointee
        .append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
    return 0
}

/// The data set or an item of one of its sequences.
struct DatasetItem {
    private let owner: DatasetBuilder
    private let item: OpaquePointer

    fileprivate init(owner: DatasetBuilder, item: OpaquePointer) {
        self.owner = owner
        self.item = item
    }

    /// Puts text of this product, checked against its value representation.
    func put(_ attribute: Attribute, _ value: String) throws(SegmentationError) {
        try put(attribute, [value])
    }

    /// Puts the values of a multi-valued text.
    func put(_ attribute: Attribute, _ values: [String]) throws(SegmentationError) {
        for value in values { try attribute.check(value) }
        try putBytes(Array(values.joined(separator: "\\").utf8), tag: attribute.tag, vr: attribute.vr.rawValue)
    }

    /// Puts text of an attribute that may not be empty.
    func putRequired(_ attribute: Attribute, _ value: String) throws(SegmentationError) {
        guard value.utf8.contains(where: { $0 != 0x20 }) else {
            throw SegmentationError(.invalidRequest, "\(attribute.tag.name) is empty")
        }
        try put(attribute, value)
    }

    /// Puts an element without a value, for attributes of type 2 that are not known.
    func putEmpty(_ attribute: Attribute) throws(SegmentationError) {
        try putBytes([], tag: attribute.tag, vr: attribute.vr.rawValue)
    }

    /// Copies an element of a data set that was read, without decoding it: the character set is the file's, not ours to
    /// change. An element that is absent there is left out.
    func copy(_ tag: DICOMTag, from source: DICOMDataset) throws(SegmentationError) {
        let status = source.withItem { CDCMTK_builder_copy(owner.handle, item, tag.packed, $0) }
        try owner.check(status, tag.name)
    }

    private func putBytes(_ bytes: [UInt8], tag: DICOMTag, vr: String) throws(SegmentationError) {
        try owner.check(CDCMTK_builder_put_bytes(owner.handle, item, tag.packed, vr, bytes, bytes.count), tag.name)
    }

    func put(_ tag: DICOMTag, unsignedShorts values: [Int]) throws(SegmentationError) {
        let words = try values.map { value throws(SegmentationError) -> UInt16 in
            guard let word = UInt16(exactly: value) else {
                throw SegmentationError(.invalidRequest, "\(tag.name): \(value) does not fit into 16 bits")
            }
            return word
        }
        try owner.check(CDCMTK_builder_put_uint16(owner.handle, item, tag.packed, words, words.count), tag.name)
    }

    func put(_ tag: DICOMTag, unsignedLongs values: [Int]) throws(SegmentationError) {
        let words = values.map { UInt32($0) }
        try owner.check(CDCMTK_builder_put_uint32(owner.handle, item, tag.packed, words, words.count), tag.name)
    }

    func put(_ tag: DICOMTag, tags: [DICOMTag]) throws(SegmentationError) {
        try owner.check(
            CDCMTK_builder_put_tags(owner.handle, item, tag.packed, tags.map(\.packed), tags.count),
            tag.name
        )
    }

    /// Appends an item to a sequence, which is created when absent.
    func appendItem(_ tag: DICOMTag) throws(SegmentationError) -> DatasetItem {
        guard let appended = CDCMTK_builder_append_item(owner.handle, item, tag.packed) else {
            try owner.check(1, tag.name)
            throw SegmentationError(.notBuilt, tag.name)
        }
        return DatasetItem(owner: owner, item: appended)
    }

    /// Appends the item of a coded concept to a code sequence.
    @discardableResult
    func appendCode(_ tag: DICOMTag, _ concept: CodedConcept) throws(SegmentationError) -> DatasetItem {
        guard !concept.value.isEmpty, !concept.scheme.isEmpty, !concept.meaning.isEmpty else {
            throw SegmentationError(.invalidRequest, "\(tag.name): a code needs value, scheme and meaning")
        }
        guard !concept.hasRetiredScheme else {
            throw SegmentationError(
                .invalidRequest,
                "\(tag.name): the coding scheme \(concept.scheme) is retired; use the SCT code of the same concept"
            )
        }
        let code = try appendItem(tag)
        try code.put(concept.value.utf8.count <= 16 ? .codeValue : .longCodeValue, concept.value)
        try code.put(.codingSchemeDesignator, concept.scheme)
        try code.put(.codeMeaning, concept.meaning)
        return code
    }
}

extension Attribute {
    /// Refuses what the value representation does not allow: everything we add is plain ASCII, so that it reads the
    /// same in whatever character set the source has.
    func check(_ value: String) throws(SegmentationError) {
        guard value.utf8.count <= vr.longest else {
            throw SegmentationError(.invalidRequest, "\(tag.name) has more than \(vr.longest) characters")
        }
        guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw SegmentationError(.invalidRequest, "\(tag.name) is not plain ASCII")
        }
        guard vr.isSingleText || !value.utf8.contains(UInt8(ascii: "\\")) else {
            throw SegmentationError(.invalidRequest, "\(tag.name) contains a backslash")
        }
        if vr == .codeString {
            let legal = value.utf8.allSatisfy {
                (65...90).contains($0) || (48...57).contains($0) || $0 == 0x20 || $0 == 0x5F
            }
            guard legal else {
                throw SegmentationError(.invalidRequest, "\(tag.name) may hold only A-Z, 0-9, blank and underscore")
            }
        }
    }
}

extension DICOMTag {
    /// Group << 16 | element.
    fileprivate var packed: UInt32 { UInt32(group) << 16 | UInt32(element) }

    /// The keyword, for error messages.
    var name: String { keyword ?? description }
}
