import DICOMFiles
import Foundation
import HTTPTypes
import Hummingbird

/// A search by attributes (PS3.18 section 8.3.4).
struct WebQuery: Sendable {
    /// What an attribute has to be.
    struct Condition: Sendable {
        let tag: DICOMTag
        let pattern: String
    }

    let conditions: [Condition]
    /// Attributes that are wanted beside the usual ones.
    let fields: [DICOMTag]
    let wantsAllFields: Bool
    let limit: Int
    let offset: Int
    /// Names that are spelled differently were asked for, which this does not find.
    let wantsFuzzyMatching: Bool

    private static let mostResults = 1_000

    init(_ parameters: some Sequence<(key: Substring, value: Substring)>) throws(ReviewError) {
        var conditions: [Condition] = []
        var fields: [DICOMTag] = []
        var wantsAll = false
        var limit = 100
        var offset = 0
        var isFuzzy = false
        for (key, value) in parameters {
            switch key.lowercased() {
            case "limit": limit = min(try Self.number(value), Self.mostResults)
            case "offset": offset = try Self.number(value)
            case "fuzzymatching":
                guard ["true", "false"].contains(value) else { throw .badRequest("fuzzymatching is true or false") }
                isFuzzy = value == "true"
            case "includefield":
                for name in value.split(separator: ",") {
                    if name == "all" { wantsAll = true } else { fields.append(try Self.tag(name)) }
                }
            default:
                let tag = try Self.tag(key)
                if !value.isEmpty, value != "*" { conditions.append(Condition(tag: tag, pattern: String(value))) }
            }
        }
        self.conditions = conditions
        self.fields = fields
        wantsAllFields = wantsAll
        self.limit = limit
        self.offset = offset
        wantsFuzzyMatching = isFuzzy
    }

    private static func number(_ text: Substring) throws(ReviewError) -> Int {
        guard let number = Int(text), number >= 0 else { throw .badRequest("limit and offset are numbers from 0") }
        return number
    }

    private static func tag(_ name: Substring) throws(ReviewError) -> DICOMTag {
        guard let tag = DICOMTag(hexadecimal: String(name)) ?? DICOMTag(keyword: String(name)) else {
            throw .badRequest("a parameter names no attribute")
        }
        return tag
    }

    /// The UIDs that an attribute has to be one of; `nil` where it may be any.
    func uids(_ tag: DICOMTag) -> Set<String>? {
        conditions.first { $0.tag == tag }.map { Set($0.pattern.split { $0 == "," || $0 == "\\" }.map(String.init)) }
    }

    /// What has to occur in the patient's name or ID or in the accession number, as the ledger's search takes it; empty where
    /// none of these is asked for.
    var words: [String] {
        let tags: Set<DICOMTag> = [.patientName, .patientID, .accessionNumber]
        return conditions.filter { tags.contains($0.tag) }.flatMap { condition in
            // What a wildcard stands for is not known, and names are kept without the signs between their parts.
            SearchText.folded(condition.pattern).split { $0.isWhitespace || "*?^=,".contains($0) }.map(String.init)
        }
    }

    func matches(_ document: DICOMDocument) -> Bool { conditions.allSatisfy { $0.matches(document) } }
}

extension WebQuery.Condition {
    /// One value has to fit; an attribute that is not there fits nothing.
    func matches(_ document: DICOMDocument) -> Bool {
        guard let attribute = document.attributes[tag.hexadecimal] else { return false }
        let values = (attribute.values ?? []).flatMap(\.texts)
        switch attribute.vr {
        case "DA", "TM", "DT": return values.contains(where: isInRange)
        case "UI":
            let wanted = pattern.split { $0 == "," || $0 == "\\" }.map(String.init)
            return values.contains(where: wanted.contains)
        case "PN":
            return values.contains { Self.fits($0.lowercased(), pattern.lowercased()) }
        case "IS", "DS", "US", "UL", "SS", "SL", "FL", "FD":
            return values.contains { Double($0) == Double(pattern) && Double(pattern) != nil }
        default: return values.contains { Self.fits($0, pattern) }
        }
    }

    /// `A`, `A-`, `-B` or `A-B`, compared as text: dates and times are written from the largest part down.
    private func isInRange(_ value: String) -> Bool {
        guard let dash = pattern.firstIndex(of: "-") else { return value.hasPrefix(pattern) }
        let (low, high) = (pattern[..<dash], pattern[pattern.index(after: dash)...])
        return (low.isEmpty || value >= low) && (high.isEmpty || value.prefix(high.count) <= high)
    }

    /// `*` stands for any characters, `?` for one.
    static func fits(_ text: String, _ pattern: String) -> Bool {
        let text = Array(text.unicodeScalars)
        let pattern = Array(pattern.unicodeScalars)
        var (place, index) = (0, 0)
        var star: (index: Int, place: Int)?
        while place < text.count {
            if index < pattern.count, pattern[index] == "*" {
                star = (index, place)
                index += 1
            } else if index < pattern.count, pattern[index] == "?" || pattern[index] == text[place] {
                place += 1
                index += 1
            } else if let last = star {
                // The star takes one character more.
                index = last.index + 1
                place = last.place + 1
                star = (last.index, place)
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == "*" }
    }
}
