import DurableFiles
import Evaluation
import Foundation
import TestSupport
import Testing

@Suite("Manifests of reviewed cases")
struct CaseManifestTests {
    private let cases = [
        ManifestCases.reviewed("b", patient: "p1", role: .train),
        ManifestCases.reviewed("a", patient: "p2", role: .test),
        ManifestCases.reviewed("c", patient: "p1", role: .replay),
        ManifestCases.reviewed("d", patient: "p3", role: .validation),
    ]

    @Test("a manifest reads back as it was, and its digest does not depend on the order of cases")
    func whenAManifestIsWritten_thenItReadsBackTheSame() throws {
        let manifest = try ManifestCases.manifest(cases)
        #expect(try CaseManifest(json: manifest.jsonBytes()) == manifest)
        #expect(try ManifestCases.manifest(cases.reversed()).digest == manifest.digest)
        #expect(manifest.cases.map(\.id) == ["a", "b", "c", "d"])
        #expect(manifest.cases(of: .test).map(\.id) == ["a"])
    }

    @Test("a change of anything at all changes the digest")
    func whenAnythingChanges_thenSoDoesTheDigest() throws {
        let manifest = try ManifestCases.manifest(cases)
        #expect(try ManifestCases.manifest(cases, seed: 8).digest != manifest.digest)
        var changed = cases
        changed[0].segments[1].change = .edited
        #expect(try ManifestCases.manifest(changed).digest != manifest.digest)
        changed = cases
        changed[1].review.time = "2026-01-02T03:04:06Z"
        #expect(try ManifestCases.manifest(changed).digest != manifest.digest)
    }

    @Test("a manifest that was edited is refused", arguments: ["p3", "corrected", "a fifth", "1.2.3.d", "edited"])
    func whenTheFileWasEdited_thenItIsRefused(word: String) throws {
        let text = try #require(String(bytes: ManifestCases.manifest(cases).jsonBytes(), encoding: .utf8))
        let replacement = word == "corrected" ? "accepted" : word == "edited" ? "added" : word + "0"
        let edited = text.replacingOccurrences(of: word, with: replacement)
        #expect(edited != text)
        let error = #expect(throws: CaseManifestError.self) { try CaseManifest(json: Array(edited.utf8)) }
        guard case .tampered = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("changed after it was frozen") == true)
    }

    @Test(
        "a patient is never in the test set and in another",
        arguments: [ReviewedCase.Role.train, .validation, .replay]
    )
    func whenATestPatientHasAnotherRole_thenThereIsNoManifest(role: ReviewedCase.Role) {
        let leak = cases + [ManifestCases.reviewed("e", patient: "p2", role: role)]
        let error = #expect(throws: CaseManifestError.self) { try ManifestCases.manifest(leak) }
        guard case .leak(let id, let roles) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(id == "e" && roles.contains("test"))
    }

    @Test("a leak that was written past the check is found when it is read, with a digest that fits")
    func whenALeakWasSlippedIn_thenReadingFindsIt() throws {
        // A manifest of two test patients; one of them is renamed into the other's, in a training case.
        let honest = [
            ManifestCases.reviewed("a", patient: "p2", role: .test),
            ManifestCases.reviewed("b", patient: "p9", role: .train),
        ]
        let text = try #require(String(bytes: ManifestCases.manifest(honest).jsonBytes(), encoding: .utf8))
        #expect(throws: CaseManifestError.leak(id: "b", roles: ["test", "train"])) {
            try CaseManifest(json: Array(text.replacingOccurrences(of: "p9", with: "p2").utf8))
        }
    }

    @Test("validation patients are not learned from, and learned and replayed cases may share a patient")
    func whenAValidationPatientIsLearnedFrom_thenThereIsNoManifest() {
        let leak = cases + [ManifestCases.reviewed("e", patient: "p3", role: .train)]
        #expect(throws: CaseManifestError.self) { try ManifestCases.manifest(leak) }
        #expect(throws: Never.self) { try ManifestCases.manifest(cases) }
    }

    @Test(
        "paths that leave the root, ids that cannot name a file and doubles are refused",
        arguments: ["../x", "/etc/x", "a/../b", "a//b", "", "./x"]
    )
    func whenAPathLeavesTheRoot_thenThereIsNoManifest(path: String) {
        var bad = cases
        bad[0].truth.path = path
        #expect(throws: CaseManifestError.self) { try ManifestCases.manifest(bad) }
        bad = cases
        bad[0].id = path
        #expect(throws: CaseManifestError.self) { try ManifestCases.manifest(bad) }
        bad = cases
        bad[0].id = "a"
        #expect(throws: CaseManifestError.self) { try ManifestCases.manifest(bad) }
        bad = cases
        bad[0].seriesInstanceUID = bad[1].seriesInstanceUID
        #expect(throws: CaseManifestError.self) { try ManifestCases.manifest(bad) }
    }

    @Test("files are proven: one that is missing or changed is named, without a word of the patient")
    func whenAFileIsMissingOrChanged_thenLoadingSaysWhich() throws {
        try withTemporaryFolder { folder in
            let root = RawPath(folder.path)
            let manifest = try ManifestCases.manifest(cases)
            for one in cases {
                try AtomicFile.createFolder(root.appending(one.id))
                for path in one.instances.map(\.path) + [one.truth.path] {
                    try AtomicFile.write(Array("contents".utf8), to: root.appending(path))
                }
            }
            let path = root.appending("manifest.json")
            try AtomicFile.write(manifest.jsonBytes(), to: path)
            #expect(try CaseManifest.load(path) == manifest)
            try AtomicFile.write(Array("other contents".utf8), to: root.appending("a/truth.dcm"))
            #expect(throws: CaseManifestError.changed(id: "a", path: "a/truth.dcm")) { try CaseManifest.load(path) }
            #expect(throws: Never.self) { try manifest.verifyFiles(root: root, of: .train) }
            try FileManager.default.removeItem(atPath: root.appending("a/1.dcm").displayName)
            let error = #expect(throws: CaseManifestError.self) { try CaseManifest.load(path) }
            #expect(error?.description.contains("a/1.dcm cannot be read") == true)
            #expect(error?.description.contains("Secret") == false)
        }
    }

    @Test("another format and things that are no manifest are refused in words")
    func whenTheFileIsNoManifest_thenItIsRefused() throws {
        let text = try #require(String(bytes: ManifestCases.manifest(cases).jsonBytes(), encoding: .utf8))
        let newer = text.replacingOccurrences(of: "\"format\" : 1", with: "\"format\" : 2")
        #expect(throws: CaseManifestError.format(2)) { try CaseManifest(json: Array(newer.utf8)) }
        for junk in ["", "[]", "{}", "{\"format\":1}", "\u{FFFD}"] {
            #expect(throws: CaseManifestError.self) { try CaseManifest(json: Array(junk.utf8)) }
        }
    }

    @Test("a patient's key depends on the salt and is the same each time")
    func whenAPatientHasAKey_thenTheSaltDecides() {
        let identity = SHA256Digest(of: [1])
        #expect(CaseManifest.patientKey(of: identity, salt: [1]) == CaseManifest.patientKey(of: identity, salt: [1]))
        #expect(CaseManifest.patientKey(of: identity, salt: [1]) != CaseManifest.patientKey(of: identity, salt: [2]))
        #expect(CaseManifest.patientKey(of: identity, salt: [1]) != identity.hex)
    }
}
