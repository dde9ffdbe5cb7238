/// What a trainer must know of a slice before it reads its pixels.
public struct SampleEntry: Sendable, Hashable, Codable {
    /// The case, for example a Series Instance UID.
    public let caseID: String
    /// Tells patients apart; a pseudonym or a digest.
    public let patientKey: String
    /// The slice within the case, for example a SOP Instance UID and a frame number.
    public let sliceID: String
    /// The segments that have pixels in the slice.
    public let segments: [String]
    /// How the case came to be here.
    public let origin: SampleOrigin
    /// How much the case counts among cases of its origin, above 0.
    public let caseWeight: Double
    /// How much a segment of this case counts where it is less than 1: what nobody drew is drawn from less often.
    public let segmentWeights: [String: Double]

    /// Describes a slice.
    public init(
        caseID: String,
        patientKey: String,
        sliceID: String,
        segments: [String],
        origin: SampleOrigin,
        caseWeight: Double = 1,
        segmentWeights: [String: Double] = [:]
    ) {
        self.caseID = caseID
        self.patientKey = patientKey
        self.sliceID = sliceID
        self.segments = segments
        self.origin = origin
        self.caseWeight = caseWeight
        self.segmentWeights = segmentWeights
    }
}

/// Another window than the usual one, relative to it.
public struct WindowShift: Sendable, Hashable, Codable {
    /// How far the centre moves, in widths of the usual window.
    public let centre: Double
    /// The factor of the width.
    public let width: Double

    /// A window; 0 and 1 are the usual one.
    public init(centre: Double = 0, width: Double = 1) {
        self.centre = centre
        self.width = width
    }

    /// The usual window.
    public static let none = WindowShift()
}

/// Gives slices to learn from: the one thing that a trainer needs from the outside.
///
/// The same entries in the same order and the same pixels must come at every start, or a run that resumes gives other
/// weights. Any thread may call it.
public protocol SampleSource: Sendable {
    /// All slices, in a fixed order.
    var entries: [SampleEntry] { get }

    /// Whether ``sample(at:window:)`` can map intensities with another window. If not, the trainer changes contrast and
    /// brightness of the bytes, which cannot bring back what the usual window cut off.
    var shiftsWindow: Bool { get }

    /// The slice at a place in ``entries``.
    ///
    /// - Parameters:
    ///   - index: the place.
    ///   - window: always ``WindowShift/none`` where ``shiftsWindow`` is false.
    /// - Throws: what keeps the slice from being read; the run ends with it.
    /// - Returns: the slice with its masks.
    func sample(at index: Int, window: WindowShift) throws -> TrainingSample
}

/// Slices in memory.
public struct SamplesInMemory: SampleSource {
    /// All slices.
    public let entries: [SampleEntry]
    private let samples: [TrainingSample]

    /// The usual window only.
    public var shiftsWindow: Bool { false }

    /// Slices with their descriptions, in the same order.
    public init(_ samples: [(entry: SampleEntry, sample: TrainingSample)]) {
        entries = samples.map(\.entry)
        self.samples = samples.map(\.sample)
    }

    /// The slice at that place.
    public func sample(at index: Int, window: WindowShift) -> TrainingSample { samples[index] }
}
