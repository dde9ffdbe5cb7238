import DICOMFiles
import DurableFiles
import Ledger

/// A stored object as DICOMweb offers it.
struct WebInstance: Sendable, Hashable {
    let study: String
    let series: String
    let instance: String
    let sopClass: String
    let path: RawPath
    let digest: String
    /// Bytes of the file.
    let size: Int
    let transferSyntax: String
    /// 1 for an image with a single frame.
    let frames: Int

    /// Where it is retrieved, below the interface's root.
    var address: String { "/\(ReviewBase.dicomWeb.rawValue)/studies/\(study)/series/\(series)/instances/\(instance)" }
}

extension WebInstance {
    /// An image of the store; everything of it stands in the ledger.
    init?(_ stored: Instance, store: RawPath) {
        guard let header = try? stored.imageHeader(in: store) else { return nil }
        self.init(
            study: header.studyInstanceUID,
            series: header.seriesInstanceUID,
            instance: header.sopInstanceUID,
            sopClass: header.sopClassUID,
            path: header.path,
            digest: stored.digest.hex,
            size: Int(stored.size),
            transferSyntax: header.transferSyntaxUID,
            frames: header.numberOfFrames
        )
    }

    /// A segmentation, by what stands in it.
    init?(_ document: DICOMDocument, path: RawPath, digest: String, size: Int) {
        guard let study = document.text(.studyInstanceUID), let series = document.text(.seriesInstanceUID),
            let instance = document.text(.sopInstanceUID), let sopClass = document.text(.sopClassUID)
        else { return nil }
        self.init(
            study: study,
            series: series,
            instance: instance,
            sopClass: sopClass,
            path: path,
            digest: digest,
            size: size,
            transferSyntax: document.text(.availableTransferSyntaxUID) ?? "1.2.840.10008.1.2.1",
            frames: document.number(.numberOfFrames) ?? 1
        )
    }
}
