import DICOMFiles
import DurableFiles
import Foundation
import Glibc
import Ledger
import ReviewWeb
import TestSupport
import Testing

@testable import Commands

/// Children in which files are read and decoded.
@Suite(.serialized) struct ImagingChildTests {
    @Test("A volume that a child decodes is the one that this process decodes")
    func childrenDecode() async throws {
        if getenv("PREREAD_TEST_CHILD") != nil {
            dup2(4, 1)
            VolumeServer.run()
            _exit(0)
        }
        try await DrawingPlace.run("odd187x239") { place in
            let headers = place.series.headers
            let decoder = ChildVolumeDecoder(try Self.own("childrenDecode"))
            let request = VolumeRequest(place.volume, of: ImageSeries(headers: headers))
            let theirs = try DecodedVolume(request, with: decoder)
            let ours = try DecodedVolume(request, with: InProcessVolumeDecoder())
            #expect(try await theirs.coding() == ours.coding())
            #expect(try await theirs.bytes(0..<place.volume.count) == ours.bytes(0..<place.volume.count))
            #expect(await theirs.sampledRange() == ours.sampledRange())
        }
    }

    @Test("Questions about files get the same answers from a child")
    func childrenAnswer() async throws {
        if getenv("PREREAD_TEST_CHILD") != nil {
            dup2(4, 1)
            ImagingServer.run()
            _exit(0)
        }
        try await DrawingPlace.run { place in
            let own = try Self.own("childrenAnswer")
            let reader = ChildImagingReader(.init(executable: own.executable, arguments: own.arguments))
            let path = place.volume.frames[0].path
            let questions: [ImagingQuestion] = [
                .metadata([FileQuestion(path)]), .frames(FileQuestion(path), [1]), .frames(FileQuestion(path), [2]),
                .bulkData(FileQuestion(path), ["7FE00010"]), .metadata([FileQuestion(RawPath("/nowhere"))]),
                .masks(
                    MaskQuestion(FileQuestion(place.results.appending("r/segmentation.dcm")), on: place.volume)
                ),
            ]
            for question in questions {
                #expect(await reader.answer(question) == InProcessImagingReader().answer(question))
            }
        }
    }

    @Test(
        "A child that dies, hangs or talks nonsense fails the volume and nothing else",
        arguments: [
            "kill -9 $$", "exit 1", "read limits; read request; exec sleep 1000",
            "read limits; read request; echo nonsense",
        ]
    )
    func brokenChildrenFailTheVolume(script: String) async throws {
        try await DrawingPlace.run { place in
            var settings = ChildVolumeDecoder.Settings(executable: "/bin/sh", arguments: ["-c", script])
            settings.silence = .milliseconds(300)
            let request = VolumeRequest(place.volume, of: place.series)
            let volume = try DecodedVolume(request, with: ChildVolumeDecoder(settings))
            await #expect(throws: DecodedVolume.Failure.self) { try await volume.bytes(0..<1) }
            #expect(volume.isBroken)
            var reading = ChildImagingReader.Settings(executable: "/bin/sh", arguments: ["-c", script])
            reading.deadline = .milliseconds(300)
            let answer = await ChildImagingReader(reading).answer(.metadata([FileQuestion(RawPath("/any"))]))
            #expect(answer == .refused("PARSER_CRASH"))
        }
    }

    /// This test as its own child; standard output goes to where the parent reads, not what the test runner says.
    private static func own(_ test: String) throws -> ChildVolumeDecoder.Settings {
        let binary = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let script =
            "export PREREAD_TEST_CHILD=1; exec 4>&1 1>/dev/null; exec '\(binary)' --filter \(test)"
            + " --testing-library swift-testing"
        return .init(executable: "/bin/sh", arguments: ["-c", script])
    }
}
