import DurableFiles

/// UIDs that follow from what they name: the same input gives the same UID, anything different another one.
///
/// They are `2.25.` and a version-5 UUID (PS3.5 section B.2). No time and no random number goes in, so that a job that
/// is repeated after a crash cannot make a second segmentation.
package enum SegmentationIdentity {
    /// The name space of this product's UIDs; chosen once at random and never changed.
    private static let namespace: [UInt8] = [
        157, 178, 79, 222, 167, 142, 64, 234, 166, 104, 64, 225, 95, 66, 198, 229,
    ]

    /// The UID of a name made of parts. Each part is preceded by its length, so that no two lists give one name.
    static func uid(_ parts: String...) -> String {
        let name = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return NameBasedUUID(namespace: namespace, name: name).dicomUID
    }

    /// Tracking UID of a structure of a study, whatever the series, the model or the numbering of the segments.
    package static func trackingUID(studyInstanceUID: String, trackingID: String) -> String {
        uid("tracking", studyInstanceUID, trackingID)
    }
}

/// Collects what a segmentation's UIDs follow from, in an order that does not depend on the order of the source frames.
struct SegmentationFingerprint {
    private var accumulator = SHA256Accumulator()

    mutating func add(_ name: String, _ value: String) {
        let text = "\(name.utf8.count):\(name)\(value.utf8.count):\(value)"
        Array(text.utf8).withUnsafeBytes { accumulator.update($0) }
    }

    /// Adds the pixels of a segment: its frames in order of position, absent ones marked.
    mutating func add(_ frames: [FrameMask?]) {
        for frame in frames {
            add("frame", frame.map { SHA256Digest(of: $0.packed).hex } ?? "")
        }
    }

    var digest: SHA256Digest { accumulator.digest() }
}
