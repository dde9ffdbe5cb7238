import DurableFiles

/// What the name of a dropped file says about its delivery.
package enum DeliveryName {
    private static let suffixes = [".part", ".tmp", ".filepart", ".crdownload", "~"]

    /// What desktops leave in folders that people open. It is not going to be renamed.
    private static let litter = [".DS_Store", ".localized", ".directory"].map { RawPath($0) }

    /// Whether programs that copy files use such names until they are done, or the file is hidden.
    ///
    /// Only the file's own name counts. The file is waited for: it is renamed when it is complete.
    package static func isInProgress(_ path: RawPath) -> Bool {
        let name = path.lastComponent
        if isHidden(name), !litter.contains(name), !name.bytes.starts(with: Array("._".utf8)) { return true }
        return suffixes.contains { name.hasSuffix($0) }
    }

    /// A name that is nothing but dots hides nothing.
    private static func isHidden(_ name: RawPath) -> Bool {
        name.bytes.first == UInt8(ascii: ".") && name.bytes.contains { $0 != UInt8(ascii: ".") }
    }
}
