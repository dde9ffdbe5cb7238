import DurableFiles
import Foundation

/// When a service last began a training by itself, whatever became of it.
struct TrainingAttempt: Codable, Sendable, Hashable {
    let time: Date
    /// Corrections that the ledger held then.
    let corrections: Int

    /// The last attempt; nil before the first.
    static func read(in folder: TrainingFolder) throws -> TrainingAttempt? {
        guard try folder.exists(folder.lastAttempt) else { return nil }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let bytes = try ReadOnlyFile(folder.lastAttempt, subject: "last attempt").readAll(limit: 1 << 16)
        return try decoder.decode(TrainingAttempt.self, from: Data(bytes))
    }

    /// The corrections that the last attempt, or the last run of whomever, has seen.
    static func lastCount(in folder: TrainingFolder) throws -> Int {
        let runs = try folder.runs().filter { try folder.exists($0.record) }
        let seen = try runs.last.map { try folder.record(of: $0).corrections } ?? 0
        return max(try read(in: folder)?.corrections ?? 0, seen)
    }

    /// Notes an attempt durably.
    func write(in folder: TrainingFolder) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = .sortedKeys
        try AtomicFile.write(Array(try encoder.encode(self)), to: folder.lastAttempt, subject: "last attempt")
    }
}
