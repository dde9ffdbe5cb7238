import Checkpoints
import DurableFiles
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Model packages")
struct ModelStoreTests {
    private func golden(_ name: String) -> RawPath {
        RawPath(SharedFiles.reference("sam-med2d/golden/\(name)").path)
    }

    @discardableResult
    private func withStore<Result>(_ body: (ModelStore, RawPath) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.path).appending("models")
            let instant = Date(timeIntervalSince1970: 1_750_000_000)
            return try body(ModelStore(folder: path, now: { instant }), path)
        }
    }

    private func names(in folder: RawPath) throws -> [String] {
        try FolderScan.entries(of: folder).map(\.name.displayName)
    }

    @Test("an imported checkpoint is described, complete and unchanged in its values")
    func whenImporting_thenPackageDescribesAndHoldsTheWeights() throws {
        try withStore { store, folder in
            let imported = try store.importFile(
                golden("tiny_wrapped.pth"),
                name: "tiny",
                licence: "Apache-2.0",
                origin: "/home/someone/sam-med2d_b.pth"
            )
            #expect(!imported.wasThere)
            let manifest = imported.package.manifest
            #expect(manifest.architecture == .samMed2D)
            #expect(manifest.configuration.variant == "custom")
            #expect(manifest.configuration.imageSize == 128)
            #expect(manifest.configuration.embeddingDimension == 40)
            #expect(manifest.configuration.depth == 4)
            #expect(manifest.configuration.heads == 4)
            #expect(manifest.configuration.outputChannels == 32)
            #expect(manifest.configuration.hasAdapters)
            #expect(manifest.origin.name == "sam-med2d_b.pth")
            #expect(try manifest.origin.sha256 == SHA256Digest(ofFile: golden("tiny_wrapped.pth")))
            #expect(manifest.licence == "Apache-2.0")
            let json = try ReadOnlyFile(folder.appending("tiny/model.json")).readAll()
            #expect(String(decoding: json, as: UTF8.self).contains("\"imported\" : \"2025-06-15T15:06:40Z\""))
            let weights = try imported.package.load()
            let expected = try CheckpointFile.load(golden("tiny_weights.safetensors"))
            #expect(weights.tensors.mapValues(\.values) == expected.tensors.mapValues(\.values))
            try imported.package.verifyDigest()
            #expect(try names(in: folder) == [".lock", "tiny"])
        }
    }

    @Test("the published LiteMedSAM weights are recognised")
    func whenImportingLiteMedSAM_thenItIsRecognised() throws {
        try withStore { store, _ in
            let path = RawPath(SharedFiles.cache.appending(path: "weights/lite_medsam.pth").path)
            let manifest = try store.importFile(path, name: "litemedsam", licence: "Apache-2.0").package.manifest
            #expect(manifest.architecture == .liteMedSAM)
            #expect(manifest.configuration.variant == "tiny_vit_5m")
            #expect(manifest.origin.byteCount == 39_370_479)
            #expect(
                manifest.origin.sha256.hex == "79d8c9dca6db4d69d3f905579e5250af05e859fff9c1f543e89a513c3028ce76"
            )
        }
    }

    @Test("importing the same file again changes nothing")
    func whenImportingAgain_thenPackageWasThere() throws {
        try withStore { store, folder in
            _ = try store.importFile(golden("tiny_plain.pth"), name: "tiny", licence: "a")
            let before = try FolderScan.entries(of: folder.appending("tiny"))
            let again = try store.importFile(golden("tiny_plain.pth"), name: "tiny", licence: "b")
            #expect(again.wasThere)
            #expect(again.package.manifest.licence == "a")
            #expect(try FolderScan.entries(of: folder.appending("tiny")) == before)
        }
    }

    @Test("the same weights in another container are the same model")
    func whenImportingOtherContainerOfSameWeights_thenPackageWasThere() throws {
        try withStore { store, folder in
            _ = try store.importFile(golden("tiny_plain.pth"), name: "tiny", licence: "a")
            #expect(try store.importFile(golden("tiny_wrapped.pth"), name: "tiny", licence: "a").wasThere)
            #expect(try names(in: folder) == [".lock", "tiny"])
        }
    }

    @Test("other weights never replace a model")
    func whenImportingOtherWeightsUnderSameName_thenItIsRefused() throws {
        try withStore { store, folder in
            let first = try store.importFile(golden("tiny_plain.pth"), name: "tiny", licence: "a").package
            #expect(throws: ModelStoreError.nameTaken(name: "tiny")) {
                try store.importFile(golden("tiny_plain_f16.pth"), name: "tiny", licence: "a")
            }
            #expect(try store.package(named: "tiny").manifest == first.manifest)
            #expect(try names(in: folder) == [".lock", "tiny"])
        }
    }

    @Test("an import that was killed is forgotten by the next one")
    func whenStagingWasLeft_thenImportWorks() throws {
        try withStore { store, folder in
            let staging = folder.appending(".preread-tmp-import")
            try AtomicFile.createFolder(staging)
            try AtomicFile.write([1, 2, 3], to: staging.appending("weights.safetensors"))
            try AtomicFile.write([1], to: staging.appending(".preread-tmp-half"))
            #expect(try store.list().packages.isEmpty)
            #expect(try !store.importFile(golden("tiny_plain.pth"), name: "tiny", licence: "a").wasThere)
            #expect(try names(in: folder) == [".lock", "tiny"])
        }
    }

    @Test("a refused checkpoint leaves nothing behind")
    func whenCheckpointIsOfUnknownNetwork_thenNothingIsLeft() throws {
        try withStore { store, folder in
            let path = folder.parent.appending("other.safetensors")
            try SafetensorsWriter.write(NamedTensors(["conv.weight": Tensor([1], shape: [1])]), to: path)
            #expect(throws: CheckpointError.self) { try store.importFile(path, name: "other", licence: "a") }
            #expect(try names(in: folder) == [".lock"])
        }
    }

    @Test("a second import at the same time is told to wait")
    func whenAnotherImportRuns_thenStoreIsBusy() throws {
        try withStore { store, folder in
            try AtomicFile.createFolder(folder)
            try FileLock.whileHolding(folder.appending(".lock")) {
                #expect(throws: ModelStoreError.busy) {
                    try store.importFile(golden("tiny_plain.pth"), name: "tiny", licence: "a")
                }
            }
        }
    }

    @Test(
        "names that could leave the folder or hide are refused",
        arguments: ["", ".", "..", "a/b", "../a", ".hidden", "-a", "A", "ä", "a b", String(repeating: "a", count: 65)])
    func whenNameIsNotPlain_thenItIsRefused(name: String) throws {
        try withStore { store, _ in
            #expect(throws: ModelStoreError.invalidName(name)) {
                try store.importFile(golden("tiny_plain.pth"), name: name, licence: "a")
            }
            #expect(throws: ModelStoreError.invalidName(name)) { try store.package(named: name) }
        }
    }

    @Test("a model that is not there is reported by name")
    func whenModelIsMissing_thenItIsNotFound() throws {
        try withStore { store, _ in
            #expect(throws: ModelStoreError.notFound(name: "none")) { try store.package(named: "none") }
        }
    }

    @Test("shortened weights and broken manifests are listed as damaged")
    func whenPackagesAreDamaged_thenTheyAreListedApart() throws {
        try withStore { store, folder in
            for name in ["good", "short", "unreadable", "renamed"] {
                _ = try store.importFile(golden("tiny_plain.pth"), name: name, licence: "a")
            }
            #expect(truncate(folder.appending("short/weights.safetensors").displayName, 1000) == 0)
            try AtomicFile.write(Array("{}".utf8), to: folder.appending("unreadable/model.json"))
            #expect(rename(folder.appending("renamed").displayName, folder.appending("moved").displayName) == 0)
            let catalogue = try store.list()
            #expect(catalogue.packages.map(\.manifest.name) == ["good"])
            #expect(catalogue.damaged.count == 3)
        }
    }

    @Test("a flipped byte is found by the digest")
    func whenWeightsAreChanged_thenDigestDiffers() throws {
        try withStore { store, _ in
            let package = try store.importFile(golden("tiny_plain.pth"), name: "tiny", licence: "a").package
            var bytes = try ReadOnlyFile(package.weights).readAll()
            bytes[bytes.count - 1] ^= 1
            try AtomicFile.write(bytes, to: package.weights)
            #expect(throws: ModelStoreError.self) { try store.package(named: "tiny").verifyDigest() }
        }
    }
}
