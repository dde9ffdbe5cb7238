import DICOMFiles
import DurableFiles
import Foundation
import Ledger

/// Headers as the ledger keeps them: JSON, with paths relative to the store so that a store can be moved.
package enum StoredHeader {
    /// The bytes for ``InstanceCandidate/header``.
    static func encode(_ header: InstanceHeader, storePath: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(header.moved(to: RawPath(storePath))))
    }

    /// The header of a stored instance, its path made complete with that of the store.
    ///
    /// - Throws: `DecodingError` where the row was written by another version.
    package static func decode(_ instance: Instance, store: RawPath) throws -> InstanceHeader {
        let header = try JSONDecoder().decode(InstanceHeader.self, from: Data(instance.header))
        return header.moved(to: store.appending(instance.storePath))
    }
}
