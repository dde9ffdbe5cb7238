import DICOMFiles
import DurableFiles
import Foundation
import TestSupport
import Testing

/// The zoo of bad, odd and hostile files that `make_hostile.py` of the conformance tools wrote to `.cache/zoo`.
struct HostileZooTests {
    private struct Manifest: Decodable {
        struct Outcome: Decodable, Hashable {
            let state: String
            let reason: String?
        }

        struct File: Decodable {
            let group: String
            let expect: [Outcome]
            let path: String?
            let pathBytes: Data?

            enum CodingKeys: String, CodingKey {
                case group, expect, path
                case pathBytes = "path_b64"
            }

            var relativePath: RawPath {
                path.map { RawPath($0) } ?? RawPath(bytes: pathBytes ?? Data())
            }
        }

        let files: [File]
    }

    private static let folder = SharedFiles.cache.appending(path: "zoo")

    private static func load() throws -> Manifest {
        let data = try Data(contentsOf: folder.appending(path: "manifest.json"))
        let decoder = JSONDecoder()
        decoder.dataDecodingStrategy = .base64
        return try decoder.decode(Manifest.self, from: data)
    }

    /// What depends on other files, or on the name alone, is not for the reader of one file to say.
    private static let otherGroups: Set<String> = ["uid_conflict", "patient_conflict", "study_conflict"]

    private static func outcome(_ path: RawPath) throws -> Manifest.Outcome {
        do {
            _ = try InstanceHeader(reading: path)
            return Manifest.Outcome(state: "stored", reason: nil)
        } catch {
            return Manifest.Outcome(state: error.code.disposition.rawValue, reason: error.code.rawValue)
        }
    }

    @Test("every file ends in a state that the rules allow, with the right reason")
    func outcomes() throws {
        let manifest = try Self.load()
        #expect(manifest.files.count > 300)
        var judged = 0
        for file in manifest.files where !Self.otherGroups.contains(file.group) {
            if file.expect.contains(Manifest.Outcome(state: "pending", reason: nil)) { continue }
            let outcome = try Self.outcome(RawPath(Self.folder).appending(file.relativePath))
            #expect(
                file.expect.contains(outcome),
                "\(file.group)/\(file.relativePath.lastComponent.displayName): \(outcome)"
            )
            judged += 1
        }
        #expect(judged > 280)
    }
}
