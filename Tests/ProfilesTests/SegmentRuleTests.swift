import Foundation
import Profiles
import Testing

@Suite("The rules of a segment are read as they are written")
struct SegmentRuleTests {
    private func segment(_ old: String, _ new: String) throws -> ProfileSegment {
        let text = ProfileFixture().text.replacingOccurrences(of: old, with: new)
        return try #require(try ProfileFixture.read(text).segments.first)
    }

    @Test func marginsBelongToSidesOfThePatient() throws {
        let segment = try segment(
            #"<prompt margin="2.5" minimumArea="30"/>"#,
            #"<prompt margin="4" left="8" inferior="0" maximumBoxes="1" cropBelow="0" mask="false"/>"#
        )
        let margins = segment.prompt.margins
        #expect(margins[.left] == 8 && margins[.inferior] == 0 && margins[.right] == 4 && margins[.posterior] == 4)
        #expect(margins.uniform == nil && margins.widest == 8)
        #expect(BoxMargins(3).uniform == 3)
    }

    @Test(arguments: [
        (1.0, 0.0, 0.0, PatientDirection.left), (-0.9, 0.3, 0.3, .right), (0, 1, 0, .posterior),
        (0, -1, 0.9, .anterior),
        (0.1, 0.2, 0.97, .superior), (0, 0, -1, .inferior),
    ])
    func aVectorPointsToTheNearestSide(_ x: Double, _ y: Double, _ z: Double, _ direction: PatientDirection) {
        #expect(PatientDirection(nearestToX: x, y: y, z: z) == direction)
    }

    @Test func gatesFusionAndRangesArrive() throws {
        let segment = try segment(
            #"<emit minimumPredictedIoU="0.75"/>"#,
            """
            <emit minimumPredictedIoU="0.7" minimumAgreement="0.75" minimumConfidence="0.6" outOfRange="report"/>
            <fusion rule="prior-where-disagreeing"/>
            """
        )
        #expect(segment.gates.minimumPredictedIoU == 0.7 && segment.gates.minimumAgreement == 0.75)
        #expect(segment.gates.minimumConfidence == 0.6 && segment.gates.outOfRange == .report)
        #expect(segment.fusion == .priorWhereDisagreeing)
    }

    @Test func cleaningArrives() throws {
        let segment = try segment(
            #"<clean largestComponent="true" fillHoles="false"/>"#,
            #"<clean components="2" fillHoles="true" smoothing="1.5"/>"#
        )
        #expect(segment.cleaning.keptComponents == 2 && segment.cleaning.smoothing == 1.5)
        #expect(!segment.cleaning.keepsLargestComponent && segment.cleaning.fillsHoles)
    }

    @Test func aStructureThatNoNetworkFollowsIsMarked() throws {
        #expect(try segment(#"<segment id="#, #"<segment promptable="false" id="#).isPromptable == false)
        #expect(try segment("<title>", "<title>").isPromptable)
    }

    @Test func defaultsAskForConfidenceAndLeaveMasksAlone() throws {
        let segment = try segment(#"<emit minimumPredictedIoU="0.75"/>"#, "")
        #expect(segment.gates.minimumAgreement == 0 && segment.gates.minimumConfidence == 0.65)
        #expect(segment.gates.outOfRange == .report && segment.fusion == .model)
        #expect(segment.expectedMean == nil && segment.cleaning.smoothing == 0)
        #expect(segment.prompt.maximumBoxes == 1 && segment.prompt.cropsBelow == 0 && !segment.prompt.usesMask)
    }

    @Test func registrationHasLimitsAndARegion() throws {
        let old = #"<atlas name="small"/>"#
        let text = ProfileFixture().text.replacingOccurrences(
            of: old,
            with: old
                + #"<registration region="head" minimumLevelScore="0.1" minimumOverlap="25" maximumSizeRatio="1.2"/>"#
        )
        let rule = try ProfileFixture.read(text).registration
        #expect(rule.region == .head && rule.minimumLevelScore == 0.1 && rule.minimumOverlap == 25)
        #expect(rule.minimumSizeRatio == 0.7 && rule.maximumSizeRatio == 1.2)
        #expect(try ProfileFixture.read(ProfileFixture().text).registration == .standard)
    }

    @Test(arguments: [
        (#"<prompt margin="2.5""#, #"<prompt margin="2.5" cropBelow="24""#, "cropBelow of <prompt>"),
        (#"<prompt margin="2.5""#, #"<prompt margin="2.5" mask="true""#, "mask of <prompt>"),
    ])
    func whatThisVersionDoesNotDoIsRefused(_ old: String, _ new: String, _ what: String) throws {
        #expect(ProfileFixture().text.contains(old))
        let problems = try ProfileFixture.problems(ProfileFixture().text.replacingOccurrences(of: old, with: new))
        #expect(problems.map(\.message) == ["\(what) is not done by this version"] && problems[0].line != nil)
    }

    @Test func expectationsAndReviewAreRead() throws {
        let text = ProfileFixture().text
            .replacingOccurrences(of: #"<prompt margin="2.5""#, with: #"<prompt margin="2.5" maximumBoxes="3""#)
            .replacingOccurrences(
                of: #"<emit minimumPredictedIoU="0.75"/>"#,
                with: #"<meanValue minimum="-20" maximum="90"/><emit outOfRange="withhold"/>"#
            )
            .replacingOccurrences(
                of: #"<learn enabled="false" maximumDiceLoss="0.02"/>"#,
                with: #"<learn enabled="false"/><review required="true" minimumConfidence="0.7"/>"#
            )
        let segment = try ProfileFixture.read(text).segments[0]
        #expect(segment.prompt.maximumBoxes == 3 && segment.gates.outOfRange == .withhold)
        #expect(segment.expectedMean == .init(minimum: -20, maximum: 90))
        #expect(segment.review.isRequired && segment.review.minimumConfidence == 0.7)
    }

    @Test func withholdingNeedsARange() throws {
        let text = ProfileFixture().text
            .replacingOccurrences(of: #"<volume minimum="40" maximum="800"/>"#, with: "")
            .replacingOccurrences(
                of: #"<emit minimumPredictedIoU="0.75"/>"#,
                with: #"<emit outOfRange="withhold"/>"#
            )
        #expect(try ProfileFixture.problems(text).map(\.message) == [#"outOfRange="withhold" has no range to look at"#])
    }

    @Test(arguments: [
        (
            #"<clean largestComponent="true""#, #"<clean largestComponent="true" components="2""#,
            "only the largest body"
        ),
        (#"<atlas name="small"/>"#, #"<atlas name="small"/><atlas name="small"/>"#, "is named twice"),
        (
            #"<atlas name="small"/>"#, #"<atlas name="small"/><registration minimumSizeRatio="2"/>"#,
            "minimumSizeRatio is not below"
        ),
        (
            #"<volume minimum="40" maximum="800"/>"#, #"<meanValue minimum="9" maximum="8"/>"#,
            "minimum is above maximum"
        ),
    ])
    func whatContradictsItselfIsRefused(_ old: String, _ new: String, _ message: String) throws {
        let problems = try ProfileFixture.problems(ProfileFixture().text.replacingOccurrences(of: old, with: new))
        #expect(problems.contains { $0.message.contains(message) && $0.line != nil }, "\(problems)")
    }
}
