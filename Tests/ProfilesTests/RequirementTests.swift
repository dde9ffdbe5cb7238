import Foundation
import Profiles
import Testing

@Suite("A series that fits is held against what the profile requires of it")
struct RequirementTests {
    /// Slices `spacing` apart along z, but for those that are left out.
    private func stack(
        count: Int = 10,
        spacing: Double = 3,
        without missing: Set<Int> = [],
        _ change: (Int, inout [String: [String]]) -> Void = { _, _ in }
    ) -> SeriesFacts {
        let all = axialSeries(count: count) { index, instance in
            instance["ImagePositionPatient"] = ["-170", "-170", String(100 + Double(index) * spacing)]
            instance["RescaleSlope"] = ["1"]
            instance["RescaleIntercept"] = ["-1024"]
            change(index, &instance)
        }
        let kept = all.instances.indices.filter { !missing.contains($0) }
        return SeriesFacts(instances: kept.map { all.instances[$0] })
    }

    private func profile(_ requirements: String) throws -> Profile {
        try ProfileFixture.read(
            ProfileFixture().text.replacingOccurrences(of: "</match>", with: "</match>\(requirements)")
        )
    }

    private func refusal(_ requirement: String, _ facts: SeriesFacts, in element: String = "preflight") throws
        -> String?
    {
        try profile("<\(element)>\(requirement)</\(element)>").refusal(of: facts)
    }

