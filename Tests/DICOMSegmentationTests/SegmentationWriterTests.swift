import DICOMFiles
import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

@testable import DICOMSegmentation

struct SegmentationWriterTests {
    private static func names(in folder: URL) throws -> [String] {
        try FolderScan.entries(of: RawPath(folder.path)).map(\.name.displayName)
    }

    private func encoded(_ request: SegmentationRequest) throws -> EncodedSegmentation {
        guard case .encoded(let segmentation) = try SegmentationBuilder.build(request) else {
            throw ConformanceSeries.Missing(description: "nothing was encoded")
        }
        return segmentation
    }

    @Test("A written segmentation is the only file in its folder, and only its owner can read it")
    func writesOneFile() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.appending(path: "out.dcm").path)
            try SegmentationWriter.write(ConformanceSeries("plain").request(), to: path)
            #expect(try Self.names(in: folder) == ["out.dcm"])
            let attributes = try FileManager.default.attributesOfItem(atPath: path.displayName)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("Nothing is written when nothing was found")
    func writesNoEmptySegmentation() throws {
        try withTemporaryFolder { folder in
            let source = try ConformanceSeries("plain")
            let empty = SegmentMask(frameCount: source.volume.count)
            let request = try source.request(masks: [empty, empty])
            try SegmentationWriter.write(request, to: RawPath(folder.appending(path: "out.dcm").path))
            #expect(try Self.names(in: folder).isEmpty)
        }
    }

    @Test("An existing file is kept unless it is to be replaced")
    func keepsExistingFiles() throws {
        try withTemporaryFolder { folder in
            let path = RawPath(folder.appending(path: "out.dcm").path)
            let request = try ConformanceSeries("plain").request()
            try AtomicFile.write([1, 2, 3], to: path)
            let error = #expect(throws: FileError.self) { try SegmentationWriter.write(request, to: path) }
            #expect(error?.errno == EEXIST)
            #expect(try ReadOnlyFile(path).readAll() == [1, 2, 3])
            try SegmentationWriter.write(request, to: path, existing: .replace)
            #expect(try ReadOnlyFile(path).readAll().count > 3)
            #expect(try Self.names(in: folder) == ["out.dcm"])
        }
    }

    @Test("On a full disk there is an error and no file")
    func leavesNothingOnFullDisk() async {
        // A process of its own: the limit on file sizes is the process's. The kernel then refuses the write as it does
        // on a full disk, after a part of it.
        await #expect(processExitsWith: .success) {
            let request = try ConformanceSeries("plain").request()
            let folder = FileManager.default.temporaryDirectory.appending(path: "preread-full-\(getpid())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 4096, rlim_max: .max)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            let error = #expect(throws: FileError.self) {
                try SegmentationWriter.write(request, to: RawPath(folder.appending(path: "out.dcm").path))
            }
            #expect(error?.operation == "write")
            #expect(error?.errno == EFBIG)
            #expect(try FolderScan.entries(of: RawPath(folder.path)).isEmpty)
        }
    }

    /// One bit of a mask, one digit of a position, of a frame of reference and of a reference.
    enum Damage: CaseIterable {
        case pixel, position, frameOfReference, reference
    }

    @Test("A file whose content is not what was asked for is refused", arguments: Damage.allCases)
    func refusesDamagedContent(damage: Damage) throws {
        try withTemporaryFolder { folder in
            let source = try ConformanceSeries("plain")
            let request = try source.request()
            let good = try encoded(request)
            var bytes = good.bytes
            switch damage {
            case .pixel:
                bytes[bytes.count - 500] ^= 4
            case .position:
                let text = source.volume.frames[4].geometry.imagePositionPatient.joined(separator: "\\")
                let start = try #require(Self.find(text, in: bytes))
                bytes[start + 1] ^= 1
            case .frameOfReference:
                let start = try #require(Self.find(source.volume.frameOfReferenceUID, in: bytes))
                bytes[start + 8] ^= 1
            case .reference:
                let start = try #require(Self.find(source.volume.frames[4].sopInstanceUID, in: bytes, last: true))
                bytes[start + 8] ^= 1
            }
            // As if the damage had been there from the start, so that only the content can give it away.
            let damaged = EncodedSegmentation(
                head: bytes,
                pixels: nil,
                sopInstanceUID: good.sopInstanceUID,
                seriesInstanceUID: good.seriesInstanceUID,
                studyInstanceUID: good.studyInstanceUID,
                frameCount: good.frameCount,
                segmentNumbers: good.segmentNumbers,
                emptySegments: good.emptySegments,
                segmentsOverlap: good.segmentsOverlap
            )
            let path = RawPath(folder.appending(path: "out.dcm").path)
            let error = #expect(throws: SegmentationError.self) {
                try AtomicFile.write(bytes, to: path) { temporary in
                    try SegmentationVerifier.verify(temporary, holds: damaged, of: request)
                }
            }
            #expect(error?.code == .verificationFailed)
            #expect(try Self.names(in: folder).isEmpty)
        }
    }

    @Test("A temporary file that was changed on disk is refused")
    func refusesChangedBytes() throws {
        try withTemporaryFolder { folder in
            let request = try ConformanceSeries("plain").request()
            let segmentation = try encoded(request)
            let path = RawPath(folder.appending(path: "out.dcm").path)
            var bytes = segmentation.bytes
            bytes[bytes.count - 1] ^= 128
            #expect(throws: SegmentationError.self) {
                try AtomicFile.write(bytes, to: path) { temporary in
                    try SegmentationVerifier.verify(temporary, holds: segmentation, of: request)
                }
            }
            #expect(try Self.names(in: folder).isEmpty)
        }
    }

    private static func find(_ text: String, in bytes: [UInt8], last: Bool = false) -> Int? {
        let wanted = Array(text.utf8)
        let starts = (0...bytes.count - wanted.count).lazy.filter { start in
            bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted)
        }
        return last ? Array(starts).last : starts.first
    }
}
