import DICOMFiles
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Commands

@Suite struct FolderSeriesTests {
    @Test func aFolderIsReadAsItsSeriesAndWhatIsNoImageIsNamed() throws {
        let found = try FolderSeries(RawPath(ConformanceSeries.folder("plain").path))
        #expect(found.series.count == 1)
        #expect(found.series.first?.headers.count == 10)
        #expect(found.series.first?.volume?.count == 10)
        #expect(found.refusals.contains { $0.error.code == .notDICOM })
    }

    @Test func copiesOfAnImageCountOnceWhateverTheirNames() throws {
        try withTemporaryFolder { folder in
            try ConformanceSeries.copy("plain", into: folder.appending(path: "a"))
            try ConformanceSeries.copy("plain", into: folder.appending(path: "b/again"))
            let found = try FolderSeries(RawPath(folder.path))
            #expect(found.series.map(\.headers.count) == [10])
            #expect(found.refusals.isEmpty)
        }
    }

    @Test func otherContentsUnderAKnownUIDAreRefusedAndTheFirstIsKept() throws {
        try withTemporaryFolder { folder in
            try ConformanceSeries.copy("plain", into: folder)
            var bytes = try Data(contentsOf: folder.appending(path: "004.dcm"))
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: folder.appending(path: "zzz.dcm"))
            let found = try FolderSeries(RawPath(folder.path))
            #expect(found.series.map(\.headers.count) == [10])
            #expect(found.refusals.map(\.error.code) == [.uidConflict])
            #expect(found.refusals.map(\.file.displayName) == ["zzz.dcm"])
        }
    }

    @Test func twoSeriesInOneFolderStayTwo() throws {
        try withTemporaryFolder { folder in
            try ConformanceSeries.copy("plain", into: folder.appending(path: "ct"))
            try ConformanceSeries.copy("mr", into: folder.appending(path: "mr"))
            let found = try FolderSeries(RawPath(folder.path))
            #expect(found.series.map(\.modality) == ["CT", "MR"])
        }
    }

    @Test func linksAreNotFollowed() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "link.dcm"),
                withDestinationURL: ConformanceSeries.folder("plain").appending(path: "000.dcm")
            )
            let found = try FolderSeries(RawPath(folder.path))
            #expect(found.series.isEmpty)
            #expect(found.refusals.map(\.error.code) == [.notRegular])
        }
    }

    @Test func aFolderThatIsNotThereIsWrongUse() throws {
        let failure = try #require(throws: CommandFailure.self) { try FolderSeries(RawPath("no/such/folder")) }
        #expect(failure.status == .wrongUse)
        #expect(failure.message.hasPrefix("no/such/folder: "))
    }

    @Test func anEmptyFolderHasNoSeries() throws {
        try withTemporaryFolder { folder in
            let found = try FolderSeries(RawPath(folder.path))
            #expect(found.series.isEmpty)
        }
    }
}
