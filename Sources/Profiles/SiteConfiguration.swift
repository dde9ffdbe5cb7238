import DurableFiles

/// How one installation is set up: which folders are watched, where results go, which ledger.
///
/// Read from a site file that `site.xsd` beside it describes; what the file leaves out has its default value. Paths that
/// do not begin with `/` are relative to the folder of the site file, and are given here joined to it.
public struct SiteConfiguration: Sendable, Hashable {
    /// Where studies come in, and where everything that becomes of them goes.
    public struct Folders: Sendable, Hashable {
        /// Watched for studies. Default `incoming`.
        public let incoming: RawPath
        /// SEG objects with their receipts. Default `annotated`.
        public let annotated: RawPath
        /// Watched for corrected SEG objects. Default `corrected`.
        public let corrected: RawPath
        /// Files that could not be accepted, with reason codes. Default `rejected`.
        public let rejected: RawPath
        /// Preread's own durable copies. Default `store`.
        public let store: RawPath
    }

    /// How files are taken in.
    public struct Ingest: Sendable, Hashable {
        /// Seconds without a change after which a file is complete. Default 10.
        public let settleSeconds: Double
        /// Seconds without a new instance after which a study may be complete. Default 30.
        public let studyQuietSeconds: Double
        /// Seconds between two scans of the watched folders. Default 2.
        public let pollSeconds: Double
        /// Whether files are removed from the watched folder once they are durably stored. Default false.
        public let deletesAfterIngest: Bool
    }

    /// Who does the work.
    public struct Workers: Sendable, Hashable {
        /// Jobs at the same time; 0 leaves the work to other processes. Default 1.
        public let count: Int
        /// Threads of each worker; `nil` for as many as the machine has cores.
        public let threads: Int?
    }

    /// When and how models are fine-tuned with what people corrected.
    public struct Training: Sendable, Hashable {
        /// Runs, each in a folder of its own. Default `training`.
        public let folder: RawPath
        /// When a run begins by itself; `nil` for never.
        public let schedule: TrainingSchedule?
        /// A run begins by itself when so many corrections have come since the last; `nil` for never.
        public let afterCorrections: Int?
        /// Which parameters learn, by the scope's name. Default `decoder`.
        public let scope: String
        /// A run ends its training after so long. Default 240.
        public let minutes: Double
        /// Memory that a run may use, in megabytes. Default 6000.
        public let memoryMB: Int
        /// Threads of a run; `nil` for as many as the machine has cores.
        public let threads: Int?
        /// Reviewed series that a run needs at least. Default 10.
        public let minimumCases: Int
        /// Patients that a run needs at least, the locked ones included. Default 4.
        public let minimumPatients: Int
        /// Whether what passes the gate is used from then on; else a person promotes it. Default true.
        public let promotes: Bool
        /// Series that a candidate annotates silently, beside the model in use, before it may be promoted. Default 0.
        public let shadowSeries: Int
    }

    /// The review page, where the site has one.
    public struct Web: Sendable, Hashable {
        /// The numeric address that is bound. Default `127.0.0.1`.
        public let host: String
        /// The port; 0 for any that is free. Default 8420.
        public let port: Int
        /// Names by which browsers reach the page, where they are not the address itself.
        public let names: [String]
        /// The users. Default `users.json`.
        public let users: RawPath
        /// What is noted of log-ins, views and decisions. Default `audit.jsonl`.
        public let audit: RawPath
        /// The certificate with its chain, PEM; `nil` for plain HTTP.
        public let certificate: RawPath?
        /// The certificate's key, PEM.
        public let key: RawPath?
        /// Numeric addresses of the proxy that ends TLS; empty without one.
        public let proxy: [String]
        /// The file that holds the proxy's secret.
        public let proxySecret: RawPath?
        /// The header field in which the proxy sends it. Default `X-Preread-Proxy`.
        public let proxyHeader: String
        /// Minutes without a request after which a person has to log in again. Default 15.
        public let idleMinutes: Int
        /// Connections at the same time. Default 2048.
        public let connections: Int
    }

    /// The levels of swift-log.
    public enum LogLevel: String, Sendable, Hashable, CaseIterable {
        case trace
        case debug
        case info
        case notice
        case warning
        case error
        case critical
    }

    /// Where studies come in, and where everything that becomes of them goes.
    public let folders: Folders
    /// The SQLite file of the ledger. Default `ledger.sqlite`.
    public let ledger: RawPath
    /// Default `../profiles`.
    public let profiles: RawPath
    /// Model packages. Default `../models`.
    public let models: RawPath
    /// The model for profiles that name none.
    public let defaultModel: String?
    /// The arithmetic of the encoder for profiles that name none. Default `fp32`.
    public let precision: ProfileModel.Precision
    /// How files are taken in.
    public let ingest: Ingest
    /// Who does the work.
    public let workers: Workers
    /// When and how models are fine-tuned.
    public let training: Training
    /// The review page; `nil` for none.
    public let web: Web?
    /// Default `info`.
    public let logLevel: LogLevel

    /// The name of the schema beside a site file.
    public static let schemaName = "site.xsd"

    /// The defaults of everything, with paths relative to a folder: what a site file without elements there would say.
    public static func defaults(in folder: RawPath) -> SiteConfiguration {
        let empty = XMLElement(name: "site", line: 1, attributes: [:], children: [], text: "")
        var reader = ElementReader(file: "")
        return SiteReader(root: empty, file: "", folder: folder).site(&reader)
    }

    /// Reads and checks a site file with the `site.xsd` in its folder.
    public static func load(_ path: RawPath) throws(ProfileError) -> SiteConfiguration {
        let bytes = try ConfigurationFile.read(path, what: "site file")
        let schema = try ConfigurationFile.schema(path.parent.appending(schemaName))
        let root = try XMLDocument(bytes: bytes, file: path.displayName, schema: schema).root
        return try SiteReader(root: root, file: path.displayName, folder: path.parent).site()
    }
}
