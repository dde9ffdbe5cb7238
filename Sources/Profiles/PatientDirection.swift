/// Where something lies as seen from the patient, along the axes of the LPS coordinate system (PS3.3 section C.7.6.2.1.1).
public enum PatientDirection: String, Sendable, Hashable, CaseIterable {
    /// Towards the patient's left (+x).
    case left
    /// Towards the patient's right (−x).
    case right
    /// Towards the front (−y).
    case anterior
    /// Towards the back (+y).
    case posterior
    /// Towards the head (+z).
    case superior
    /// Towards the feet (−z).
    case inferior

    /// The direction that a vector of patient space points along most; of equally near axes x before y before z.
    public init(nearestToX x: Double, y: Double, z: Double) {
        let (width, depth, height) = (x.magnitude, y.magnitude, z.magnitude)
        if width >= depth, width >= height {
            self = x >= 0 ? .left : .right
        } else if depth >= height {
            self = y >= 0 ? .posterior : .anterior
        } else {
            self = z >= 0 ? .superior : .inferior
        }
    }
}
