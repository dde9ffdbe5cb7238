import DurableFiles
import Profiles

/// What tells one network in memory from another.
struct LoadedNetwork: Hashable {
    /// Of the weights.
    let digest: SHA256Digest
    let precision: ProfileModel.Precision
}
