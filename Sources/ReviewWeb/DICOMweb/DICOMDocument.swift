import DICOMFiles
import Foundation

/// A data set in the DICOM JSON Model, as far as searches look at it.
struct DICOMDocument: Sendable {
    /// The value of an attribute.
    struct Attribute: Sendable, Codable {
        let vr: String
        var values: [JSON]?
        /// Where a large value is.
        var address: String?

        private enum CodingKeys: String, CodingKey {
            case vr
            case values = "Value"
            case address = "BulkDataURI"
        }
    }

    /// A value.
    enum JSON: Sendable, Hashable, Codable {
        case null
        case number(Double)
        case text(String)
        /// The groups of a person's name.
        case name([String: String])
        /// An item of a sequence; nothing is searched in it.
        case item

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let name = try? container.decode([String: String].self) {
                self = .name(name)
            } else {
                self = .item
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .null, .item: try container.encodeNil()
            case .number(let number):
                if let whole = Int(exactly: number) {
                    try container.encode(whole)
                } else {
                    try container.encode(number)
                }
            case .text(let text): try container.encode(text)
            case .name(let name): try container.encode(name)
            }
        }

        /// The value as a search compares it.
        var texts: [String] {
            switch self {
            case .null, .item: []
            case .number(let number): [Int(exactly: number).map(String.init) ?? "\(number)"]
            case .text(let text): [text]
            case .name(let name): Array(name.values)
            }
        }
    }

    private(set) var attributes: [String: Attribute]

    /// Reads the document of one data set.
    init(_ data: Data) throws {
        attributes = try JSONDecoder().decode([String: Attribute].self, from: data)
    }

    init() { attributes = [:] }

    func text(_ tag: DICOMTag) -> String? { attributes[tag.hexadecimal]?.values?.first?.texts.first }

    func number(_ tag: DICOMTag) -> Int? {
        guard case .number(let number) = attributes[tag.hexadecimal]?.values?.first else { return nil }
        return Int(exactly: number)
    }

    /// Takes an attribute of another document, where it has one without sequences.
    mutating func copy(_ tag: DICOMTag, from other: DICOMDocument) {
        guard let attribute = other.attributes[tag.hexadecimal], attribute.vr != "SQ" else { return }
        attributes[tag.hexadecimal] = attribute
    }

    mutating func set(_ tag: DICOMTag, _ vr: String, _ values: [JSON]) {
        attributes[tag.hexadecimal] = Attribute(vr: vr, values: values)
    }

    /// Every attribute without a value, and without those that are sequences or lie elsewhere.
    mutating func copyAll(from other: DICOMDocument) {
        for (key, attribute) in other.attributes where attribute.vr != "SQ" && attribute.address == nil {
            attributes[key] = attributes[key] ?? attribute
        }
    }
}

extension DICOMTag {
    static let instanceAvailability = DICOMTag(0x0008, 0x0056)
    static let modalitiesInStudy = DICOMTag(0x0008, 0x0061)
    static let retrieveURL = DICOMTag(0x0008, 0x1190)
    static let availableTransferSyntaxUID = DICOMTag(0x0008, 0x3002)
    static let studySeries = DICOMTag(0x0020, 0x1206)
    static let studyInstances = DICOMTag(0x0020, 0x1208)
    static let seriesInstances = DICOMTag(0x0020, 0x1209)
    static let performedProcedureStepStartDate = DICOMTag(0x0040, 0x0244)
    static let performedProcedureStepStartTime = DICOMTag(0x0040, 0x0245)
}
