import CDCMTK

/// The tag of an attribute: group and element number.
public struct DICOMTag: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The group number.
    public let group: UInt16
    /// The element number within the group.
    public let element: UInt16

    /// A tag from its two numbers.
    public init(_ group: UInt16, _ element: UInt16) {
        self.group = group
        self.element = element
    }

    /// Looks a keyword of PS3.6, such as `PatientPosition`, up in DCMTK's dictionary; `nil` when it is not known.
    public init?(keyword: String) {
        var group: UInt16 = 0
        var element: UInt16 = 0
        guard CDCMTK_tag_for_keyword(keyword, &group, &element) else { return nil }
        self.init(group, element)
    }

    /// The keyword in DCMTK's dictionary; `nil` for a private or unknown tag.
    public var keyword: String? {
        guard !isPrivate else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress, CDCMTK_keyword_for_tag(group, element, base, buffer.count) else {
                return nil
            }
            return String(cString: base)
        }
    }

    /// Whether the group number is odd: only the vendor knows the meaning.
    public var isPrivate: Bool { group & 1 == 1 }

    /// As the standard writes it, for example `(0010,0020)`.
    public var description: String {
        func digits(_ number: UInt16) -> String {
            let text = String(number, radix: 16, uppercase: true)
            return String(repeating: "0", count: 4 - text.count) + text
        }
        return "(\(digits(group)),\(digits(element)))"
    }

    /// By group, then by element, as in a data set.
    public static func < (left: DICOMTag, right: DICOMTag) -> Bool {
        (left.group, left.element) < (right.group, right.element)
    }
}
