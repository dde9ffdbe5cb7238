import GRDB
import Ledger

// Pages of the worklist. Each is read along an index, so that the hundred-thousandth row is as near as the first.

extension SQLiteStorage {
    /// More series than this are not gathered before the jobs are looked at: then nearly every job fits.
    private static let mostSeries = 2_000

    package func worklistCounts() throws -> WorklistCounts {
        var counts = WorklistCounts()
        let rows = try all(
            """
            SELECT state, count(*) AS count, sum(is_conflict) AS conflicts FROM job INDEXED BY job_changed
            WHERE superseded_by IS NULL GROUP BY state
            """,
            []
        ) { row in
            guard let state = JobState(rawValue: row["state"]) else { throw LedgerError.damagedRow("job") }
            return (state, row["count"] as Int, row["conflicts"] as Int)
        }
        for (state, count, conflicts) in rows {
            counts.states[state] = count
            counts.conflicts += conflicts
        }
        return counts
    }

    package func worklist(_ query: WorklistQuery) throws -> [WorklistRow] {
        var conditions = Conditions()
        let rank = query.selection.rankColumn
        conditions.select(query.selection)
        if let profile = query.profile { conditions.require("job.profile_id", equals: profile) }
        if let after = query.after {
            let sign = query.selection.isWaiting ? ">" : "<"
            conditions.require("(job.\(rank), job.id) \(sign) (?, ?)", [after.rank, after.job.rawValue])
        }
        var source = "job"
        if let search = query.search {
            let found = try series(matching: search)
            if found.count <= Self.mostSeries {
                // The few series first, then their jobs: CROSS JOIN keeps the order.
                source = "json_each(?) AS found CROSS JOIN job ON job.series_uid = found.value"
                conditions.precede(with: try StoredJSON.text(found))
            } else {
                // One after the other along the index: the page is full long before all were looked at.
                conditions.require(
                    """
                    EXISTS (SELECT 1 FROM series_display
                        WHERE series_uid = job.series_uid AND \(Self.wordConditions(search)))
                    """,
                    StatementArguments(search.words.value)
                )
            }
        }
        let order = query.selection.isWaiting ? "ASC" : "DESC"
        // The page's jobs first: what is joined to them is then read for these alone.
        return try all(
            """
            WITH page AS MATERIALIZED (
                SELECT job.id AS id, job.\(rank) AS rank FROM \(source)\(conditions.clause)
                ORDER BY job.\(rank) \(order), job.id \(order) LIMIT ?)
            \(Self.rows) ORDER BY page.rank \(order), page.id \(order)
            """,
            conditions.arguments(limit: query.limit),
            worklistRow
        )
    }

    /// The rows of a table `page` of jobs and ranks.
    private static let rows = """
        SELECT job.*, page.rank AS rank, study.number AS study_number, study.first_seen AS study_first_seen,
            series.modality AS series_modality, (SELECT count(*) FROM job_instance WHERE job_id = job.id) AS instances,
            display.*
        FROM page JOIN job ON job.id = page.id JOIN study ON study.uid = job.study_uid
            JOIN series ON series.uid = job.series_uid
            LEFT JOIN series_display AS display ON display.series_uid = job.series_uid
        """

    package func worklistRow(_ job: JobID) throws -> WorklistRow? {
        try one(
            "WITH page AS (SELECT id, updated AS rank FROM job WHERE id = ?) \(Self.rows)",
            [job.rawValue],
            worklistRow
        )
    }

    package func resultCounts(since moment: Timestamp) throws -> [Timestamp: Int] {
        let counts = try all(
            """
            SELECT time / 3600000 * 3600000 AS hour, count(*) AS count FROM event
            WHERE action = 'annotate' AND time >= ? GROUP BY hour
            """,
            [moment.milliseconds]
        ) { ($0.time("hour"), $0["count"] as Int) }
        return Dictionary(uniqueKeysWithValues: counts)
    }

    private func worklistRow(_ row: Row) throws -> WorklistRow {
        WorklistRow(
            job: try job(row),
            rank: row["rank"],
            study: (StudyNumber(rawValue: row["study_number"]), row.time("study_first_seen")),
            volume: (row["series_modality"], row["instances"]),
            display: row["patient_name"] == nil ? nil : display(row)
        )
    }

    /// The series in which the words occur or that the UID is of; one more than ``mostSeries`` where there are too many.
    private func series(matching search: WorklistSearch) throws -> [String] {
        var found: [String] = []
        if let uid = search.uid?.value {
            found = try all(
                """
                SELECT uid FROM series WHERE study_uid = ?1
                UNION SELECT uid FROM series WHERE uid = ?1
                UNION SELECT series_uid FROM instance WHERE sop_instance_uid = ?1
                UNION SELECT series_uid FROM job WHERE segmentation_uid = ?1
                """,
                [uid]
            ) { $0["uid"] }
        }
        let words = search.words.value
        guard !words.isEmpty else { return found }
        let named: [String] = try all(
            "SELECT series_uid FROM series_display WHERE \(Self.wordConditions(search)) LIMIT ?",
            StatementArguments(words) + [Self.mostSeries + 1]
        ) { $0["series_uid"] }
        return Array(Set(found + named))
    }

    private static func wordConditions(_ search: WorklistSearch) -> String {
        search.words.value.map { _ in "instr(search, ?) > 0" }.joined(separator: " AND ")
    }
}

extension WorklistSelection {
    fileprivate var rankColumn: String { isWaiting ? "attention" : "updated" }
}

extension Conditions {
    fileprivate mutating func select(_ selection: WorklistSelection) {
        switch selection {
        case .open: require("job.attention IS NOT NULL")
        case .waiting(let state):
            require("job.attention IS NOT NULL")
            // Ranks of results are from 2 on, the rank of what needs a prompt is 1.
            require(state == .needsPrompt ? "job.attention = 1.0" : "job.attention >= 2.0")
        case .state(let state):
            require("job.superseded_by IS NULL")
            require("job.state", equals: state.rawValue)
        case .all: break
        }
    }
}
