import DurableFiles
import Glibc

/// `preread train` as a child of the service, with lower priority.
///
/// A service that ends asks it to save its state and end; one that is killed leaves it running. Either way the run is
/// resumed later.
final class TrainingProcess {
    private let id: pid_t
    private var status: Int32?

    /// Starts the program that runs now with other arguments; what it prints goes where the service's messages go.
    init(arguments: [String]) throws(FileError) {
        // See: 'man 3 posix_spawn'
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, 2, 1)
        // A group of its own: a signal from the terminal is for the service to pass on.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Dispatch's threads block most signals, and a child inherits what its parent's thread blocks.
        var (none, defaults) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGTERM)
        sigaddset(&defaults, SIGINT)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        var child: pid_t = 0
        let copies = (["preread"] + arguments).map { $0.withCString { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        let result = posix_spawn(&child, "/proc/self/exe", &actions, &attributes, copies + [nil], environ)
        guard result == 0 else { throw FileError(operation: "posix_spawn", subject: "training", errno: result) }
        id = child
    }

    /// The exit status once the process has ended, else nil; 128 and more stands for a signal.
    func poll() -> Int32? {
        if let status { return status }
        var raw: Int32 = 0
        guard waitpid(id, &raw, WNOHANG) == id else { return nil }
        let code = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        status = code
        return code
    }

    /// Asks it to save its state and end.
    func stop() {
        guard poll() == nil else { return }
        kill(id, SIGTERM)
    }
}
