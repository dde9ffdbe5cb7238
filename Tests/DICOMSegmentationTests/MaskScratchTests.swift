import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import DICOMSegmentation

@Suite("Masks that are put aside")
struct MaskScratchTests {
    @Test("are the masks that they were, and leave no file behind", arguments: [0.002, 0.02, 0.5, 1])
    func whenAMaskIsPutAside_thenItIsTheSame(density: Double) throws {
        try withTemporaryFolder { folder in
            let scratch = MaskScratch(in: RawPath(folder.path))
            var random = FixedRandom(state: 7)
            let masks = (0..<20).map { _ in randomMask(rows: 61, columns: 64, density: density, using: &random) }
            let stored = masks.map(scratch.putAside)
            for (mask, other) in zip(masks, stored) {
                #expect(other == mask)
                #expect(other.hashValue == mask.hashValue)
                #expect(other.runs == mask.runs)
                #expect(other.packed == mask.packed)
                #expect(other.pixelCount == mask.pixelCount)
                #expect(other.inMemory.formInMemory == mask.formInMemory)
            }
            try scratch.check()
            let files = try FolderScan.entries(of: RawPath(folder.path))
            #expect(files.isEmpty)
        }
    }

    @Test("stay in memory where there is no room for them")
    func whenThereIsNoFolder_thenMasksStayInMemory() throws {
        let scratch = MaskScratch(in: RawPath("/proc/nowhere"))
        var random = FixedRandom(state: 3)
        let mask = randomMask(rows: 61, columns: 64, density: 0.5, using: &random)
        #expect(scratch.putAside(mask).formInMemory != nil)
        try scratch.check()
    }

    @Test("that cannot be read again are no pixels, and whoever asks is told")
    func whenAMaskIsLost_thenTheCheckSaysSo() throws {
        try withTemporaryFolder { folder in
            let scratch = MaskScratch(in: RawPath(folder.path))
            var random = FixedRandom(state: 5)
            let mask = randomMask(rows: 61, columns: 64, density: 0.5, using: &random)
            let stored = scratch.putAside(mask)
            try #require(stored.formInMemory == nil)
            try #require(scratch.file).truncate()
            #expect(stored != mask)
            #expect(stored.runs.isEmpty)
            let error = #expect(throws: SegmentationError.self) { try scratch.check() }
            #expect(error?.code == .verificationFailed)
        }
    }
}
