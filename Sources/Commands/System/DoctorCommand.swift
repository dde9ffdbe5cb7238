import ArgumentParser
import Checkpoints
import DICOMFiles
import DurableFiles
import Foundation
import Pipeline
import Profiles
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
        let best = (0..<5).map { _ -> Double in
            let start = ContinuousClock.now
            _ = left.multiplied(byTransposed: right)
            let elapsed = start.duration(to: .now).components
            return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        }.min()
        let operations: Double = 2 * 256 * 768 * 3_072
        let rate: Double = operations / (best ?? .infinity) / 1e9
        return Check(what: "fp32 rate", found: "\(Int(rate)) GFLOP/s", isGood: rate > 1)
    }

    private var dcmtk: Check {
        Check(
            what: "DCMTK",
            found: DCMTKLibrary.version
                + (DCMTKLibrary.hasDictionary ? "" : ", no data dictionary: install libdcmtk17"),
            isGood: DCMTKLibrary.hasDictionary
        )
    }

    private var profileCheck: Check {
        do {
            let set = try profiles.load()
            let missing = set.missingAtlases(in: profiles.path.appending(ProfileSet.atlasFolderName))
            let atlases = missing.isEmpty ? "" : ", atlas missing: \(missing.joined(separator: ", "))"
            return Check(
                what: "profiles",
                found: "\(set.profiles.count) in \(profiles.path.displayName)\(atlases)",
                isGood: missing.isEmpty
            )
        } catch {
            return Check(what: "profiles", found: CommandFailure(describing: error).message, isGood: false)
        }
    }

    private var modelCheck: Check {
        do {
            let catalogue = try models.store().list()
            let names = catalogue.packages.map(\.manifest.name)
            let none = "none: import one with 'preread models import'"
            let damaged = catalogue.damaged.map(\.description)
            return Check(
                what: "models",
                found: ([names.isEmpty ? none : names.joined(separator: ", ")] + damaged).joined(separator: "; "),
                isGood: !names.isEmpty && damaged.isEmpty
            )
        } catch {
            return Check(what: "models", found: error.description, isGood: false)
        }
    }
}
