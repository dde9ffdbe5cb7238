import DurableFiles

/// What is wrong with a profile, a set of profiles, the code table or the site file, and how it can be put right.
///
/// These files are configuration: they hold no patient data, so their contents may be shown.
public struct ProfileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One thing that is wrong, at one place.
    public struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// The file as it was named to Preread.
        public let file: String
        /// Counted from 1; `nil` where the problem has no line, such as a missing file.
        public let line: Int?
        /// What is wrong, without a final full stop.
        public let message: String
        /// What to do about it.
        public let remedy: String

        /// One thing that is wrong.
        public init(file: String, line: Int?, message: String, remedy: String) {
            self.file = file
            self.line = line
            self.message = message
            self.remedy = remedy
        }

        /// `file:line: what is wrong. What to do.`
        public var description: String {
            let place = line.map { "\(file):\($0)" } ?? file
            return "\(place): \(message). \(remedy)."
        }
    }

    /// At least one, in the order of files and lines.
    public let problems: [Problem]

    /// An error of at least one problem.
    public init(_ problems: [Problem]) {
        precondition(!problems.isEmpty, "an error says what is wrong")
        self.problems = problems
    }

    init(file: String, line: Int? = nil, _ message: String, remedy: String) {
        self.init([Problem(file: file, line: line, message: message, remedy: remedy)])
    }

    /// A line for each problem.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

extension ProfileError {
    /// A file of configuration that cannot be read. See: 'man 2 open'.
    static func unreadable(_ path: RawPath, what: String, _ error: FileError) -> ProfileError {
        ProfileError(
            file: path.displayName,
            "the \(what) cannot be read: \(error.reason ?? error.description)",
            remedy: "Put a regular file there, not a link, that the service's user may read"
        )
    }
}
