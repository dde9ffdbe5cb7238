import Foundation
import TestSupport

/// Two folders beside each other.
func withTemporaryFolders(_ body: (URL, URL) throws -> Void) throws {
    try withTemporaryFolder { first in
        try withTemporaryFolder { second in try body(first, second) }
    }
}
