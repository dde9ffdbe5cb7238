import DurableFiles
import Foundation

/// What a check of the whole audit found.
public struct AuditVerification: Sendable, Hashable {
    /// Something that is not as it was written.
    public struct Finding: Sendable, Hashable {
        /// The line, from 1; 0 where a line is missing.
        public let line: Int
        /// What is wrong with it.
        public let message: String
    }

    /// Lines that were read.
    public let lines: Int
    /// Empty where every line is as it was written.
    public let findings: [Finding]
    /// Where the chain ends.
    let end: AuditFile.End

    /// Reads the audit from its beginning.
    ///
    /// Each line holds the digest of the one before, so that a change shows in the next line. Lines that were cut off at the
    /// end show by the anchor that the ledger keeps: the number and digest of a line that has to be there.
    public init(_ path: RawPath, anchor: (number: Int64, digest: String)?) throws {
        var check = ChainCheck(anchor: anchor)
        try Self.readLines(path) { check.add($0, isWhole: $1) }
        check.close()
        lines = check.line
        findings = check.findings
        end = check.end
    }

    private static func readLines(_ path: RawPath, _ body: (ArraySlice<UInt8>, _ isWhole: Bool) -> Void) throws {
        var rest: [UInt8] = []
        try ReadOnlyFile(path, subject: "audit").readPieces { piece in
            rest.append(contentsOf: piece)
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                body(rest[start..<end], true)
                start = end + 1
            }
            rest.removeSubrange(..<start)
        }
        if !rest.isEmpty { body(rest[...], false) }
    }
}

/// Walks along the chain.
private struct ChainCheck {
    let anchor: (number: Int64, digest: String)?
    var line = 0
    var findings: [AuditVerification.Finding] = []
    var end = AuditFile.End()
    private var isAnchorSeen = false
    private var tornLine: Int?

    init(anchor: (number: Int64, digest: String)?) { self.anchor = anchor }

    mutating func add(_ bytes: ArraySlice<UInt8>, isWhole: Bool) {
        line += 1
        let digest = SHA256Digest(of: bytes)
        defer {
            end = AuditFile.End(number: Int64(line), digest: digest)
            if let anchor, anchor.number == Int64(line) {
                isAnchorSeen = true
                if anchor.digest != digest.hex { report("is not the line that the ledger remembers") }
            }
        }
        guard let record = AuditRecord(line: bytes) else {
            if isWhole {
                // What follows says that it was torn, or it was written over.
                tornLine = line
            } else {
                report("ends in the middle, as after a power cut")
            }
            return
        }
        if record.number != Int64(line) { report("has the number \(record.number)") }
        if record.previous != end.digest { report("does not follow the line before: one of the two was changed") }
        if let torn = tornLine, record.event != .torn {
            findings.append(.init(line: torn, message: "is no record"))
        }
        tornLine = nil
        if !isWhole { report("has no end, as after a power cut") }
    }

    mutating func close() {
        if let tornLine { findings.append(.init(line: tornLine, message: "is no record")) }
        if let anchor, anchor.number > 0, !isAnchorSeen {
            findings.append(.init(line: 0, message: "lines are missing: the ledger remembers \(anchor.number)"))
        }
    }

    private mutating func report(_ message: String) { findings.append(.init(line: line, message: message)) }
}
