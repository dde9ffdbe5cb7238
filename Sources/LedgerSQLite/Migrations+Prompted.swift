import GRDB
import Ledger

extension Migrations {
    /// A job that needed prompts may be reviewed without a result of its own: a person drew what there was.
    ///
    /// Only a CHECK becomes weaker, which no row can break, so that the table's text may be edited in place: see "Making
    /// Other Kinds Of Table Schema Changes" in https://www.sqlite.org/lang_altertable.html.
    static func allowReviewsWithoutResult(_ db: Database) throws {
        let states = "('annotated', 'accepted', 'corrected', 'rejected')"
        let schema = "FROM sqlite_schema WHERE type = 'table' AND name = 'job'"
        let version = try Int.fetchOne(db, sql: "PRAGMA schema_version") ?? 0
        try db.execute(sql: "PRAGMA writable_schema = ON")
        try db.execute(
            sql: """
                UPDATE sqlite_schema SET sql = replace(sql, ?, '(''annotated'')')
                    WHERE type = 'table' AND name = 'job'
                """,
            arguments: [states]
        )
        // Other connections read the schema anew, and so does this one.
        try db.execute(sql: "PRAGMA schema_version = \(version + 1)")
        try db.execute(sql: "PRAGMA writable_schema = RESET")
        let text = try String.fetchOne(db, sql: "SELECT sql \(schema)") ?? ""
        guard text.contains("state NOT IN ('annotated')"), !text.contains(states) else {
            throw LedgerError(.corrupt, "the table of jobs is not as it was made")
        }
    }
}
