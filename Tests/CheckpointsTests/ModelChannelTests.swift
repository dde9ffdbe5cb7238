import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Promotion and the way back")
struct ModelChannelTests {
    /// A store with the packages `parent` and `child`, whose weights differ.
    private func withStore(_ body: (ModelStore) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let store = ModelStore(folder: RawPath(folder.path).appending("models"))
            let file = RawPath(SharedFiles.reference("sam-med2d/golden/tiny_weights.safetensors").path)
            let parent = try store.importFile(file, name: "parent", licence: "Apache-2.0").package
            var weights = try parent.load()
            let token = "mask_decoder.iou_token.weight"
            weights.tensors[token] = weights.tensors[token]?.scaled(by: 2)
            let training = ModelManifest.Training(
                parent: ("parent", parent.manifest.weights.sha256),
                run: "run-1",
                casesSHA256: SHA256Digest(of: [1]),
                scope: "decoder",
                seed: 7,
                steps: 30
            )
            #expect(try store.add(weights, name: "child", training: training).wasThere == false)
            #expect(try store.add(weights, name: "child", training: training).wasThere)
            try body(store)
        }
    }

    @Test func whenNothingWasPromoted_thenAChannelStandsForTheDefault() throws {
        try withStore { store in
            let promoted = try store.package(promotedIn: ModelChannels.production)
            #expect(promoted?.manifest.name == nil)
            #expect(throws: ModelStoreError.nothingPromoted(channel: "production")) {
                try store.rollBack("production", by: "nobody", reason: "none")
            }
        }
    }

    @Test func whenPromoted_thenTheChannelStandsForIt_andOneStepGoesBack() throws {
        try withStore { store in
            #expect(try store.promote("parent", in: "production", by: "a", reason: "first"))
            #expect(try store.promote("child", in: "production", by: "b", reason: "better"))
            #expect(try store.promote("child", in: "production", by: "b", reason: "again") == false)
            #expect(try store.package(promotedIn: "production")?.manifest.name == "child")
            try store.rollBack("production", by: "c", reason: "worse after all")
            #expect(try store.package(promotedIn: "production")?.manifest.name == "parent")
            try store.rollBack("production", by: "c", reason: "back to the start")
            #expect(try store.package(promotedIn: "production")?.manifest.name == nil)
            let history = try store.channels().history
            #expect(history.map(\.kind) == [.promoted, .promoted, .rolledBack, .rolledBack])
            #expect(history.map(\.to) == ["parent", "child", "parent", nil])
            #expect(history.map(\.actor) == ["a", "b", "c", "c"])
        }
    }

    @Test func whenAPackageIsDamaged_thenItIsNotPromotedAndNotGoneBackTo() throws {
        try withStore { store in
            try store.promote("parent", in: "stable", by: "a", reason: "first")
            try store.promote("child", in: "stable", by: "a", reason: "second")
            try flipLastByte(of: store.folder.appending("parent/weights.safetensors"))
            #expect(throws: ModelStoreError.self) {
                try store.promote("parent", in: "other", by: "a", reason: "damaged")
            }
            #expect(throws: ModelStoreError.self) { try store.rollBack("stable", by: "a", reason: "damaged") }
            #expect(try store.package(promotedIn: "stable")?.manifest.name == "child")
            #expect(try store.package(promotedIn: "other")?.manifest.name == nil)
        }
    }

    @Test func whenAFineTunedPackageIsRead_thenItNamesItsParentAndRun() throws {
        try withStore { store in
            let manifest = try store.package(named: "child").manifest
            #expect(manifest.training?.parent == "parent")
            #expect(manifest.training?.run == "run-1")
            #expect(manifest.licence == "Apache-2.0")
            #expect(try store.package(withDigest: manifest.weights.sha256)?.manifest.name == "child")
            #expect(try store.package(named: "parent").manifest.training == nil)
        }
    }

    @Test func whenTheChannelsFileIsNotReadable_thenNothingIsGuessed() throws {
        try withStore { store in
            try AtomicFile.write(Array("{".utf8), to: store.folder.appending("channels.json"), subject: "test")
            #expect(throws: ModelStoreError.self) { try store.package(promotedIn: "production") }
            #expect(throws: ModelStoreError.self) {
                try store.promote("parent", in: "production", by: "a", reason: "first")
            }
        }
    }

    private func flipLastByte(of path: RawPath) throws {
        let url = URL(fileURLWithPath: path.displayName)
        var bytes = try Data(contentsOf: url)
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: url)
    }
}
