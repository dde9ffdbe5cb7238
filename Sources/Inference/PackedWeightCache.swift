import COneDNN
import DurableFiles
import Tensors

/// Where packed weights are kept between runs: a file for each model, precision, kind of CPU and version of oneDNN.
///
/// The files only save time: one that is missing, damaged or made elsewhere is made anew, and one that cannot be written
/// is done without. They may be deleted at any time.
public struct PackedWeightCache: Sendable, Hashable {
    /// The folder; it is made when it is missing.
    public let folder: RawPath
    /// What tells the model's weights from all others, such as the digest of their file.
    public let digest: String

    /// Keeps the packed weights of the model with that digest in a folder.
    public init(folder: RawPath, digest: String) {
        (self.folder, self.digest) = (folder, digest)
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
        folder.appending(key(precision).prefix(32) + "-" + precision.rawValue + ".packed")
    }
}
