import DurableFiles
import Synchronization

/// Keeps masks in a file while nobody looks at them, so that the memory of a job does not grow with its masks.
///
/// A mask that was put aside is used like any other: its pixels are read each time they are asked for, which makes
/// ``FrameMask/inMemory`` worth its while for whoever asks often. Its size and the number of its pixels stay in memory, and
/// so does a checksum. Pixels that cannot be read again, or are not those that were written, are no pixels, and
/// ``check()`` says so: whoever publishes something asks it first.
public final class MaskScratch: Sendable {
    /// `nil` where none could be made.
    let file: ScratchFile?
    private let failure = Mutex<SegmentationError?>(nil)

    /// Puts masks on the file system of a folder; where that has no room for them they stay in memory.
    public init(in folder: RawPath) {
        file = try? ScratchFile(in: folder)
    }

    /// The same mask, put aside unless it is small.
    public func putAside(_ mask: FrameMask) -> FrameMask {
        guard let file, let form = mask.formInMemory, form.byteCount > Self.smallest else { return mask }
        let stored = form.withBytes { bytes -> StoredMask? in
            guard let place = try? file.append(bytes) else { return nil }
            return StoredMask(
                scratch: self,
                place: place,
                byteCount: bytes.count,
                isBits: form.isBits,
                checksum: checksum(bytes)
            )
        }
        return stored.map { FrameMask(mask, stored: $0) } ?? mask
    }

    /// The same masks, put aside.
    public func putAside(_ mask: SegmentMask) -> SegmentMask {
        SegmentMask(frames: mask.frames.map { $0.map(putAside) })
    }

    /// Throws a ``SegmentationError`` where a mask could not be read again.
    public func check() throws(SegmentationError) {
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// A mask of some runs takes no more than its place in a list.
    private static let smallest = 96

    fileprivate func read(_ stored: StoredMask) -> MaskForm {
        do {
            guard let file else {
                throw FileError(operation: "read", subject: "scratch file", errno: 0, reason: "none")
            }
            let form = try MaskForm(isBits: stored.isBits, byteCount: stored.byteCount) { bytes in
                try file.read(at: stored.place, into: bytes)
            }
            guard form.withBytes(checksum) == stored.checksum else {
                throw FileError(operation: "read", subject: "scratch file", errno: 0, reason: "other bytes")
            }
            return form
        } catch {
            failure.withLock {
                $0 = SegmentationError(.verificationFailed, "a mask that was put aside is lost: \(error)")
            }
            return .changes([])
        }
    }
}

/// Where a mask lies that was put aside.
final class StoredMask: Sendable {
    private let scratch: MaskScratch
    fileprivate let place: Int
    fileprivate let byteCount: Int
    fileprivate let isBits: Bool
    fileprivate let checksum: UInt64

    fileprivate init(scratch: MaskScratch, place: Int, byteCount: Int, isBits: Bool, checksum: UInt64) {
        self.scratch = scratch
        self.place = place
        self.byteCount = byteCount
        self.isBits = isBits
        self.checksum = checksum
    }

    var form: MaskForm { scratch.read(self) }
}

/// FNV-1a over words in place of bytes; it finds what a disk does, not what a person does.
private func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    let words = bytes.count / 8
    for index in 0..<words {
        sum = (sum ^ bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)) &* 0x100_0000_01B3
        sum ^= sum >> 29
    }
    for byte in bytes[(8 * words)...] { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return sum
}
