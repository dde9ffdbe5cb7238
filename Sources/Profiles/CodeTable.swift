import DurableFiles

/// The coded concepts that profiles may use, from `profiles/codes.tsv`.
///
/// A mistyped code would say something else in every SEG from then on, and no viewer would notice. So a profile's codes
/// have to be in the table, with the table's meaning and for the use that it names.
public struct CodeTable: Sendable, Hashable {
    /// Where a code may stand in a segment.
    public enum Use: String, Sendable, Hashable, CaseIterable {
        /// Segmented Property Category.
        case category
        /// Segmented Property Type.
        case type
        /// Segmented Property Type Modifier.
        case modifier
    }

    private struct Key: Hashable {
        let scheme: String
        let value: String
    }

    private struct Entry: Hashable {
        let code: ProfileCode
        let use: Use
    }

    private let entries: [Key: Entry]
    private let file: String

    /// How many codes there are.
    public var count: Int { entries.count }

    /// Reads a table; `file` is its name in errors.
    public init(text: String, file: String) throws(ProfileError) {
        var entries: [Key: Entry] = [:]
        var problems: [ProfileError.Problem] = []
        var sawHeading = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if !sawHeading {
                sawHeading = true
                if columns == Self.heading { continue }
            }
            switch Self.entry(columns) {
            case .success(let entry):
                let key = Key(scheme: entry.code.scheme, value: entry.code.value)
                if entries.updateValue(entry, forKey: key) != nil {
                    problems.append(
                        .init(
                            file: file,
                            line: index + 1,
                            message: "the code \(entry.code) is in the table already",
                            remedy: "Remove one of the lines"
                        )
                    )
                }
            case .failure(let fault):
                problems.append(.init(file: file, line: index + 1, message: fault.message, remedy: fault.remedy))
            }
        }
        guard problems.isEmpty else { throw ProfileError(problems) }
        self.entries = entries
        self.file = file
    }

    /// Reads a table from a file of at most 1 MiB.
    public init(path: RawPath) throws(ProfileError) {
        let bytes = try ConfigurationFile.read(path, what: "code table")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ProfileError(
                file: path.displayName,
                "the code table is not UTF-8",
                remedy: "Save it in UTF-8; the codes themselves are ASCII"
            )
        }
        try self.init(text: text, file: path.displayName)
    }

    // MARK: - Looking codes up

    /// What is wrong with a code in that use; `nil` when the table has it so.
    func fault(of code: ProfileCode, as use: Use) -> (message: String, remedy: String)? {
        guard let entry = entries[Key(scheme: code.scheme, value: code.value)] else {
            return (
                "the code \(code) is not in the code table",
                "Correct the code, or check it against DICOM PS3.16 and add it to \(file)"
            )
        }
        if entry.code.meaning != code.meaning {
            return (
                "the code \(code.value) of \(code.scheme) does not mean \"\(code.meaning)\"",
                "Write the table's meaning, \"\(entry.code.meaning)\", or the code that was meant"
            )
        }
        if entry.use != use {
            return (
                "the code \(code) is for a \(entry.use.rawValue), not for a \(use.rawValue)",
                "Use a \(use.rawValue) code of \(file)"
            )
        }
        return nil
    }

    // MARK: - Reading

    private static let heading = ["scheme", "value", "meaning", "use", "source"]

    private struct Fault: Error {
        let message: String
        let remedy: String
    }

    private static func entry(_ columns: [String]) -> Result<Entry, Fault> {
        guard columns.count == heading.count else {
            return .failure(
                Fault(
                    message: "\(columns.count) columns instead of \(heading.count)",
                    remedy: "Write \(heading.joined(separator: ", ")) with one tab between two columns"
                )
            )
        }
        guard let use = Use(rawValue: columns[3]) else {
            return .failure(
                Fault(message: "the use \"\(columns[3])\" is unknown", remedy: "Write category, type or modifier")
            )
        }
        guard let code = ProfileCode(value: columns[1], scheme: columns[0], meaning: columns[2]) else {
            return .failure(
                Fault(
                    message: "scheme, value or meaning is empty, too long or not plain ASCII",
                    remedy: "Scheme and value have at most 16 characters, the meaning 64"
                )
            )
        }
        return .success(Entry(code: code, use: use))
    }
}
