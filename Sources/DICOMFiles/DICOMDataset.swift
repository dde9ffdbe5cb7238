import CDCMTK

/// A data set or a sequence item of an open file.
///
/// Not for use by two threads at once: DCMTK's lists keep a cursor. Copy out what is needed.
public struct DICOMDataset {
    /// An element as it stands in the file.
    public struct Element: Sendable, Hashable {
        /// The tag.
        public let tag: DICOMTag
        /// The value representation, two letters.
        public let vr: String
        /// Bytes of the value; 0 for an empty element and for a sequence.
        public let length: Int
    }

    private let item: OpaquePointer
    /// Keeps the memory behind `item` alive.
    private let owner: AnyObject

    /// Borrows an item from its owner, which stays alive as long as this value.
    package init(item: OpaquePointer, owner: AnyObject) {
        self.item = item
        self.owner = owner
    }

    /// Lends the handle of the shim for a call that builds another data set from this one.
    package func withItem<Result>(_ body: (OpaquePointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(owner) { try body(item) }
    }

    // MARK: - Elements

    /// The first elements in the order of their tags, at most `limit`.
    public func elements(limit: Int = 10_000) -> [Element] {
        let capacity = min(limit, withItem { CDCMTK_item_element_count($0) })
        let found = [CDCMTK_element](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = withItem { CDCMTK_item_list_elements($0, buffer.baseAddress, capacity) }
        }
        return found.map(Self.described)
    }

    /// The element with a tag, or `nil`.
    public func element(_ tag: DICOMTag) -> Element? {
        var found = CDCMTK_element()
        guard withItem({ CDCMTK_item_find($0, tag.group, tag.element, &found) }) else { return nil }
        return Self.described(found)
    }

    /// Whether the element is there, with or without a value.
    public func contains(_ tag: DICOMTag) -> Bool { element(tag) != nil }

    /// Whether the element is there and its value holds more than padding.
    public func hasValue(_ tag: DICOMTag) -> Bool {
        guard let bytes = bytes(tag) else { return itemCount(tag) > 0 }
        return bytes.contains { $0 != 0 && $0 != 0x20 }
    }

    private static func described(_ element: CDCMTK_element) -> Element {
        let vr = withUnsafeBytes(of: element.vr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return Element(tag: DICOMTag(element.group, element.element), vr: vr, length: Int(element.length))
    }

    // MARK: - Values

    /// The undecoded value, padding included, binary words in little-endian order; `nil` when the element is absent or
    /// a sequence.
    public func bytes(_ tag: DICOMTag) -> [UInt8]? {
        guard let element = element(tag) else { return nil }
        var copied = false
        let bytes = [UInt8](unsafeUninitializedCapacity: element.length) { buffer, count in
            copied = withItem {
                CDCMTK_item_copy_value($0, tag.group, tag.element, buffer.baseAddress, UInt32(element.length))
            }
            count = copied ? element.length : 0
        }
        return copied ? bytes : nil
    }

    /// The values between backslashes without their padding, for VRs in the default repertoire (UI, CS, DS, IS, DA …).
    ///
    /// Bytes that are not ASCII become U+FFFD: for free text use ``text(_:)``.
    public func strings(_ tag: DICOMTag) -> [String] {
        guard let bytes = bytes(tag), !bytes.isEmpty else { return [] }
        let values = bytes.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
        let strings = values.map { value in
            let trimmed = trimmingPadding(value)
            return trimmed.allSatisfy { $0 < 0x80 }
                ? String(decoding: trimmed, as: UTF8.self)
                : String(String.UnicodeScalarView(trimmed.map { $0 < 0x80 ? UnicodeScalar($0) : "\u{FFFD}" }))
        }
        return strings == [""] ? [] : strings
    }

    /// The first of ``strings(_:)``, or `nil` when there is none or it is empty.
    public func string(_ tag: DICOMTag) -> String? {
        guard let first = strings(tag).first, !first.isEmpty else { return nil }
        return first
    }

    /// The number of values; 0 when the element is absent or empty.
    public func valueCount(_ tag: DICOMTag) -> Int {
        withItem { CDCMTK_item_value_count($0, tag.group, tag.element) }
    }

    /// A value of IS, DS or a binary number by its index; `nil` when it is absent or no finite number.
    public func double(_ tag: DICOMTag, at index: Int = 0) -> Double? {
        var value = 0.0
        return withItem { CDCMTK_item_get_double($0, tag.group, tag.element, index, &value) } ? value : nil
    }

    /// All values as numbers; `nil` when one of them is none. Empty when the element is absent or empty.
    public func doubles(_ tag: DICOMTag) -> [Double]? {
        var values: [Double] = []
        for index in 0..<valueCount(tag) {
            guard let value = double(tag, at: index) else { return nil }
            values.append(value)
        }
        return values
    }

    /// A value of IS, US, UL, SS or SL by its index; `nil` when it is absent or not integral.
    public func integer(_ tag: DICOMTag, at index: Int = 0) -> Int? {
        var value: Int64 = 0
        return withItem { CDCMTK_item_get_integer($0, tag.group, tag.element, index, &value) } ? Int(value) : nil
    }

    // MARK: - Sequences

    /// The number of items of a sequence; 0 when it is absent.
    public func itemCount(_ tag: DICOMTag) -> Int {
        max(0, Int(withItem { CDCMTK_item_sequence_count($0, tag.group, tag.element) }))
    }

    /// The items of a sequence; empty when it is absent.
    public func items(_ tag: DICOMTag) -> [DICOMDataset] {
        let capacity = itemCount(tag)
        guard capacity > 0 else { return [] }
        let found = [OpaquePointer?](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = withItem { CDCMTK_item_list_items($0, tag.group, tag.element, buffer.baseAddress, capacity) }
        }
        return found.compactMap { $0.map { DICOMDataset(item: $0, owner: owner) } }
    }

    /// The first item of a sequence, or `nil`.
    public func firstItem(_ tag: DICOMTag) -> DICOMDataset? {
        var first: OpaquePointer?
        let count = withItem { CDCMTK_item_list_items($0, tag.group, tag.element, &first, 1) }
        return count == 1 ? first.map { DICOMDataset(item: $0, owner: owner) } : nil
    }
}

/// A value without leading and trailing spaces and trailing NULs (PS3.5 section 6.2).
func trimmingPadding(_ value: some BidirectionalCollection<UInt8>) -> [UInt8] {
    let end = value.lastIndex { $0 != 0x20 && $0 != 0 }
    guard let end else { return [] }
    return Array(value[...end].drop { $0 == 0x20 })
}
