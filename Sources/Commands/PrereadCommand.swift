import ArgumentParser

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
            AnnotateCommand.self, ServeCommand.self, StatusCommand.self, JobsCommand.self, QuarantineCommand.self,
            ProfilesCommand.self, AtlasCommand.self, ModelsCommand.self, EvaluateCommand.self, DoctorCommand.self,
            InspectInstancesCommand.self,
        ]
    )
}

/// Runs the command line and ends the process with its exit status.
public enum CommandLineProgram {
    /// Parses the process's arguments, runs the verb, and exits.
    public static func main() async -> Never {
        do {
            var command = try PrereadCommand.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(with: .done)
        } catch let error as CommandFailure {
            if !error.message.isEmpty { StandardError.print("preread: \(error.message)") }
            exit(with: error.status)
        } catch {
            let code = PrereadCommand.exitCode(for: error)
            if code == .success {
                print(PrereadCommand.fullMessage(for: error))
                exit(with: .done)
            }
            if code == .validationFailure {
                StandardError.print(PrereadCommand.fullMessage(for: error))
                exit(with: .wrongUse)
            }
            StandardError.print("preread: \(error)")
            exit(with: .findings)
        }
    }

    private static func exit(with status: ExitStatus) -> Never {
        PrereadCommand.exit(withError: ExitCode(status.rawValue))
    }
}
