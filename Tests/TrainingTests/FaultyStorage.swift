import Checkpoints
import DurableFiles

@testable import Training

/// A disk that fails once, as a kill does: before an operation, after it, or half-way with a file left behind.
final class FaultyStorage: RunStorage {
    struct Killed: Error {}

    enum Moment: CaseIterable {
        case before
        case halfWay
        case after
    }

    private let disk = DurableRunStorage()
    private let moment: Moment
    private let fault: Int?
    private(set) var operations = 0

    /// Fails at the operation with that number, counted from 0; never where it is nil.
    init(failingAt fault: Int? = nil, _ moment: Moment = .before) {
        self.fault = fault
        self.moment = moment
    }

    func writeWeights(_ weights: NamedTensors, to path: RawPath) throws -> SafetensorsWriter.Written {
        try perform(near: path) { try disk.writeWeights(weights, to: path) }
    }

    func write(_ bytes: [UInt8], to path: RawPath) throws {
        try perform(near: path) { try disk.write(bytes, to: path) }
    }

    func remove(_ path: RawPath) throws {
        try perform(near: path) { try disk.remove(path) }
    }

    private func perform<Result>(near path: RawPath, _ operation: () throws -> Result) throws -> Result {
        defer { operations += 1 }
        guard operations == fault else { return try operation() }
        switch moment {
        case .before: break
        case .halfWay:
            // What a killed writer leaves: a temporary file with the beginning of the contents.
            try AtomicFile.write([1, 2, 3], to: path.parent.appending(AtomicFile.temporaryPrefix + "killed"))
        case .after: _ = try operation()
        }
        throw Killed()
    }
}
