import DurableFiles

/// Publishes segmentations: built in memory, written to a temporary name, read back and compared, and only then
/// renamed.
public enum SegmentationWriter {
    /// Builds and writes a segmentation; the folder of `path` must exist.
    ///
    /// After this returns ``SegmentationOutcome/encoded(_:)`` the file is complete, on disk, and holds what was asked
    /// for. When it throws, or nothing was found, there is no new file.
    ///
    /// - Throws: ``SegmentationError``; `DICOMFileError` when a source cannot be read; `FileError` when the file system
    ///   refuses, `EEXIST` for an existing file that is to be kept.
    @discardableResult
    public static func write(
        _ request: SegmentationRequest,
        to path: RawPath,
        existing: AtomicFile.Existing = .keep
    ) throws -> SegmentationOutcome {
        let outcome = try SegmentationBuilder.build(request)
        guard case .encoded(var segmentation) = outcome else { return outcome }
        try AtomicFile.writePieces(
            to: path,
            existing: existing,
            subject: "SEG",
            verify: { try SegmentationVerifier.verify($0, holds: segmentation, of: request) },
            { file in
                var accumulator = SHA256Accumulator()
                try segmentation.forEachPiece { piece throws(FileError) in
                    accumulator.update(piece)
                    try file.append(piece)
                }
                segmentation.knownDigest = accumulator.digest()
            }
        )
        return .encoded(segmentation)
    }
}
