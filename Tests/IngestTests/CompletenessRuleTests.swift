import Ledger
import Testing

@testable import Ingest

@Suite struct CompletenessRuleTests {
    private func series(_ uid: String, of study: String, count: Int = 1) -> Series {
        var series = Series(
            uid: SeriesUID(uid),
            study: StudyUID(study),
            modality: "CT",
            firstSeen: Timestamp(milliseconds: 0)
        )
        series.instanceCount = count
        return series
    }

    @Test("A series is complete after the quiet time")
    func quietSeriesAreComplete() {
        var rule = CompletenessRule(quiet: .seconds(30))
        let one = series("1.1", of: "1")
        #expect(rule.observe([one], at: .seconds(0)) == [])
        #expect(rule.observe([one], at: .seconds(29)) == [])
        #expect(rule.observe([one], at: .seconds(30)) == [one])
    }

    @Test("A series that still grows holds all series of its study, and no others")
    func growingSeriesHoldTheStudy() {
        var rule = CompletenessRule(quiet: .seconds(30))
        let quiet = series("1.1", of: "1")
        let other = series("2.1", of: "2")
        #expect(rule.observe([quiet, series("1.2", of: "1", count: 1), other], at: .seconds(0)) == [])
        #expect(rule.observe([quiet, series("1.2", of: "1", count: 2), other], at: .seconds(30)) == [other])
        let grown = series("1.2", of: "1", count: 2)
        #expect(rule.observe([quiet, grown], at: .seconds(59)) == [])
        #expect(rule.observe([quiet, grown], at: .seconds(60)) == [quiet, grown])
    }

    @Test("A series that receives again waits the whole quiet time again")
    func plannedSeriesStartAgain() {
        var rule = CompletenessRule(quiet: .seconds(30))
        let one = series("1.1", of: "1")
        _ = rule.observe([one], at: .seconds(0))
        #expect(rule.observe([one], at: .seconds(30)) == [one])
        #expect(rule.observe([], at: .seconds(32)) == [])
        #expect(rule.observe([one], at: .seconds(100)) == [])
        #expect(rule.observe([one], at: .seconds(130)) == [one])
    }
}
