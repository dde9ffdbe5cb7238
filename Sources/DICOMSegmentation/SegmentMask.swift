/// The mask of one segment on the frames of a series; frames that hold nothing of it take no memory.
public struct SegmentMask: Sendable, Hashable {
    /// One entry for each source frame, in the order of the source frames; `nil` where the segment is absent.
    public private(set) var frames: [FrameMask?]

    /// An empty mask over this many source frames.
    public init(frameCount: Int) {
        frames = Array(repeating: nil, count: frameCount)
    }

    /// Takes the masks in the order of the source frames. Empty ones are dropped.
    public init(frames: [FrameMask?]) {
        self.frames = frames.map { $0.flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// The mask on one source frame; an empty one is stored as `nil`.
    public subscript(frame: Int) -> FrameMask? {
        get { frames[frame] }
        set { frames[frame] = newValue.flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// Whether no frame holds a pixel.
    public var isEmpty: Bool { frames.allSatisfy { $0 == nil } }

    /// The pixels of all frames together.
    public var pixelCount: Int { frames.reduce(0) { $0 + ($1?.pixelCount ?? 0) } }
}
