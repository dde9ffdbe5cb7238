import Foundation
import TestSupport
import Testing

/// Slices of the synthetic CT series `plain`, with other identities where a test wants them.
struct SyntheticSlice {
    /// The whole file.
    private(set) var bytes: Data

    /// Slice 0 to 9 of the series.
    init(_ number: Int) throws {
        let name = "conformance/series/plain/00\(number).dcm"
        bytes = try Data(contentsOf: SharedFiles.cache.appending(path: name))
    }

    /// The same slice for another patient; the number has as many characters as the series' own.
    func ofPatient(_ number: String) throws -> SyntheticSlice {
        try replacing("ID-plain", with: number)
    }

    /// The same with another identifier, of the same length, in the place of one that it has.
    func renaming(_ uid: String) throws -> SyntheticSlice {
        try replacing(uid, with: String(uid.dropLast()) + (uid.hasSuffix("1") ? "2" : "1"))
    }

    /// The same identity with other pixels.
    func withOtherPixels() -> SyntheticSlice {
        var copy = self
        copy.bytes[copy.bytes.count - 100] ^= 1
        return copy
    }

    /// The first so many bytes.
    func cut(to count: Int) -> Data { bytes.prefix(count) }

    private func replacing(_ text: String, with other: String) throws -> SyntheticSlice {
        try #require(text.utf8.count == other.utf8.count)
        var copy = self
        var place = try #require(copy.bytes.range(of: Data(text.utf8)))
        while true {
            copy.bytes.replaceSubrange(place, with: Data(other.utf8))
            guard let next = copy.bytes.range(of: Data(text.utf8), in: place.upperBound..<copy.bytes.count) else {
                return copy
            }
            place = next
        }
    }
}
