/// Random numbers that depend on where they are needed alone: seed, step, item and purpose, and how many came before.
///
/// A run that resumes needs nothing but its step number to draw what it would have drawn. The finaliser is that of
/// SplitMix64 (Steele, Lea and Flood 2014).
public struct CounterRandom: Sendable, RandomNumberGenerator {
    /// What numbers are drawn for; each has a stream of its own, so that a change in one place moves nothing elsewhere.
    public enum Purpose: UInt64, Sendable {
        case sampling = 1
        case augmentation = 2
        case structures = 3
        case promptKind = 4
        case box = 5
        case points = 6
        case rounds = 7
        case validation = 8
    }

    private var state: UInt64
    private static let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The stream of a place.
    public init(seed: UInt64, step: Int, item: Int, purpose: Purpose) {
        state = seed
        for part in [UInt64(bitPattern: Int64(step)), UInt64(bitPattern: Int64(item)), purpose.rawValue] {
            state = Self.mixed(state &+ Self.gamma &* (part &+ 1))
        }
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= Self.gamma
        return Self.mixed(state)
    }

    /// A number in 0..<1 of 53 bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in low..<high.
    public mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    /// A whole number in 0..<count.
    public mutating func index(below count: Int) -> Int {
        precondition(count > 0, "nothing to choose from")
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// A stable number for a text: FNV-1a of its UTF-8 bytes, mixed.
    static func hash(_ text: String, salt: UInt64 = 0) -> UInt64 {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
        return mixed(hash &+ gamma &* (salt &+ 1))
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
