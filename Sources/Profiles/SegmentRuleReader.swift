/// Reads what is done with one segment: the elements below `<segment>` but for its codes.
struct SegmentRuleReader {
    private let element: XMLElement

    init(_ element: XMLElement) {
        self.element = element
    }

    /// Reports what the format has a name for and this version does not do: a site must not rely on it.
    func refuseWhatIsNotDone(_ reader: inout ElementReader) {
        let prompt = prompt(&reader)
        guard let child = element.child("prompt") else { return }
        for (attribute, isAsked) in [("cropBelow", prompt.cropsBelow != 0), ("mask", prompt.usesMask)] where isAsked {
            reader.report(child, "\(attribute) of <prompt> is not done by this version", remedy: "Leave it out")
        }
    }

    /// Reports gates that have nothing to look at.
    func checkRanges(_ reader: inout ElementReader) {
        guard gates(&reader).outOfRange == .withhold, let child = element.child("emit"),
            element.child("volume") == nil, element.child("meanValue") == nil
        else { return }
        reader.report(
            child,
            "outOfRange=\"withhold\" has no range to look at",
            remedy: "Add <volume> or <meanValue>, or leave outOfRange out"
        )
    }

    func prompt(_ reader: inout ElementReader) -> ProfileSegment.PromptRule {
        let child = element.child("prompt") ?? .none
        var apart: [PatientDirection: Double] = [:]
        for side in PatientDirection.allCases { apart[side] = reader.number(child, side.rawValue) }
        return ProfileSegment.PromptRule(
            margins: BoxMargins(reader.number(child, "margin") ?? 4, apart: apart),
            minimumArea: reader.number(child, "minimumArea") ?? 40,
            maximumBoxes: reader.integer(child, "maximumBoxes") ?? 1,
            cropsBelow: reader.number(child, "cropBelow") ?? 0,
            usesMask: reader.truth(child, "mask", default: false)
        )
    }

    /// Two limits, or `nil` where the element is missing.
    func range(_ name: String, _ reader: inout ElementReader) -> ProfileSegment.ValueRange? {
        guard let child = element.child(name) else { return nil }
        let limits = reader.limits(child)
        return ProfileSegment.ValueRange(minimum: limits.minimum, maximum: limits.maximum)
    }

    func gates(_ reader: inout ElementReader) -> ConfidenceGates {
        let child = element.child("emit") ?? .none
        return ConfidenceGates(
            minimumPredictedIoU: reader.number(child, "minimumPredictedIoU") ?? 0.8,
            minimumAgreement: reader.number(child, "minimumAgreement") ?? 0,
            minimumConfidence: reader.number(child, "minimumConfidence") ?? 0.65,
            outOfRange: reader.choice(child, "outOfRange", default: .report)
        )
    }

    func fusion(_ reader: inout ElementReader) -> FusionRule {
        reader.choice(element.child("fusion") ?? .none, "rule", default: .model)
    }

    func cleaning(_ reader: inout ElementReader) -> ProfileSegment.MaskCleaning {
        let child = element.child("clean") ?? .none
        let keepsLargest = reader.truth(child, "largestComponent", default: false)
        let components = reader.integer(child, "components")
        if keepsLargest, let components, components != 1 {
            reader.report(
                child,
                "only the largest body stays, and \(components) stay",
                remedy: "Give one of largestComponent and components"
            )
        }
        return ProfileSegment.MaskCleaning(
            keptComponents: keepsLargest ? 1 : components,
            fillsHoles: reader.truth(child, "fillHoles", default: false),
            smoothing: reader.number(child, "smoothing") ?? 0
        )
    }

    func learning(_ reader: inout ElementReader) -> ProfileSegment.LearningRule {
        let child = element.child("learn") ?? .none
        return ProfileSegment.LearningRule(
            isEnabled: reader.truth(child, "enabled", default: true),
            maximumDiceLoss: reader.number(child, "maximumDiceLoss") ?? 0.01
        )
    }

    func review(_ reader: inout ElementReader) -> ProfileSegment.ReviewRule {
        let child = element.child("review") ?? .none
        return ProfileSegment.ReviewRule(
            isRequired: reader.truth(child, "required", default: false),
            minimumConfidence: reader.number(child, "minimumConfidence") ?? 0
        )
    }
}

extension XMLElement {
    /// Stands for an element that is not there: all of its attributes have their defaults.
    fileprivate static let none = XMLElement(name: "", line: 0, attributes: [:], children: [], text: "")
}
