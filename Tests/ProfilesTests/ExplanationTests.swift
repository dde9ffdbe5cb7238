import Foundation
import Profiles
import Testing

@Suite("An explanation says which rule held where, and what was seen")
struct ExplanationTests {
    private let rules = """
        <attribute keyword="Modality"><equals>CT</equals></attribute>
                <attribute keyword="SeriesDescription"><matches>Liver.*</matches></attribute>
                <any>
                    <attribute keyword="SliceThickness"><range maximum="2"/></attribute>
                    <imageType contains="MPR"/>
                </any>
                <orientation plane="coronal" tolerance="10"/>
        """

    private func outcome(_ facts: SeriesFacts) throws -> MatchOutcome {
        ProfileMatcher.match(facts, profiles: [try ProfileFixture(rules: rules).profile()])
    }

    @Test func everyRuleHasALineWithCountsAndValues() throws {
        let odd = axialSeries { index, slice in if index < 3 { slice["Modality"] = ["MR"] } }
        let results = try #require(try outcome(odd).explanations.first).results
        #expect(results.map(\.depth) == [0, 0, 0, 1, 1, 0])
        #expect(results.map(\.line) == [5, 6, 7, 8, 9, 11])
        #expect(results.map(\.heldCount) == [7, 0, 0, 0, 0, 0])
        #expect(results.allSatisfy { $0.instanceCount == 10 && !$0.holds })
        #expect(results[0].seen == ["CT", "MR"])
        #expect(results[3].rule == "SliceThickness is at most 2")
        #expect(results[3].seen == ["3.0"])
        #expect(results[4].seen == ["ORIGINAL\\PRIMARY\\AXIAL"])
        #expect(results[5].seen == ["90° from coronal"])
    }

    @Test func theTableIsReadableAndTheReasonNamesTheFailedRules() throws {
        let outcome = try outcome(axialSeries())
        let table = outcome.table
        #expect(table.contains("test-profile 1.0 (priority 0): does not match"))
        #expect(table.contains(#"  holds  Modality equals "CT""#))
        #expect(table.contains("10 of 10  CT"))
        #expect(table.contains("  FAILS  any of these 2"))
        #expect(table.contains("  FAILS    SliceThickness is at most 2"))
        #expect(table.contains("Abdomen 3.0"))
        let reason = outcome.reason
        #expect(reason.hasPrefix("no profile matches: test-profile: SeriesDescription matches /Liver.*/: on 0 of 10"))
        #expect(reason.contains("any of these 2: on 0 of 10"))
        #expect(reason.contains("orientation coronal within 10°: on 0 of 10, seen 90° from coronal"))
        #expect(!reason.contains("Modality"))
    }

    @Test func typedTextStaysOutOfTheReason() throws {
        let outcome = try outcome(axialSeries { $1["SeriesDescription"] = ["Planted^Name \($0)"] })
        #expect(outcome.table.contains("Planted^Name 0"))
        #expect(!outcome.reason.contains("Planted"))
        #expect(outcome.reason.contains("seen (not shown)"))
    }

    @Test func privateValuesAndTheSexAreNeverShown() throws {
        let hidden = """
            <attribute tag="0029,1010"><equals>A</equals></attribute>
            <attribute keyword="PatientSex"><equals>F</equals></attribute>
            """
        let facts = axialSeries {
            $1["00291010"] = ["Planted"]
            $1["PatientSex"] = ["Planted"]
        }
        let outcome = ProfileMatcher.match(facts, profiles: [try ProfileFixture(rules: hidden).profile()])
        #expect(!outcome.table.contains("Planted"))
        #expect(outcome.table.contains("(not shown)"))
    }

    @Test func absentAttributesAreCalledAbsent() throws {
        let outcome = try outcome(axialSeries { $1["Modality"] = nil })
        #expect(outcome.reason.contains(#"Modality equals "CT": on 0 of 10, seen (absent)"#))
    }

    @Test func manyLongOrStrangeValuesAreCutShort() throws {
        let facts = axialSeries(count: 20) {
            $1["SeriesDescription"] = ["\u{1B}[31m" + String(repeating: "x", count: 100) + String($0)]
        }
        let result = try #require(try outcome(facts).explanations.first?.results[1])
        #expect(result.seen.count == RuleResult.seenLimit)
        #expect(result.omittedCount == 15)
        #expect(result.seen.allSatisfy { $0.count == 65 && $0.hasPrefix("?[31m") })
    }

    @Test func withoutProfilesTheReasonSaysSo() {
        #expect(ProfileMatcher.match(axialSeries(), profiles: []).reason == "no profile matches: there are no profiles")
    }
}
