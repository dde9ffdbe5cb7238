import DurableFiles
import Foundation
import Glibc
import TestSupport
import Testing

@testable import ReviewWeb

@Suite("The users file") struct UserFileTests {
    private func withFile(_ body: (UserFile) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let file = UserFile(RawPath(folder.path).appending("users.json"))
            try file.edit { users in users = [try UserRecord(name: "anna", role: .admin)] }
            try body(file)
        }
    }

    @Test("It is its owner's alone from the start, whatever the process's mask")
    func isPrivate() throws {
        let mask = umask(0)
        defer { umask(mask) }
        try withFile { file in
            var status = stat()
            #expect(file.path.withCString { stat($0, &status) } == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test("One that others may read is not used", arguments: [0o640, 0o604, 0o660] as [mode_t])
    func readableFilesAreRefused(mode: mode_t) throws {
        try withFile { file in
            #expect(file.path.withCString { chmod($0, mode) } == 0)
            let error = #expect(throws: UserFileError.self) { try file.users() }
            #expect(error?.description.contains("chmod 600") == true)
        }
    }

    @Test("A link in its place is not followed, and a damaged file is not taken for an empty one")
    func oddFilesAreRefused() throws {
        try withFile { file in
            let link = UserFile(file.path.parent.appending("link.json"))
            _ = file.path.withCString { old in link.path.withCString { symlink(old, $0) } }
            #expect(throws: UserFileError.self) { try link.users() }
            try AtomicFile.write(Array("{".utf8), to: file.path)
            #expect(throws: UserFileError.self) { try file.users() }
        }
    }

    @Test(
        "Names that would hurt in a DICOM object, a log or a path are refused",
        arguments: [
            "", " anna", "anna ", "a/b", "a\\b", "Roe^Anna", "a\nb", "\u{202E}anna", "1anna",
            String(repeating: "a", count: 65),
        ]
    )
    func oddNamesAreRefused(name: String) {
        #expect(throws: UserFileError.self) { try UserRecord(name: name, role: .viewer) }
    }

    @Test("Names of people are allowed", arguments: ["anna", "Dr. J. O'Neill", "Jürgen Groß", "m.roe@hospital", "山田"])
    func namesOfPeopleAreAllowed(name: String) throws {
        #expect(try UserRecord(name: name, role: .viewer).name == name)
    }

    @Test("A change that fails changes nothing")
    func failedChangesChangeNothing() throws {
        struct Stop: Error {}
        try withFile { file in
            #expect(throws: Stop.self) {
                try file.edit { users in
                    users = []
                    throw Stop()
                }
            }
            let names = try file.users().map(\.name)
            #expect(names == ["anna"])
        }
    }
}
