import ArgumentParser
import Glibc
import Tensors

/// The root of the command line.
struct PrereadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preread",
        abstract: "Finds organs in CT and MR series and writes DICOM segmentations for review.",
        discussion: """
            For research and for pre-reads under review. Never the diagnosis.
            Exit status: 0 done, 1 findings, 2 wrong use, 3 something is missing on this machine.
            """,
        version: ProgramVersion.number,
        subcommands: [
            AnnotateCommand.self, ServeCommand.self, StatusCommand.self, JobsCommand.self, ReviewCommand.self,
            TrainCommand.self, QuarantineCommand.self, UsersCommand.self, AuditCommand.self,
            ProfilesCommand.self, AtlasCommand.self, ModelsCommand.self, EvaluateCommand.self, BenchCommand.self,
            DoctorCommand.self,
            InspectInstancesCommand.self, InspectCorrectionsCommand.self, ReadImagesCommand.self,
            DecodeVolumeCommand.self,
        ]
    )
}

/// Runs the command line and ends the process with its exit status.
public enum CommandLineProgram {
    /// Parses the process's arguments, runs the verb, and exits.
    public static func main() async -> Never {
        prepareProcess()
        do {
            var command = try PrereadCommand.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(with: .done)
        } catch {
            end(with: error)
        }
    }

    /// What holds for every verb: results and models are for the user who runs it alone, and a limit on the size of
    /// files is an error like a full disk, not the end of the process. See: 'man 2 setrlimit', RLIMIT_FSIZE.
    private static func prepareProcess() {
        HeapSettings.keepFlat()
        umask(0o077)
        signal(SIGXFSZ, SIG_IGN)
    }

    private static func end(with error: any Error) -> Never {
        if !(error is CommandFailure) {
            let code = PrereadCommand.exitCode(for: error)
            if code == .success {
                print(PrereadCommand.fullMessage(for: error))
                exit(with: .done)
            }
            if code == .validationFailure {
                StandardError.print(PrereadCommand.fullMessage(for: error))
                exit(with: .wrongUse)
            }
        }
        let failure = CommandFailure(describing: error)
        if !failure.message.isEmpty { StandardError.print("preread: \(failure.message)") }
        exit(with: failure.status)
    }

    private static func exit(with status: ExitStatus) -> Never {
        PrereadCommand.exit(withError: ExitCode(status.rawValue))
    }
}
