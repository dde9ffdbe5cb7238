import DurableFiles

/// What the name of a dropped file says about its delivery.
enum DeliveryName {
    private static let suffixes = [".part", ".tmp", ".filepart", ".crdownload", "~"]

    /// Whether programs that copy files use such names until they are done, or the file is hidden.
    ///
    /// Only the file's own name counts. The file is waited for: it is renamed when it is complete.
    static func isInProgress(_ path: RawPath) -> Bool {
        let name = path.lastComponent
        // A name that is nothing but dots hides nothing.
        if name.bytes.first == UInt8(ascii: "."), name.bytes.contains(where: { $0 != UInt8(ascii: ".") }) {
            return true
        }
        return suffixes.contains { name.hasSuffix($0) }
    }
}
