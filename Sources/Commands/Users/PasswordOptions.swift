import ArgumentParser
import Foundation
import Glibc
import ReviewWeb

/// Where a new password comes from. Never from an argument: others on the machine could read it there.
struct PasswordOptions: ParsableArguments {
    @Flag(help: "Take the password from the first line of standard input.")
    var passwordStdin = false

    /// NIST SP 800-63B asks for 8 at least.
    private static let shortest = 10

    /// The hash of the password that is given.
    func hash() throws -> PasswordHash {
        let password = passwordStdin ? readLine(strippingNewline: true) ?? "" : try asked()
        guard password.unicodeScalars.count >= Self.shortest, password.utf8.count <= 1_024 else {
            throw CommandFailure(.wrongUse, "a password has at least \(Self.shortest) characters")
        }
        do {
            return try PasswordHash(password)
        } catch {
            throw CommandFailure(.environment, "the password cannot be hashed: \(error)")
        }
    }

    private func asked() throws -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(.wrongUse, "there is no terminal to ask for the password: use --password-stdin")
        }
        let password = ask("Password: ")
        guard ask("Again: ") == password else { throw CommandFailure(.wrongUse, "the two were not the same") }
        return password
    }

    /// Reads a line without showing it. See: 'man 3 termios', ECHO.
    private func ask(_ prompt: String) -> String {
        var terminal = termios()
        tcgetattr(STDIN_FILENO, &terminal)
        var silent = terminal
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal) }
        FileHandle.standardError.write(Data(prompt.utf8))
        let line = readLine(strippingNewline: true) ?? ""
        FileHandle.standardError.write(Data("\n".utf8))
        return line
    }
}
