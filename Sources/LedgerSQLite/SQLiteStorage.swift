import GRDB
import Ledger

/// The rows of a ledger as one transaction on an SQLite connection sees them.
package struct SQLiteStorage: LedgerStorage {
    let db: Database

    /// The value of one of SQLite's settings, as text.
    package func pragma(_ name: String) throws -> String? {
        try String.fetchOne(db, sql: "PRAGMA \(name)")
    }

    func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func one<Value>(
        _ sql: String,
        _ arguments: StatementArguments,
        _ read: (Row) throws -> Value
    ) throws -> Value? {
        try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments).map(read)
    }

    func all<Value>(
        _ sql: String,
        _ arguments: StatementArguments,
        _ read: (Row) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        let rows = try Row.fetchCursor(db.cachedStatement(sql: sql), arguments: arguments)
        while let row = try rows.next() { values.append(try read(row)) }
        return values
    }
}

/// A `WHERE` that grows with the conditions asked for.
struct Conditions {
    private var parts: [String] = []
    private(set) var arguments = StatementArguments()

    mutating func require(_ column: String, in values: [String]?) {
        guard let values else { return }
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        parts.append("\(column) IN (\(marks))")
        arguments += StatementArguments(values)
    }

    mutating func require(_ column: String, equals value: String?) {
        guard let value else { return }
        parts.append("\(column) = ?")
        arguments += [value]
    }

    mutating func require(_ condition: String) { parts.append(condition) }

    mutating func require(_ condition: String, _ values: StatementArguments) {
        parts.append(condition)
        arguments += values
    }

    /// Puts a value in front of the others, for a mark in front of the `WHERE`.
    mutating func precede(with value: String) { arguments = [value] + arguments }

    var clause: String { parts.isEmpty ? "" : " WHERE " + parts.joined(separator: " AND ") }

    /// The arguments with a limit behind them.
    func arguments(limit: Int) -> StatementArguments { arguments + [limit] }
}

extension Row {
    func digest(_ column: String, table: String) throws -> ContentDigest {
        guard let digest = ContentDigest(hex: self[column]) else { throw LedgerError.damagedRow(table) }
        return digest
    }

    func time(_ column: String) -> Timestamp { Timestamp(milliseconds: self[column]) }

    /// Flags are code words: they hold no line ends.
    func flags(_ column: String) -> [String] {
        let text: String = self[column]
        return text.split(separator: "\n").map(String.init)
    }
}
