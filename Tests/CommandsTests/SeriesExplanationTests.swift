import DICOMFiles
import DurableFiles
import Foundation
import Pipeline
import Profiles
import TestSupport
import Testing

@testable import Commands

@Suite("An explanation shows rules, choice and boxes")
struct SeriesExplanationTests {
    private let set: ProfileSet

    init() throws {
        set = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
    }

    private func explanation(_ preset: String) throws -> SeriesExplanation {
        let series = try ConformanceSeries.read(preset)
        let assignment = StudyAssignments([series], set).all.first
        let plan = try assignment?.profile.map { SeriesExplanation.Plan(try BoxPlan($0, atlases: [], series: series)) }
        return SeriesExplanation(series, assignment, plan: plan)
    }

    @Test func aSeriesThatFitsShowsEveryRuleWithWhatWasSeen() throws {
        let explanation = try explanation("plain")
        #expect(explanation.profile == "ct-abdomen")
        let abdomen = try #require(explanation.profiles.first { $0.id == "ct-abdomen" })
        #expect(abdomen.matches && abdomen.rules.allSatisfy { $0.holds || $0.depth > 0 })
        let coverage = try #require(abdomen.rules.first { $0.rule.hasPrefix("coverage") })
        #expect(coverage.seen == ["25 mm"] && coverage.held == nil && coverage.line > 0)
        let pelvis = try #require(explanation.profiles.first { $0.id == "ct-pelvis" })
        #expect(!pelvis.matches && pelvis.rules.contains { !$0.holds && $0.depth == 0 })
    }

    @Test func anAtlasThatIsNotInstalledIsNamed() throws {
        let explanation = try explanation("plain")
        #expect(explanation.plan?.code == "NO_ATLAS")
        #expect(explanation.plan?.message?.contains("ct-abdomen-example, which is not installed") == true)
        #expect(explanation.text.contains("needs a person's prompt: NO_ATLAS"))
    }

    @Test func aSeriesThatNothingFitsSaysSoAndHasNoPlan() throws {
        let explanation = try explanation("mr")
        #expect(explanation.profile == nil && explanation.plan == nil)
        #expect(explanation.reason.hasPrefix("no profile matches"))
        #expect(explanation.profiles.count == set.profiles.count)
    }

    @Test func theJSONHoldsWhatTheTextShows() throws {
        let object = try JSONSerialization.jsonObject(with: try JSONOutput.encode(try explanation("plain")))
        let json = try #require(object as? [String: Any])
        #expect(Set(json.keys) == ["seriesInstanceUID", "files", "profile", "reason", "profiles", "plan"])
    }
}
