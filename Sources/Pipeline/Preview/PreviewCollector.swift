/// Keeps the bytes of the slices that the preview will show: at most 20, spread evenly over those with a prompt.
struct PreviewCollector {
    static let limit = 20
    /// Slices of the stack, ascending.
    let chosen: [Int]
    private(set) var grey: [Int: [UInt8]] = [:]

    init(slices: [Int]) {
        guard slices.count > Self.limit else {
            chosen = slices
            return
        }
        let step = Double(slices.count - 1) / Double(Self.limit - 1)
        chosen = (0..<Self.limit).map { slices[Int((Double($0) * step).rounded())] }
    }

    mutating func add(_ bytes: [UInt8], at slice: Int) {
        if chosen.contains(slice) { grey[slice] = bytes }
    }
}
