import DurableFiles
import Ledger
import Testing

@testable import Ingest

@Suite struct SettleRuleTests {
    private func seen(_ size: Int64, modified: Int64 = 1, inode: UInt64 = 1) -> FileFingerprint {
        FileFingerprint(size: size, modified: modified, inode: inode)
    }

    private let file = RawPath("a.dcm")

    private func rule() -> SettleRule { SettleRule(quiet: .seconds(10), timeout: .seconds(100)) }

    @Test("A file settles when two scans the quiet time apart saw the same")
    func quietFilesSettle() {
        var rule = rule()
        #expect(rule.observe(file, seen(1), at: .seconds(0)) == .wait)
        #expect(rule.observe(file, seen(1), at: .seconds(9)) == .wait)
        #expect(rule.observe(file, seen(1), at: .seconds(10)) == .settled)
    }

    @Test("One scan is never enough, however late it is")
    func oneScanIsNotEnough() {
        var rule = rule()
        #expect(rule.observe(file, seen(1), at: .seconds(1_000_000)) == .wait)
    }

    @Test(
        "Any change starts the wait again",
        arguments: [(2, 1, 1), (1, 2, 1), (1, 1, 2)] as [(Int64, Int64, UInt64)]
    )
    func changesStartTheWaitAgain(size: Int64, modified: Int64, inode: UInt64) {
        var rule = rule()
        _ = rule.observe(file, seen(1), at: .seconds(0))
        let changed = seen(size, modified: modified, inode: inode)
        #expect(rule.observe(file, changed, at: .seconds(20)) == .wait)
        #expect(rule.observe(file, changed, at: .seconds(29)) == .wait)
        #expect(rule.observe(file, changed, at: .seconds(30)) == .settled)
    }

    @Test("A modification time in the future or far past does not matter")
    func clocksDoNotMatter() {
        for modified in [Int64.min, 0, Int64.max] {
            var rule = rule()
            _ = rule.observe(file, seen(1, modified: modified), at: .seconds(0))
            #expect(rule.observe(file, seen(1, modified: modified), at: .seconds(10)) == .settled)
        }
    }

    @Test(
        "The name of a copy in progress never settles, and times out",
        arguments: ["a.dcm.part", "a.tmp", "x/a.FILEPART", "a.dcm~", "x/.a.dcm"]
    )
    func copiesInProgressTimeOut(name: String) {
        var rule = rule()
        let path = RawPath(name)
        for second in stride(from: 0, to: 100, by: 10) {
            #expect(rule.observe(path, seen(1), at: .seconds(second)) == .wait)
        }
        #expect(rule.observe(path, seen(1), at: .seconds(100)) == .timedOut)
    }

    @Test(
        "Ordinary names that look a little like it do settle",
        arguments: ["...", "part", "a.part.dcm", ".x/a.dcm", "tmp", ".DS_Store", "._a.dcm"]
    )
    func ordinaryNamesSettle(name: String) {
        var rule = rule()
        _ = rule.observe(RawPath(name), seen(1), at: .seconds(0))
        #expect(rule.observe(RawPath(name), seen(1), at: .seconds(10)) == .settled)
    }

    @Test("A file that never stops changing times out")
    func restlessFilesTimeOut() {
        var rule = rule()
        for second in 0..<100 { #expect(rule.observe(file, seen(Int64(second)), at: .seconds(second)) == .wait) }
        #expect(rule.observe(file, seen(1000), at: .seconds(100)) == .timedOut)
    }

    @Test("A file is gone when two scans in a row miss it")
    func absenceIsNoticedTwice() {
        var rule = AbsenceRule()
        let other = RawPath("b.dcm")
        #expect(rule.gone(of: [file, other], present: [other]) == [])
        #expect(rule.gone(of: [file, other], present: [file, other]) == [])
        #expect(rule.gone(of: [file, other], present: [other]) == [])
        #expect(rule.gone(of: [file, other], present: []) == [file])
        #expect(rule.gone(of: [other], present: []) == [other])
    }
}