    @Test(arguments: [
        (#"<sliceSpacing maximum="3" reason="r"/>"#, true), (#"<sliceSpacing maximum="2.9" reason="r"/>"#, false),
        (#"<sliceSpacing minimum="3.1" reason="r"/>"#, false), (#"<pixelSpacing maximum="0.9" reason="r"/>"#, true),
        (#"<pixelSpacing maximum="0.8" reason="r"/>"#, false), (#"<pixelSpacing minimum="0.8" reason="r"/>"#, false),
        (#"<regularSpacing reason="r"/>"#, true), (#"<rescale reason="r"/>"#, true),
        (#"<rule reason="r"><imageType contains="AXIAL"/></rule>"#, true),
        (#"<rule reason="r"><imageType excludes="AXIAL"/></rule>"#, false),
    ])
    func preflightHoldsOrTheReasonIsGiven(_ requirement: String, _ holds: Bool) throws {
        let refusal = try refusal(requirement, stack())
        #expect((refusal == nil) == holds, "\(refusal ?? "")")
        if let refusal { #expect(refusal.hasPrefix("r (asked: ")) }
    }

    @Test func coverageCountsBothOuterSlices() throws {
        #expect(try refusal(#"<coverage minimum="30" reason="r"/>"#, stack(), in: "completeness") == nil)
        let short = try #require(
            try refusal(#"<coverage minimum="31" reason="too short"/>"#, stack(), in: "completeness")
        )
        #expect(short == "too short (asked: coverage at least 31 mm; seen: 30 mm)")
    }

    @Test func gapsAreCountedAndDoNotMakeTheRestIrregular() throws {
        let facts = stack(count: 20, without: [5, 11, 12])
        #expect(try refusal(#"<gaps maximum="2" reason="r"/>"#, facts, in: "completeness") == nil)
        #expect(try refusal(#"<gaps reason="r"/>"#, facts, in: "completeness")?.contains("seen: 2") == true)
        #expect(try refusal(#"<regularSpacing reason="r"/>"#, facts) == nil)
        let uneven = stack { index, instance in
            if index == 4 { instance["ImagePositionPatient"] = ["-170", "-170", "112.5"] }
        }
        #expect(try refusal(#"<regularSpacing reason="r"/>"#, uneven)?.contains("0.5 mm") == true)
        #expect(try refusal(#"<regularSpacing tolerance="0.5" reason="r"/>"#, uneven) == nil)
    }

    @Test func spacingIsMeasuredAlongTheNormalWhateverTheOrderOfTheSlices() throws {
        let oblique = SeriesFacts(
            instances: stack { index, instance in
                instance["ImageOrientationPatient"] = ["1", "0", "0", "0", "0.8", "0.6"]
                instance["ImagePositionPatient"] = [
                    "0", String(-0.6 * 3 * Double(index)), String(0.8 * 3 * Double(index)),
                ]
            }.instances.shuffled()
        )
        #expect(try refusal(#"<sliceSpacing minimum="3" maximum="3" reason="r"/>"#, oblique) == nil)
    }

    @Test func aSliceWithoutRescaleOrPlaceFails() throws {
        let unscaled = stack { index, instance in if index == 7 { instance["RescaleSlope"] = nil } }
        #expect(try refusal(#"<rescale reason="r"/>"#, unscaled)?.contains("on 9 of 10") == true)
        let lost = stack { index, instance in if index == 7 { instance["ImagePositionPatient"] = nil } }
        #expect(try refusal(#"<sliceSpacing maximum="9" reason="r"/>"#, lost)?.contains("no two slices") == true)
    }

    @Test func aSeriesThatIsNotMatchedGoesToTheNextProfile() throws {
        let strict = try profile(
            #"<preflight otherwise="not-matched"><sliceSpacing maximum="1" reason="thin only"/></preflight>"#
        )
        let alone = ProfileMatcher.match(stack(), profiles: [strict])
        #expect(alone.profile == nil && alone.reason.contains("thin only (asked: slice spacing at most 1 mm"))
        let other = try ProfileFixture(id: "z-other", priority: -5).profile()
        #expect(ProfileMatcher.match(stack(), profiles: [strict, other]).profile?.id == "z-other")
        #expect(ProfileMatcher.match(stack(spacing: 1), profiles: [strict, other]).profile?.id == "test-profile")
    }

    @Test func aSeriesThatNeedsAPromptKeepsItsProfileAndTheTableSaysWhy() throws {
        let strict = try profile(#"<preflight><sliceSpacing maximum="1" reason="thin only"/></preflight>"#)
        let outcome = ProfileMatcher.match(stack(), profiles: [strict])
        #expect(outcome.profile?.id == "test-profile" && outcome.refusal == strict.refusal(of: stack()))
        #expect(outcome.table.contains("FAILS  requires slice spacing at most 1 mm  3 mm  → needs-prompt: thin only"))
        #expect(outcome.reason.contains("needs a person's prompt: thin only"))
    }

    @Test func whatARuleSawOfTypedTextStaysOutOfTheReason() throws {
        let rule = #"<rule reason="r"><attribute keyword="SeriesDescription"><equals>x</equals></attribute></rule>"#
        let refusal = try #require(try refusal(rule, stack()))
        #expect(!refusal.contains("Abdomen 3.0") && refusal.contains("(not shown)"))
    }

    @Test func fallbackProfilesComeAfterAllOthers() throws {
        let fallback = try ProfileFixture.read(
            ProfileFixture(id: "a-last", priority: 900).text
                .replacingOccurrences(of: #"priority="900""#, with: #"priority="900" fallback="true""#)
        )
        let other = try ProfileFixture(id: "b").profile()
        let outcome = ProfileMatcher.match(stack(), profiles: [fallback, other])
        #expect(outcome.profile?.id == "b" && outcome.tied.isEmpty)
        #expect(outcome.table.contains("a-last 1.0 (fallback, priority 900): matches"))
        let stranger = try ProfileFixture(id: "b", rules: #"<sliceCount minimum="99"/>"#).profile()
        #expect(ProfileMatcher.match(stack(), profiles: [stranger, fallback]).profile?.id == "a-last")
    }

    @Test(arguments: [
        (#"<preflight><sliceSpacing maximum="1"/></preflight>"#, "'reason' is required"),
        (#"<preflight><sliceSpacing reason="r"/></preflight>"#, "has no limit"),
        (#"<preflight otherwise="ignore"><rescale reason="r"/></preflight>"#, "'ignore' is not an element of the set"),
        (#"<completeness><coverage minimum="9" maximum="8" reason="r"/></completeness>"#, "minimum is above maximum"),
        (#"<choose><smallest/></choose>"#, "compares one number"),
        (#"<choose><smallest measure="sliceCount" keyword="KVP"/></choose>"#, "compares one number"),
        (#"<choose><largest keyword="PatientName"/></choose>"#, "identifies a patient"),
        (#"<choose><thickest/></choose>"#, "'thickest': This element is not expected"),
    ])
    func whatCannotBeAskedIsRefusedWithItsLine(_ element: String, _ message: String) throws {
        let text = ProfileFixture().text.replacingOccurrences(of: "</match>", with: "</match>\(element)")
        let problem = try #require(try ProfileFixture.problems(text).first)
        #expect(problem.message.contains(message), "\(problem)")
        #expect(problem.line == 6)
    }
}
