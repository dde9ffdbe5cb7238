import COneDNN
import DurableFiles
import Glibc
import Tensors

/// Where packed weights are kept between runs: a file for each model, precision, kind of CPU and version of oneDNN.
///
/// The files only save time: one that is missing, damaged or made elsewhere is made anew, and one that cannot be written
/// is done without. They may be deleted at any time; those that were not used for long are deleted when a file is written.
public struct PackedWeightCache: Sendable {
    /// The folder; it is made when it is missing.
    public let folder: RawPath
    /// What tells the model's weights from all others, such as the digest of their file.
    public let digest: String
    /// Asked before a file is written: whether the weights that were packed are those of the digest.
    let isTrusted: @Sendable () -> Bool
    /// Told in words why a file could not be written.
    let warn: @Sendable (String) -> Void

    /// So many files are kept at most, and so many bytes: a model in its three arithmetics takes up to 2 GB.
    static let (fileLimit, byteLimit) = (8, 6 << 30)
    private static let suffix = ".packed"

    /// Keeps the packed weights of the model with that digest in a folder.
    public init(
        folder: RawPath,
        digest: String,
        isTrusted: @escaping @Sendable () -> Bool = { true },
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        (self.folder, self.digest, self.isTrusted, self.warn) = (folder, digest, isTrusted, warn)
    }

    /// Everything that the contents depend on but the layers, whose sizes stand in the file.
    func key(_ precision: NetworkPrecision) -> String {
        var name = [CChar](repeating: 0, count: Int(PREREAD_CPU_NAME_SIZE))
        preread_cpu_name(&name)
        let cpu = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = ["1", digest, precision.rawValue, cpu, String(preread_onednn_version())]
        return SHA256Digest(of: fields.joined(separator: "\n").utf8).hex
    }

    func path(_ precision: NetworkPrecision) -> RawPath {
        folder.appending(key(precision).prefix(32) + "-" + precision.rawValue + Self.suffix)
    }

    /// Notes that a file is in use, so that it is among the last to be deleted.
    func touch(_ precision: NetworkPrecision) {
        // Advice only: a folder that is not ours to change is read all the same. See: 'man 2 utimensat'
        _ = path(precision).withCString { utimensat(AT_FDCWD, $0, nil, 0) }
    }

    /// Deletes the files that were not used for longest beyond the limits, and what writers that were killed left an hour
    /// ago. A file that somebody has mapped stays until they end.
    func prune(keeping kept: RawPath, files: Int = fileLimit, bytes: Int = byteLimit) {
        guard let entries = try? FolderScan.entries(of: folder) else { return }
        var packed = entries.filter {
            $0.kind == .file && $0.name.bytes.suffix(Self.suffix.utf8.count).elementsEqual(Self.suffix.utf8)
        }
        func order(_ entry: FolderScan.Entry) -> (Int, Int64) {
            (folder.appending(entry.name) == kept ? 1 : 0, entry.modified)
        }
        packed.sort { order($0) > order($1) }
        var size = 0
        for (index, entry) in packed.enumerated() {
            size += entry.size
            if index > 0, index >= files || size > bytes { remove(entry) }
        }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let hourAgo = (Int64(now.tv_sec) - 3_600) * 1_000_000_000
        for entry in entries where entry.name.bytes.starts(with: AtomicFile.temporaryPrefix.utf8) {
            if entry.modified < hourAgo { remove(entry) }
        }
    }

    private func remove(_ entry: FolderScan.Entry) {
        _ = folder.appending(entry.name).withCString { unlink($0) }
    }
}
