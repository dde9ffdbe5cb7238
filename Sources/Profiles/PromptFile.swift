import DurableFiles

/// Prompts that a person or another program gives for one series, instead of the atlas.
///
/// A JSON object; `profiles/README.md` has an example. Coordinates are source pixels (x = column, y = row) and go to the
/// network as they stand.
public struct PromptFile: Sendable, Hashable {
    /// At least one, in the order of the file.
    public let segments: [Segment]

    /// A structure and where it is.
    public struct Segment: Sendable, Hashable {
        /// Segment Label, at most 64 ASCII characters.
        public let label: String
        /// Segmented Property Category.
        public let category: ProfileCode
        /// Segmented Property Type.
        public let type: ProfileCode
        /// The side, where the structure has one.
        public let modifier: ProfileCode?
        /// In which a viewer is asked to show the segment.
        public let colour: RGBColour?
        /// Values after the modality LUT; `nil` leaves the choice to the pipeline.
        public let window: Window?
        /// At least one.
        public let prompts: [SlicePrompt]
    }

    /// `low` becomes 0 and `high` 255; `low` is smaller.
    public struct Window: Sendable, Hashable {
        /// What becomes 0.
        public let low: Double
        /// What becomes 255.
        public let high: Double
    }

    /// The prompt of a segment on one frame.
    public struct SlicePrompt: Sendable, Hashable {
        /// SOP Instance UID (0008,0018) of the source image.
        public let sopInstanceUID: String
        /// Counted from 1; 1 for a single-frame image.
        public let frame: Int
        /// There are points where this is `nil`.
        public let box: Box?
        /// There is a box where this is empty.
        public let points: [Point]
    }

    /// Two corners; x0 < x1 and y0 < y1.
    public struct Box: Sendable, Hashable {
        /// The left side, source pixels.
        public let x0: Double
        /// The upper side, source pixels.
        public let y0: Double
        /// The right side, source pixels.
        public let x1: Double
        /// The lower side, source pixels.
        public let y1: Double
    }

    /// A click.
    public struct Point: Sendable, Hashable {
        /// Column, source pixels.
        public let x: Double
        /// Row, source pixels.
        public let y: Double
        /// Whether the point is in the structure (label 1) or beside it (label 0).
        public let isForeground: Bool
    }

    /// Bytes; a larger file is refused unread.
    public static let sizeLimit = 16 << 20

    /// Reads a file.
    public static func load(_ path: RawPath) throws(PromptFileError) -> PromptFile {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try ReadOnlyFile(path, subject: "prompt file").readAll(limit: sizeLimit)
        } catch {
            throw PromptFileError(path: "", message: error.description)
        }
        return try PromptFile(json: bytes)
    }

    /// Decodes a file's bytes; whatever the format does not know is an error.
    public init(json bytes: [UInt8]) throws(PromptFileError) {
        self.init(segments: try PromptFileReader.segments(in: try JSONValue.parse(bytes)))
    }

    init(segments: [Segment]) {
        self.segments = segments
    }
}

/// What is wrong with a prompt file, and where.
public struct PromptFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The place in the JSON, for example `segments[0].prompts[2].box`; empty for the file as a whole.
    public let path: String
    /// What is wrong and what is needed.
    public let message: String

    /// `segments[0].prompts[2].box: four numbers needed`.
    public var description: String {
        (path.isEmpty ? "prompt file" : path) + ": " + message
    }
}
