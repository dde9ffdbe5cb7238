import DICOMFiles
import DurableFiles
import Ledger

extension ImageSeries {
    /// A job's volume from the store; a file that is not the one that was stored is refused.
    package init(_ instances: [Instance], in store: RawPath) throws {
        let headers = try instances.map { instance in
            let header = try InstanceHeader(reading: store.appending(instance.storePath), pixelCheck: .none)
            guard header.digest.hex == instance.digest.hex else {
                throw DICOMFileError(.uidConflict, "A file of the store is not the one that was stored")
            }
            return header
        }
        self.init(headers: headers)
    }
}
