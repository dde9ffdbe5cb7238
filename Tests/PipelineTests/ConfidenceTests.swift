import DICOMSegmentation
import Pipeline
import Testing

@Suite("Confidence: which mask is believed, and what is withheld")
struct ConfidenceTests {
    /// A frame of 10 × 10 whose first `count` pixels are set.
    static func mask(first count: Int, from start: Int = 0) -> FrameMask {
        FrameMask(
            rows: 10,
            columns: 10,
            pixels: (0..<100).map { $0 >= start && $0 < start + count ? 1 : 0 }
        )
    }

    static func evidence(_ slice: Int, iou: Double, network: FrameMask, prior: FrameMask?) -> SliceEvidence {
        SliceEvidence(slice: slice, network: network, predictedIoU: iou, prior: prior)
    }

    @Test("Agreement is the Dice of network and prior, and confidence its product with the predicted IoU")
    func whenMasksOverlapByHalf_thenAgreementIsOneHalf() {
        let item = Self.evidence(0, iou: 0.8, network: Self.mask(first: 20), prior: Self.mask(first: 20, from: 10))
        #expect(abs(item.agreement - 0.5) < 1e-12)
        #expect(abs(item.confidence - 0.4) < 1e-12)
    }

    @Test("A predicted IoU above 1 or below 0 counts as 1 or 0")
    func whenPredictedIoULeavesItsRange_thenItIsLimited() {
        let mask = Self.mask(first: 30)
        #expect(Self.evidence(0, iou: 1.2, network: mask, prior: mask).confidence == 1)
        #expect(Self.evidence(0, iou: -0.1, network: mask, prior: mask).confidence == 0)
    }

    @Test("The network's mask stands where it agrees with the prior, else the prior's, and its origin is told")
    func whenNetworkDisagrees_thenPriorStands() {
        let good = Self.mask(first: 40)
        let elsewhere = Self.mask(first: 40, from: 50)
        let decision = SegmentDecision(
            [
                Self.evidence(2, iou: 0.95, network: good, prior: good),
                Self.evidence(3, iou: 0.95, network: Self.mask(first: 41), prior: good),
                Self.evidence(4, iou: 0.95, network: elsewhere, prior: good),
                Self.evidence(5, iou: 0.5, network: good, prior: Self.mask(first: 39)),
                Self.evidence(6, iou: 0.95, network: good, prior: nil),
            ],
            rule: ConfidenceRule()
        )
        #expect(decision.slices.map(\.origin) == [.network, .network, .prior, .prior, .none])
        #expect(decision.slices.map { $0.mask?.pixelCount } == [40, 41, 40, 39, nil])
        #expect(decision.priorSlices == [4, 5])
    }

    @Test("Without fusion a slice that is not believed has no mask")
    func whenPriorsMayNotStandIn_thenSlicesStayEmpty() {
        var rule = ConfidenceRule()
        rule.usesPrior = false
        let good = Self.mask(first: 40)
        let decision = SegmentDecision([Self.evidence(0, iou: 0.5, network: good, prior: good)], rule: rule)
        #expect(decision.slices.map(\.origin) == [.none])
    }

    @Test("A segment is withheld when the median of its slices' confidence is below the gate, not the mean")
    func whenMedianIsBelowTheGate_thenTheSegmentIsWithheld() {
        let good = Self.mask(first: 40)
        func decision(_ values: [Double]) -> SegmentDecision {
            SegmentDecision(
                values.enumerated().map { Self.evidence($0.offset, iou: $0.element, network: good, prior: good) },
                rule: ConfidenceRule()
            )
        }
        #expect(decision([0.9, 0.9, 0.1]).isEmitted)
        #expect(!decision([0.9, 0.1, 0.1]).isEmitted)
        #expect(abs(decision([0.2, 0.4]).confidence - 0.3) < 1e-12)
    }

    @Test("A segment without a slice is not written")
    func whenThereIsNoEvidence_thenNothingIsWritten() {
        #expect(!SegmentDecision([], rule: ConfidenceRule()).isEmitted)
    }
}
