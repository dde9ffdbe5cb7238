import DurableFiles

/// Reads profiles with one schema and one code table.
public struct ProfileReader: Sendable {
    /// The name of the schema beside the profiles.
    public static let schemaName = "profile.xsd"
    /// The name of the code table beside the profiles.
    public static let codesName = "codes.tsv"

    private let schema: XMLDocument.Schema
    private let codes: CodeTable

    /// Takes `profile.xsd` and `codes.tsv` from a folder.
    public init(folder: RawPath) throws(ProfileError) {
        schema = try ConfigurationFile.schema(folder.appending(Self.schemaName))
        codes = try CodeTable(path: folder.appending(Self.codesName))
    }

    /// Reads and checks one profile.
    ///
    /// - Throws: every problem of the file that can be found at once: what the schema finds, or, if it finds nothing,
    ///   what lies beyond a schema.
    public func profile(at path: RawPath) throws(ProfileError) -> Profile {
        let bytes = try ConfigurationFile.read(path, what: "profile")
        return try profile(bytes: bytes, file: path.displayName)
    }

    /// Reads and checks a profile in memory; `file` is its name in errors.
    public func profile(bytes: [UInt8], file: String) throws(ProfileError) -> Profile {
        let root = try XMLDocument(bytes: bytes, file: file, schema: schema).root
        var reader = ElementReader(file: file)
        let profile = Profile(
            id: reader.text(root, "id"),
            version: reader.text(root, "version"),
            title: root.child("title")?.text ?? "",
            description: root.child("description")?.text ?? "",
            priority: reader.integer(root, "priority") ?? 0,
            rules: rules(root, &reader),
            model: model(root.child("model"), &reader),
            intensity: intensity(root, &reader),
            atlas: root.child("atlas").map { reader.text($0, "name") },
            segments: segments(root, &reader),
            output: output(root, &reader),
            file: file,
            digest: SHA256Digest(of: bytes)
        )
        checkAtlasUse(profile, root, &reader)
        try reader.finish()
        return profile
    }

    // MARK: - Parts

    private func rules(_ root: XMLElement, _ reader: inout ElementReader) -> [MatchRule] {
        guard let match = part("match", of: root, &reader) else { return [] }
        return MatchReader.rules(in: match, &reader)
    }

    private func segments(_ root: XMLElement, _ reader: inout ElementReader) -> [ProfileSegment] {
        guard let segments = part("segments", of: root, &reader) else { return [] }
        return SegmentReader(codes: codes).segments(in: segments, &reader)
    }

    private func model(_ element: XMLElement?, _ reader: inout ElementReader) -> ProfileModel {
        guard let element else { return ProfileModel(choice: .siteDefault, sha256: nil, precision: nil) }
        let name = reader.optionalText(element, "name")
        let channel = reader.optionalText(element, "channel")
        if name != nil, channel != nil {
            reader.report(element, "the model has a name and a channel", remedy: "Give one of the two, or neither")
        }
        let digest = reader.optionalText(element, "sha256").flatMap(SHA256Digest.init(hex:))
        return ProfileModel(
            choice: name.map(ProfileModel.Choice.name) ?? channel.map(ProfileModel.Choice.channel) ?? .siteDefault,
            sha256: digest,
            precision: reader.choice(element, "precision")
        )
    }

    private func intensity(_ root: XMLElement, _ reader: inout ElementReader) -> ProfileIntensity {
        let element = part("intensity", of: root, &reader)
        if let window = element?.child("window") {
            let limits = reader.lowHigh(window)
            return .window(low: limits.low, high: limits.high)
        }
        guard let percentiles = element?.child("percentiles") else {
            if let element {
                reader.report(element, "no intensity is given", remedy: "Add <window> or <percentiles>")
            }
            return .percentiles(low: 0.5, high: 99.5)
        }
        let limits = reader.lowHigh(percentiles)
        return .percentiles(low: limits.low, high: limits.high)
    }

    private func output(_ root: XMLElement, _ reader: inout ElementReader) -> ProfileOutput {
        guard let element = part("output", of: root, &reader) else {
            return ProfileOutput(seriesNumber: 0, seriesDescription: "", encoding: .binary)
        }
        return ProfileOutput(
            seriesNumber: reader.integer(element, "seriesNumber") ?? 0,
            seriesDescription: reader.text(element, "seriesDescription"),
            encoding: reader.choice(element, "encoding", default: .binary)
        )
    }

    private func part(_ name: String, of root: XMLElement, _ reader: inout ElementReader) -> XMLElement? {
        let element = root.child(name)
        if element == nil { reader.report(root, "<\(name)> is missing", remedy: "Add the element") }
        return element
    }

    /// A structure's name in an atlas means nothing where the profile names no atlas.
    private func checkAtlasUse(_ profile: Profile, _ root: XMLElement, _ reader: inout ElementReader) {
        guard profile.atlas == nil, let elements = root.child("segments")?.children else { return }
        for element in elements where element.attributes["atlasLabel"] != nil {
            reader.report(
                element,
                "the segment has an atlas label, but the profile has no atlas",
                remedy: "Add <atlas name=\"…\"/> before <segments>, or remove atlasLabel"
            )
        }
    }
}
