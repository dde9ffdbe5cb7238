import Corrections
import DurableFiles
import Foundation
import Glibc
import Ledger
import TestSupport
import Testing

/// Files that attack the parser.
@Suite(.serialized) struct ChildCorrectionReaderTests {
    @Test("Truncated and mangled files through a child are held or judged as they are, and the intake lives on")
    func mangledFilesAreHeld() async throws {
        // This test is its own child: started again with this variable it serves instead.
        if getenv("PREREAD_TEST_CHILD") != nil {
            dup2(3, 1)
            CorrectionServer.run()
            _exit(0)
        }
        let whole = try ConformanceSeries.correction("tracked")
        try await CorrectionBench.run { bench in
            bench.reader = try Self.reader()
            for (number, bytes) in Mangling(whole).files(12).enumerated() {
                try bench.drop(bytes, as: "\(number).dcm")
            }
            try bench.drop(whole, as: "whole.dcm")
            let round = try await bench.settle()
            #expect(round.judged.count >= 12)
            // Whatever was flipped, pixels are where they belong, or the file is held.
            let changes = Self.changesOfLiver(round.judged)
            let bite = try bench.series.bite()
            #expect(changes.isSubset(of: [bite]))
            let codes = Set(round.judged.compactMap(\.reason?.code))
            #expect(codes.contains("UNREADABLE"))
            let digest = SHA256Digest(of: whole).hex
            let states = round.judged.filter { $0.digest.hex == digest }.map(\.state)
            #expect(states == [.current] || states == [.superseded])
        }
    }

    @Test(
        "A child that dies, hangs or talks nonsense makes a file unreadable",
        arguments: [
            "read limits; read question; kill -9 $$", "read limits; read question; kill -SEGV $$", "exit 1",
            "read limits; read question; exec sleep 1000", "read limits; read question; echo nonsense",
        ]
    )
    func brokenChildrenAreUnreadable(script: String) async {
        var settings = ChildCorrectionReader.Settings(executable: "/bin/sh", arguments: ["-c", script])
        settings.deadline = .milliseconds(300)
        let answer = await ChildCorrectionReader(settings).describe(RawPath("/any"))
        guard case .refused(.unreadable, _) = answer else {
            Issue.record("\(answer)")
            return
        }
    }

    /// How many voxels of the first segment were changed, over all corrections that count or counted.
    private static func changesOfLiver(_ corrections: [Correction]) -> Set<Int> {
        let counted = corrections.filter { $0.state != .held }
        let livers = counted.flatMap(\.segments).filter { $0.resultNumber == 1 && $0.status != .missing }
        return Set(livers.compactMap(\.changedVoxels))
    }

    private static func reader() throws -> ChildCorrectionReader {
        let binary = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let test = "mangledFilesAreHeld --testing-library swift-testing"
        let script = "export PREREAD_TEST_CHILD=1; exec 3>&1 1>/dev/null; exec '\(binary)' --filter \(test)"
        return ChildCorrectionReader(.init(executable: "/bin/sh", arguments: ["-c", script]))
    }
}

/// Reproducible damage to a file.
private struct Mangling {
    /// More than the pixel data at the end: other pixels there are another correction.
    private static let pixelBytes = 3_500

    private let whole: [UInt8]
    private var state: UInt64 = 7

    init(_ whole: [UInt8]) { self.whole = whole }

    /// Cuts, flipped bytes, wild numbers and repeated pieces, in front of the pixels.
    func files(_ count: Int) -> [[UInt8]] {
        var random = self
        return (0..<count).map { number in
            var bytes = whole
            let place = 132 + random.next(bytes.count - Self.pixelBytes - 132)
            switch number % 4 {
            case 0: bytes = Array(bytes.prefix(place))
            case 1: bytes[place] ^= UInt8(1 + random.next(255))
            case 2: bytes.replaceSubrange(place..<place + 4, with: [0xFF, 0xFF, 0xFF, UInt8(random.next(256))])
            default: bytes.insert(contentsOf: bytes[place..<place + 40], at: place)
            }
            return bytes
        }
    }

    private mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
