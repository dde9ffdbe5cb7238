import Ledger
import Testing

@Suite struct JobStateTests {
    /// Every step that there is; all others are refused.
    static let legal: [JobState: [JobEvent: JobState]] = [
        .queued: [.claim: .running, .cancel: .cancelled],
        .running: [
            .giveBack: .queued, .retryLater: .queued, .annotate: .annotated, .requirePrompt: .needsPrompt,
            .fail: .failed, .cancel: .cancelled,
        ],
        .annotated: [.accept: .accepted, .correct: .corrected, .reject: .rejected],
        .accepted: [.accept: .accepted, .correct: .corrected, .reject: .rejected],
        .corrected: [.accept: .accepted, .correct: .corrected, .reject: .rejected],
        .rejected: [.accept: .accepted, .correct: .corrected, .reject: .rejected],
        .needsPrompt: [.requeue: .queued, .cancel: .cancelled, .correct: .corrected],
        .failed: [.requeue: .queued, .cancel: .cancelled],
        .cancelled: [.requeue: .queued],
    ]

    @Test("Only the steps of the table are possible", arguments: JobState.allCases, JobEvent.allCases)
    func stepsAreThoseOfTheTable(state: JobState, event: JobEvent) {
        #expect(state.after(event) == Self.legal[state]?[event])
    }

    @Test("A final state of a file is left only by a held study or by a person's release")
    func fileStatesHaveFewWaysBack() {
        for next in FileState.allCases {
            #expect(FileState.pending.canBecome(next))
            #expect(FileState.stored.canBecome(next) == (next == .quarantined))
            #expect(!FileState.duplicate.canBecome(next))
            #expect(FileState.ignored.canBecome(next) == (next == .pending))
            #expect(FileState.quarantined.canBecome(next) == (next == .pending || next == .stored))
        }
    }

    @Test("Outcomes have a reason exactly where the state needs one")
    func outcomesNeedTheirReasons() {
        #expect(FileOutcome(state: .stored, reason: "NOT_DICOM") == nil)
        #expect(FileOutcome(state: .ignored, reason: nil) == nil)
        #expect(FileOutcome(state: .quarantined, reason: "") == nil)
        #expect(FileOutcome(state: .duplicate, reason: "DUPLICATE_SAME") == .duplicate)
        #expect(FileOutcome(state: .pending, reason: nil) == .pending())
        #expect(FileOutcome(state: .pending, reason: "ACCESS_DENIED") == .pending("ACCESS_DENIED"))
    }

    @Test("The back-off doubles up to its limit")
    func backOffDoubles() {
        let policy = RetryPolicy(firstDelay: .seconds(10), maximumDelay: .seconds(60))
        #expect((1...5).map { policy.delay(afterAttempts: $0) } == [10, 20, 40, 60, 60].map { .seconds($0) })
    }

    @Test("A digest takes 64 hexadecimal digits and nothing else")
    func digestsAreChecked() {
        #expect(ContentDigest(hex: String(repeating: "A", count: 64))?.hex == String(repeating: "a", count: 64))
        #expect(ContentDigest(hex: String(repeating: "a", count: 63)) == nil)
        #expect(ContentDigest(hex: String(repeating: "g", count: 64)) == nil)
        #expect(ContentDigest(hex: String(repeating: "٣", count: 32)) == nil)
    }
}
