import DurableFiles
import Glibc

/// A program that was started to do one thing and may be killed at any moment, with pipes to its standard input and output.
package struct ChildProcess: ~Copyable {
    private let id: pid_t
    /// Where the child reads.
    private let input: Int32
    /// Where the child writes.
    private let output: Int32
    private var buffer: [UInt8] = []
    /// Bytes of ``buffer`` that hold no line end.
    private var searched = 0

    /// The descriptor under which a child finds one that is passed to it.
    package static let passedDescriptor: Int32 = 3

    /// Starts a program by its full path, with an environment that says where to find libraries and no more.
    ///
    /// Where a descriptor is passed the child has a copy of it as ``passedDescriptor``.
    package init(executable: String, arguments: [String], passing passed: Int32? = nil) throws(FileError) {
        let toChild = try Self.makePipe()
        let fromChild: (read: Int32, write: Int32)
        do throws(FileError) {
            fromChild = try Self.makePipe()
        } catch {
            close(toChild.read)
            close(toChild.write)
            throw error
        }
        let (status, child) = Self.spawn(
            executable,
            arguments,
            (toChild.read, fromChild.write, passed)
        )
        close(toChild.read)
        close(fromChild.write)
        guard status == 0 else {
            close(toChild.write)
            close(fromChild.read)
            throw FileError(operation: "posix_spawn", subject: "inspection", errno: status)
        }
        id = child
        input = toChild.write
        output = fromChild.read
    }

    deinit {
        close(input)
        close(output)
        kill(id, SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
    }

    /// Writes bytes to the child.
    ///
    /// - Returns: whether it took them all; a child that died does not.
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(input, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Reads up to the next line end.
    ///
    /// - Returns: `nil` where the child ended, stayed silent past the deadline or wrote more than `limit` bytes.
    package mutating func readLine(within deadline: Duration, limit: Int) -> [UInt8]? {
        let end = ContinuousClock.now + deadline
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<newline])
                buffer.removeSubrange(...newline)
                searched = 0
                return line
            }
            searched = buffer.count
            let left = (end - ContinuousClock.now).components
            guard left.seconds >= 0, left.attoseconds >= 0, buffer.count <= limit else { return nil }
            // See: 'man 2 poll'
            var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1
            let ready = poll(&wait, 1, Int32(clamping: milliseconds))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let count = read(output, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            buffer += piece[..<count]
        }
    }

    /// A second descriptor for what the child reads, which the caller closes: it may be written to while another thread
    /// waits for an answer.
    package func copyInput() throws(FileError) -> Int32 {
        let copy = fcntl(input, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw FileError(operation: "dup", subject: "inspection", errno: errno) }
        return copy
    }

    /// A pipe that other children do not inherit.
    private static func makePipe() throws(FileError) -> (read: Int32, write: Int32) {
        // See: 'man 2 pipe'. The system library's module does not show pipe2, which would close the gap between the two calls;
        // a child that is started in it holds a pipe that it does not use.
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw FileError(operation: "pipe", subject: "inspection", errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ executable: String,
        _ arguments: [String],
        _ descriptors: (input: Int32, output: Int32, passed: Int32?)
    ) -> (status: Int32, child: pid_t) {
        // See: 'man 3 posix_spawn'
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, descriptors.input, 0)
        posix_spawn_file_actions_adddup2(&actions, descriptors.output, 1)
        if let passed = descriptors.passed { posix_spawn_file_actions_adddup2(&actions, passed, passedDescriptor) }
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // A group of its own: a signal from the terminal is for the service to handle.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var child: pid_t = 0
        let status = withCStrings([executable] + arguments) { argv in
            withCStrings(environment) { envp in
                posix_spawn(&child, executable, &actions, &attributes, argv, envp)
            }
        }
        return (status, child)
    }

    /// Nothing secret is handed down.
    private static var environment: [String] {
        let names: [String] = ["PATH", "LD_LIBRARY_PATH", "DCMDICTPATH"]
        return names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { $0.withCString { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
