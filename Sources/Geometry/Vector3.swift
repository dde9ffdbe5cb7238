/// A point or a direction in the patient coordinate system: LPS, in millimetres.
///
/// x grows towards the patient's left, y towards the back (posterior), z towards the head (PS3.3 section C.7.6.2.1.1).
public struct Vector3: Sendable, Hashable, Codable {
    /// Towards the left.
    public var x: Double
    /// Towards the back.
    public var y: Double
    /// Towards the head.
    public var z: Double

    /// A vector from its three components, in millimetres.
    public init(_ x: Double, _ y: Double, _ z: Double) {
        self.x = x
        self.y = y
        self.z = z
    }

    /// The origin.
    public static let zero = Vector3(0, 0, 0)

    /// The sum.
    public static func + (a: Vector3, b: Vector3) -> Vector3 { Vector3(a.x + b.x, a.y + b.y, a.z + b.z) }
    /// The difference.
    public static func - (a: Vector3, b: Vector3) -> Vector3 { Vector3(a.x - b.x, a.y - b.y, a.z - b.z) }
    /// Every component times a factor.
    public static func * (a: Vector3, s: Double) -> Vector3 { Vector3(a.x * s, a.y * s, a.z * s) }
    /// The opposite direction.
    public static prefix func - (a: Vector3) -> Vector3 { Vector3(-a.x, -a.y, -a.z) }

    /// The dot product.
    public func dot(_ other: Vector3) -> Double { x * other.x + y * other.y + z * other.z }

    /// The right-handed cross product.
    public func cross(_ other: Vector3) -> Vector3 {
        Vector3(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
    }

    /// The Euclidean length.
    public var length: Double { dot(self).squareRoot() }

    /// The same direction with length 1, or `nil` for a vector that has none.
    public var normalized: Vector3? {
        let length = length
        return length > 1e-12 && length.isFinite ? self * (1 / length) : nil
    }

    /// Whether every component is a finite number.
    public var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}
