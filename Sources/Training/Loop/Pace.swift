/// How fast a run goes.
struct Pace {
    private let start: Double
    private let earlier: Double
    private var lastSaving: Double
    private var recent: [Double] = []

    /// Begins at a moment, after as many seconds of earlier starts.
    init(start: Double, earlier: Double) {
        self.start = start
        self.earlier = earlier
        lastSaving = start
    }

    /// Seconds of all starts.
    func seconds(at now: Double) -> Double { earlier + now - start }
    func secondsSinceSaving(at now: Double) -> Double { now - lastSaving }
    mutating func saved(at now: Double) { lastSaving = now }

    mutating func took(_ seconds: Double) {
        recent.append(seconds)
        if recent.count > 20 { recent.removeFirst() }
    }

    /// The mean of the last steps.
    var secondsPerStep: Double? { recent.isEmpty ? nil : recent.reduce(0, +) / Double(recent.count) }
}
