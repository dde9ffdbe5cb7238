import Atlas
import DurableFiles

/// A text file that gives label numbers their names, one structure a line.
struct LabelTable {
    /// In the order of the lines.
    let labels: [AtlasLabel]

    /// Reads a file of at most a mebibyte.
    init(_ path: RawPath) throws {
        let bytes: [UInt8]
        do {
            bytes = try ReadOnlyFile(path, subject: "label table").readAll(limit: 1 << 20)
        } catch {
            throw CommandFailure(naming: path, error)
        }
        try self.init(bytes, name: path.displayName)
    }

    /// Reads `number name` lines: blanks or tabs between, `#` begins a comment line. Line ends and the byte order mark
    /// of Windows are understood.
    init(_ bytes: [UInt8], name: String) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.wrongUse, "\(name): the label table is not UTF-8 text")
        }
        let lines = text.drop { $0 == "\u{FEFF}" }.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        var lineOfID: [UInt16: Int] = [:]
        labels = try lines.enumerated().compactMap { index, line in
            func wrong(_ what: String) -> CommandFailure { CommandFailure(.wrongUse, "\(name):\(index + 1): \(what)") }
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { return nil }
            guard words.count == 2, let id = UInt16(first), id > 0 else {
                throw wrong("a number from 1 to 65535 and a name without blanks are needed")
            }
            if let earlier = lineOfID[id] { throw wrong("number \(id) stands in line \(earlier) already") }
            lineOfID[id] = index + 1
            return AtlasLabel(id: id, name: String(words[1]))
        }
        guard !labels.isEmpty else { throw CommandFailure(.wrongUse, "\(name): the label table names no structure") }
    }
}
