import ArgumentParser
import Checkpoints
import Corrections
import DurableFiles
import Foundation
import Glibc
import Ledger
import Profiles
import SegmentAnything
import Tensors
import Training

/// Begins a run, or goes on with the one that was interrupted.
struct TrainStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Begin a training run, or go on with the interrupted one.",
        discussion: """
            Ends with 0 when a better model is in use, annotates beside the model in use or waits for a person, with 1 when the model in use stays or there
            is too little to learn from, with 3 when the machine or the set-up does not allow it. SIGTERM and SIGINT save
            the state and end the program with 1.
            """
    )

    @OptionGroup var site: SiteOptions
    @OptionGroup var models: ModelFolderOptions

    @Option(help: "Learn from cases of this profile only.")
    var profile: String?

    @Option(help: "Which parameters learn: decoder, neck, adapter or full. Default: the site's.")
    var scope: String?

    @Option(help: "Steps of training at most. Default: about three times over the slices, 100 to 2000.")
    var steps: Int?

    @Option(help: "Minutes of training at most. Default: the site's.")
    var minutes: Double?

    @Option(name: .customLong("memory"), help: "Megabytes that the run may use. Default: the site's.")
    var memoryMB: Int?

    @Option(help: "The arithmetic of the networks: fp32 or bf16. Weights are fp32 in any case.")
    var precision = "fp32"

    @Option(help: "The seed of all random choices.")
    var seed: UInt64 = 1

    @Option(help: "The channel whose model is fine-tuned, and in which the result is promoted.")
    var channel = ModelChannels.production

    @Option(help: ArgumentHelp("Seconds between two saved states; for tests.", visibility: .hidden))
    var checkpointSeconds: Double?

    @Flag(help: "Leave the promotion of a model that passes the gate to a person.")
    var keep = false

    @Flag(help: "Say what would be learnt from, and do nothing.")
    var dryRun = false

    @Flag(help: "Print every event as a line of JSON.")
    var json = false

    @Option(name: .customLong("by"), help: "Who begins the run. Default: the user that runs the command.")
    var actor: String?

    func run() async throws {
        let site = try site.load()
        let store = models.store(default: site.models)
        if let threads = site.training.threads { ComputeThreads.use(threads) }
        Self.lowerPriority()
        let priors = try CasePriors(try profileFolder(site))
        let preparation = TrainingPreparation(
            site: site,
            models: store,
            profiles: priors.set,
            settings: try settings(site)
        )
        guard !dryRun else { return try await describe(preparation) }
        let folder = TrainingFolder(path: site.training.folder)
        try AtomicFile.createFolder(folder.path)
        guard let lock = try await Self.hold(folder.lock) else {
            throw CommandFailure(.environment, "another training is running: see 'preread train list'")
        }
        defer { lock.release() }
        StopSignal.listen()
        let run = try await prepared(preparation, folder)
        try? FileManager.default.removeItem(atPath: run.stopRequest.displayName)
        let display = TrainingDisplay(json: json)
        let execution = TrainingExecution(
            site: site,
            models: store,
            priors: priors,
            run: run,
            isQuiet: json,
            checkpointSeconds: checkpointSeconds,
            shouldStop: { StopSignal.isSet || (try? folder.exists(run.stopRequest)) == true },
            observe: { display.show($0) }
        )
        let record = try await Self.onThread { Result { try execution.finish() } }.get()
        display.finish()
        try conclude(record, run)
    }

    /// Whoever only looks whether a training runs holds the lock for a moment: that is waited for.
    private static func hold(_ path: RawPath) async throws -> HeldLock? {
        for _ in 0..<20 {
            if let lock = try HeldLock(path) { return lock }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try HeldLock(path)
    }

    private func prepared(_ preparation: TrainingPreparation, _ folder: TrainingFolder) async throws
        -> TrainingFolder.Run
    {
        if let (run, record) = try folder.unfinished() {
            say("going on with \(run.id), begun \(record.created.formatted(.iso8601))")
            return run
        }
        if let (run, _) = try folder.shadowing() {
            throw CommandFailure(
                .findings,
                "\(run.id) has passed the gate and annotates beside the model in use; no other run begins before its end. "
                    + "'preread train show' says how far it is, 'preread train stop' ends it"
            )
        }
        guard actor != TrainingSupervisor.Reason.resume.rawValue else {
            throw CommandFailure(.findings, "nothing is left to go on with")
        }
        let material = try await preparation.material()
        try preparation.check(material)
        let (run, record, left) = try preparation.prepare(material)
        say("\(run.id): \(material.cases.count) series of \(material.patients) patients, from \(record.incumbent.name)")
        for text in left { say("left out: \(text)") }
        return run
    }

    private func settings(_ site: SiteConfiguration) throws -> TrainingSettings {
        var settings = try TrainingSettings(of: site, by: actor ?? ProcessInfo.processInfo.userName)
        if let scope {
            guard let wanted = TrainingScope(rawValue: scope) else {
                let known = TrainingScope.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandFailure(.wrongUse, "--scope is one of \(known)")
            }
            settings.scope = wanted
        }
        let precisions: [String: TrainingConfiguration.Precision] = ["fp32": .float32, "bf16": .bfloat16]
        guard let precision = precisions[precision] else {
            throw CommandFailure(.wrongUse, "--precision is fp32 or bf16")
        }
        guard ModelStore.isValid(channel) else {
            throw CommandFailure(.wrongUse, "--channel has 1 to 64 of a-z 0-9 . _ - and begins with a letter or digit")
        }
        guard steps.map({ $0 > 0 }) ?? true, minutes.map({ $0 > 0 }) ?? true, memoryMB.map({ $0 > 0 }) ?? true else {
            throw CommandFailure(.wrongUse, "--steps, --minutes and --memory are above 0")
        }
        settings.precision = precision
        settings.seed = seed
        settings.steps = steps
        settings.minutes = minutes ?? settings.minutes
        settings.memoryMB = memoryMB ?? settings.memoryMB
        settings.promotes = settings.promotes && !keep
        settings.profile = profile
        settings.channel = channel
        return settings
    }

    private func profileFolder(_ site: SiteConfiguration) throws -> ProfileFolderOptions {
        try ProfileFolderOptions.parse(["--profiles", site.profiles.displayName])
    }

    private func describe(_ preparation: TrainingPreparation) async throws {
        let material = try await preparation.material()
        print("model in use       \(material.incumbent.manifest.name)")
        print(
            "reviewed series    \(material.cases.count), of them corrected \(material.cases.count { $0.verdict == .corrected })"
        )
        print("patients           \(material.patients)")
        for text in material.left { print("left out           \(text)") }
        try preparation.check(material)
        print("a run can begin")
    }

    private func conclude(_ record: TrainingRunRecord, _ run: TrainingFolder.Run) throws {
        if record.phase == .shadowing, let shadow = record.shadow {
            for reason in record.reasons { say(reason) }
            return say(
                "passed the gate; \(record.candidate?.name ?? "") now annotates \(shadow.series) series beside the model in "
                    + "use, unseen, while 'preread serve' runs. Report: \(run.report.displayName)"
            )
        }
        guard let outcome = record.outcome else {
            say("stopped; 'preread train' goes on where it stood")
            throw CommandFailure(.findings)
        }
        for reason in record.reasons + record.notes { say(reason) }
        let report = run.report.displayName
        switch outcome {
        case .promoted: say("promoted: \(record.candidate?.name ?? "") is in use from now on. Report: \(report)")
        case .waits:
            say("passed the gate; to use it: \(promotion(record)). Report: \(report)")
        case .kept:
            say("kept: \(record.incumbent.name) stays in use. \(record.candidate == nil ? "" : "Report: \(report)")")
            throw CommandFailure(.findings)
        }
    }

    private func promotion(_ record: TrainingRunRecord) -> String {
        let folder = models.store(default: RawPath("models")).folder.displayName
        let name = record.candidate?.name ?? ""
        return "preread models promote \(name) --channel \(record.channel) --models \(folder) --reason TEXT"
    }

    /// What a person waits for comes first. Linux keeps a priority for each thread.
    private static func lowerPriority() {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        for thread in threads.compactMap({ id_t($0) }) { setpriority(__priority_which_t(0), thread, 10) }
    }

    private func say(_ text: String) { if json { StandardError.print(text) } else { print(text) } }

    /// Hours of numeric work do not belong on the threads that all tasks share.
    private static func onThread<Value: Sendable>(_ body: @escaping () -> Value) async -> Value {
        nonisolated(unsafe) let body = body
        return await withCheckedContinuation { continuation in
            let thread = Thread {
                // Threads that this one starts inherit its priority.
                lowerPriority()
                continuation.resume(returning: body())
            }
            thread.stackSize = 16 << 20
            thread.start()
        }
    }
}
