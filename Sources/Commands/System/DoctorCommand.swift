import ArgumentParser
import DICOMFiles
import Foundation
import Pipeline
import Tensors

/// What this machine has, what is used of it, and what is wrong.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "What this machine has, what Preread uses of it, and what is wrong."
    )

    @OptionGroup var models: ModelFolderOptions
    @OptionGroup var profiles: ProfileFolderOptions

    @Flag(help: "Print JSON.")
    var json = false

    private struct Check: Encodable {
        let what: String
        let found: String
        let isGood: Bool
    }

    func run() async throws {
        let checks = [numerics, throughput, dcmtk, profileCheck, modelCheck]
        if json {
            try JSONOutput.print(checks)
        } else {
            var table = TextTable(["", "", ""])
            for check in checks { table.add([check.what, check.found, check.isGood ? "good" : "WRONG"]) }
            print(table.text.drop { $0.isWhitespace })
        }
        guard checks.allSatisfy(\.isGood) else { throw CommandFailure(.environment) }
    }

    private var numerics: Check {
        let name = ComputeThreads.kernelName
        return Check(
            what: "OpenBLAS",
            found: "\(name) kernel, \(ComputeThreads.count) threads (\(ComputeThreads.kernelChoice))",
            isGood: !name.isEmpty
        )
    }

    /// The rate of the product that dominates the encoder: 256 × 768 by 768 × 3072, the best of five.
    private var throughput: Check {
        let left = Tensor(zeros: [256, 768])
        let right = Tensor(zeros: [3_072, 768])
        let best = (0..<5).map { _ in
            let start = ContinuousClock.now
            _ = left.multiplied(byTransposed: right)
            let elapsed = start.duration(to: .now).components
            return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        }.min()
        let rate = 2 * 256 * 768 * 3_072 / (best ?? .infinity) / 1e9
        return Check(what: "fp32 rate", found: "\(Int(rate)) GFLOP/s", isGood: rate > 1)
    }

    private var dcmtk: Check {
        Check(
            what: "DCMTK",
            found: DCMTKLibrary.version + (DCMTKLibrary.hasDictionary ? "" : ", no data dictionary: install libdcmtk17"),
            isGood: DCMTKLibrary.hasDictionary
        )
    }

    private var profileCheck: Check {
        do {
            let set = try profiles.load()
            let missing = set.missingAtlases(in: profiles.path)
            let atlases = missing.isEmpty ? "" : ", atlas missing: \(missing.joined(separator: ", "))"
            return Check(
                what: "profiles",
                found: "\(set.profiles.count) in \(profiles.path.displayName)\(atlases)",
                isGood: missing.isEmpty
            )
        } catch {
            return Check(what: "profiles", found: (error as? CommandFailure)?.message ?? "\(error)", isGood: false)
        }
    }

    private var modelCheck: Check {
        do {
            let names = try models.store().list().packages.map(\.manifest.name)
            return Check(
                what: "models",
                found: names.isEmpty ? "none: import one with 'preread models import'" : names.joined(separator: ", "),
                isGood: !names.isEmpty
            )
        } catch {
            return Check(what: "models", found: "\(error)", isGood: false)
        }
    }
}
