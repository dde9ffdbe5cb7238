import Geometry

/// Where a frame lies in the patient, with the numbers as the source spells them.
///
/// LPS, millimetres. What refers to the frame copies the spelling: numbers that are formatted anew would differ.
public struct FrameGeometry: Sendable, Hashable, Codable {
    /// The plane that the decimal strings describe.
    public let plane: PlaneGeometry
    /// Image Position (Patient): 3 decimal strings.
    public let imagePositionPatient: [String]
    /// Image Orientation (Patient): 6 decimal strings.
    public let imageOrientationPatient: [String]
    /// Pixel Spacing: 2 decimal strings, between rows first.
    public let pixelSpacing: [String]
    /// Slice Thickness as spelled in the source.
    public let sliceThickness: String?
    /// Spacing Between Slices as spelled in the source.
    public let spacingBetweenSlices: String?
    /// What tells the frame from others at its position.
    public let discriminators: [FrameDiscriminator: String]

    /// Makes a geometry from decimal strings; `nil` when they describe no plane.
    public init?(
        size: (rows: Int, columns: Int),
        spelling: Spelling,
        discriminators: [FrameDiscriminator: String] = [:]
    ) {
        guard let plane = spelling.plane(rows: size.rows, columns: size.columns) else { return nil }
        self.plane = plane
        imagePositionPatient = spelling.imagePositionPatient
        imageOrientationPatient = spelling.imageOrientationPatient
        pixelSpacing = spelling.pixelSpacing
        sliceThickness = spelling.sliceThickness
        spacingBetweenSlices = spelling.spacingBetweenSlices
        self.discriminators = discriminators
    }

    /// The decimal strings of a frame as they stand in the file, without padding.
    public struct Spelling: Sendable, Hashable, Codable {
        /// Image Position (Patient).
        public var imagePositionPatient: [String]
        /// Image Orientation (Patient).
        public var imageOrientationPatient: [String]
        /// Pixel Spacing.
        public var pixelSpacing: [String]
        /// Slice Thickness.
        public var sliceThickness: String?
        /// Spacing Between Slices.
        public var spacingBetweenSlices: String?

        /// All parts by name.
        public init(
            imagePositionPatient: [String],
            imageOrientationPatient: [String],
            pixelSpacing: [String],
            sliceThickness: String? = nil,
            spacingBetweenSlices: String? = nil
        ) {
            self.imagePositionPatient = imagePositionPatient
            self.imageOrientationPatient = imageOrientationPatient
            self.pixelSpacing = pixelSpacing
            self.sliceThickness = sliceThickness
            self.spacingBetweenSlices = spacingBetweenSlices
        }

        func plane(rows: Int, columns: Int) -> PlaneGeometry? {
            let position = imagePositionPatient.compactMap(Double.init)
            let directions = imageOrientationPatient.compactMap(Double.init)
            let spacing = pixelSpacing.compactMap(Double.init)
            guard position.count == 3, imagePositionPatient.count == 3, directions.count == 6,
                imageOrientationPatient.count == 6, spacing.count == 2, pixelSpacing.count == 2
            else { return nil }
            return PlaneGeometry(
                position: Vector3(position[0], position[1], position[2]),
                rowDirection: Vector3(directions[0], directions[1], directions[2]),
                columnDirection: Vector3(directions[3], directions[4], directions[5]),
                rowSpacing: spacing[0],
                columnSpacing: spacing[1],
                rows: rows,
                columns: columns
            )
        }
    }

    /// The decimal strings.
    public var spelling: Spelling {
        Spelling(
            imagePositionPatient: imagePositionPatient,
            imageOrientationPatient: imageOrientationPatient,
            pixelSpacing: pixelSpacing,
            sliceThickness: sliceThickness,
            spacingBetweenSlices: spacingBetweenSlices
        )
    }

    // MARK: - Coding

    private enum Key: String, CodingKey {
        case rows, columns, spelling, discriminators
    }

    /// Decodes the spelling and makes the plane anew.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let named = try container.decode([String: String].self, forKey: .discriminators)
        let pairs = named.compactMap { name, value in FrameDiscriminator(rawValue: name).map { ($0, value) } }
        let rows = try container.decode(Int.self, forKey: .rows)
        let columns = try container.decode(Int.self, forKey: .columns)
        let geometry = FrameGeometry(
            size: (rows, columns),
            spelling: try container.decode(Spelling.self, forKey: .spelling),
            discriminators: Dictionary(uniqueKeysWithValues: pairs)
        )
        guard let geometry else {
            throw DecodingError.dataCorruptedError(forKey: .spelling, in: container, debugDescription: "no plane")
        }
        self = geometry
    }

    /// Encodes size, spelling and discriminators.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(plane.rows, forKey: .rows)
        try container.encode(plane.columns, forKey: .columns)
        try container.encode(spelling, forKey: .spelling)
        let named = discriminators.map { ($0.key.rawValue, $0.value) }
        try container.encode(Dictionary(uniqueKeysWithValues: named), forKey: .discriminators)
    }
}
