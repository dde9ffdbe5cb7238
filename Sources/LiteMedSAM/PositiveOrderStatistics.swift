/// Percentiles of the voxels above 0 of a volume without sorting it.
///
/// The bit patterns of positive floats ascend with their values, so two histograms of 16 bits each find any rank.
struct PositiveOrderStatistics {
    /// The number of voxels above 0.
    let count: Int
    private let volume: [Float]
    /// How many voxels have these upper 16 bits.
    private let coarse: [Int]

    init(_ volume: [Float]) {
        var coarse = [Int](repeating: 0, count: 1 << 16)
        var count = 0
        for voxel in volume where voxel > 0 {
            coarse[Int(voxel.bitPattern >> 16)] += 1
            count += 1
        }
        self.volume = volume
        self.coarse = coarse
        self.count = count
    }

    /// The percentile q (0…100), linear between the two nearest ranks, in fp64. There must be a voxel above 0.
    func percentile(_ q: Double) -> Double {
        let position = q / 100 * Double(count - 1)
        let rank = Int(position.rounded(.down))
        let fraction = position - Double(rank)
        let below = Double(value(rank: rank))
        let above = Double(value(rank: min(rank + 1, count - 1)))
        // From the nearer end, as numpy does: otherwise the last bit differs.
        return fraction < 0.5
            ? below + (above - below) * fraction : above - (above - below) * (1 - fraction)
    }

    private func value(rank: Int) -> Float {
        var remaining = rank
        var bucket = 0
        while remaining >= coarse[bucket] {
            remaining -= coarse[bucket]
            bucket += 1
        }
        var fine = [Int](repeating: 0, count: 1 << 16)
        for voxel in volume where voxel > 0 && voxel.bitPattern >> 16 == UInt32(bucket) {
            fine[Int(voxel.bitPattern & 0xFFFF)] += 1
        }
        var low = 0
        while remaining >= fine[low] {
            remaining -= fine[low]
            low += 1
        }
        return Float(bitPattern: UInt32(bucket) << 16 | UInt32(low))
    }
}
