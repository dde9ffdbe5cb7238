/// How a drop folder is taken in.
package struct IngestConfiguration: Sendable, Hashable {
    /// How long a file must be left alone before it counts as complete.
    package var settleTime: Duration = .seconds(10)
    /// A file that has not settled, or keeps the name of a copy in progress, for so long is given up.
    package var incompleteTimeout: Duration = .seconds(24 * 3600)
    /// How long nothing must arrive for a study before its series are planned.
    package var studyQuietTime: Duration = .seconds(30)
    /// Between two scans.
    package var pollInterval: Duration = .seconds(2)
    /// Whether an original is removed once its copy and its row are durable.
    package var deletesAfterIngest = false
    /// Larger files are quarantined where they lie, in bytes.
    package var maximumFileSize: Int64 = 4 << 30
    /// What must stay free on the store's disk, in bytes: intake pauses before it is full.
    package var reservedSpace: Int64 = 256 << 20
    /// Files between two commits to the ledger.
    package var batchSize = 100
    /// Files that one round judges at most, so that a flood does not keep the service from its other duties.
    package var filesPerRound = 1000
    /// The label of the drop folder in the ledger.
    package var rootLabel = "incoming"

    package init() {}
}
