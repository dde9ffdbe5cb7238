import Atlas
import Geometry
import Profiles

extension ConfidenceRule {
    /// The gates and the fusion of a profile's segment.
    public init(_ segment: ProfileSegment) {
        self.init()
        minimumAgreement = segment.gates.minimumAgreement
        minimumPredictedIoU = segment.gates.minimumPredictedIoU
        minimumConfidence = segment.gates.minimumConfidence
        usesPrior = segment.fusion == .priorWhereDisagreeing
    }
}

extension AtlasRegistration.Options {
    /// What a profile asks of the registration.
    init(_ rule: RegistrationRule) {
        self.init()
        region =
            switch rule.region {
            case .trunk: .trunk
            case .head: .head
            }
        neededScore = rule.minimumLevelScore
        neededOverlap = rule.minimumOverlap
        sizeRatios = rule.minimumSizeRatio...max(rule.minimumSizeRatio, rule.maximumSizeRatio)
    }
}

extension SideMargins {
    /// The patient's margins on the sides of a slice: the same scan stored another way round gets the same box.
    init(_ margins: BoxMargins, on plane: PlaneGeometry) {
        func margin(_ vector: Vector3) -> Double {
            margins[PatientDirection(nearestToX: vector.x, y: vector.y, z: vector.z)]
        }
        self.init(
            left: margin(-plane.rowDirection),
            top: margin(-plane.columnDirection),
            right: margin(plane.rowDirection),
            bottom: margin(plane.columnDirection)
        )
    }
}
