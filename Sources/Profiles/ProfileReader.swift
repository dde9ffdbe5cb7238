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

    /// Reads and checks one profile that extends no other.
    ///
    /// - Throws: every problem of the file that can be found at once: what the schema finds, or, if it finds nothing,
    ///   what lies beyond a schema.
    public func profile(at path: RawPath) throws(ProfileError) -> Profile {
        try profile(of: try document(at: path), among: [])
    }

    /// Reads and checks a profile in memory; `file` is its name in errors, `documents` are those that it may extend.
    public func profile(
        bytes: [UInt8],
        file: String,
        among documents: [ProfileDocument] = []
    ) throws(ProfileError) -> Profile {
        try profile(of: try document(bytes: bytes, file: file), among: documents)
    }

    /// Reads a file and holds it against the schema.
    public func document(at path: RawPath) throws(ProfileError) -> ProfileDocument {
        try document(bytes: try ConfigurationFile.read(path, what: "profile"), file: path.displayName)
    }

    /// Holds a profile in memory against the schema.
    public func document(bytes: [UInt8], file: String) throws(ProfileError) -> ProfileDocument {
        ProfileDocument(
            root: try XMLDocument(bytes: bytes, file: file, schema: schema).root,
            file: file,
            digest: SHA256Digest(of: bytes)
        )
    }

    /// Puts a profile together with what it extends and checks all of it.
    public func profile(
        of document: ProfileDocument,
        among documents: [ProfileDocument]
    ) throws(ProfileError) -> Profile {
        let (root, digest) = try ProfileInheritance([document] + documents).whole(document)
        var reader = ElementReader(file: document.file)
        let profile = Profile(
            id: reader.text(root, "id"),
            version: reader.text(root, "version"),
            title: part("title", of: root, &reader)?.text ?? "",
            description: root.child("description")?.text ?? "",
            priority: reader.integer(root, "priority") ?? 0,
            isFallback: reader.truth(root, "fallback", default: false),
            isActive: reader.truth(root, "active", default: true),
            parentID: document.parentID,
            rules: rules(root, &reader),
            requirements: RequirementReader.requirements(root, &reader),
            choice: ChoiceReader.choice(root.child("choose"), &reader),
            model: model(root.child("model"), &reader),
            intensity: intensity(root, &reader),
            atlases: atlases(root, &reader),
            fallbackAtlases: fallbackAtlases(root, &reader),
            registration: registration(root.child("registration"), &reader),
            segments: segments(root, &reader),
            output: output(root, &reader),
            file: document.file,
            digest: digest
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

    private func atlases(_ root: XMLElement, _ reader: inout ElementReader) -> [String] {
        var names: [String] = []
        for element in root.children where element.name == "atlas" {
            let name = reader.text(element, "name")
            if names.contains(name) {
                reader.report(element, "the atlas \(name) is named twice", remedy: "Remove one of the elements")
            }
            names.append(name)
        }
        return names
    }

    private func fallbackAtlases(_ root: XMLElement, _ reader: inout ElementReader) -> Set<String> {
        let elements = root.children.filter { $0.name == "atlas" }
        let names = elements.filter { reader.truth($0, "fallback", default: false) }.map { reader.text($0, "name") }
        if let first = elements.first, names.count == elements.count {
            reader.report(first, "every atlas is a fallback", remedy: "Leave fallback out of at least one of them")
        }
        return Set(names)
    }

    private func registration(_ element: XMLElement?, _ reader: inout ElementReader) -> RegistrationRule {
        let standard = RegistrationRule.standard
        guard let element else { return standard }
        let rule = RegistrationRule(
            region: reader.choice(element, "region", default: standard.region),
            minimumLevelScore: reader.number(element, "minimumLevelScore") ?? standard.minimumLevelScore,
            minimumOverlap: reader.number(element, "minimumOverlap"),
            minimumSizeRatio: reader.number(element, "minimumSizeRatio") ?? standard.minimumSizeRatio,
            maximumSizeRatio: reader.number(element, "maximumSizeRatio") ?? standard.maximumSizeRatio
        )
        if rule.minimumSizeRatio >= rule.maximumSizeRatio {
            reader.report(
                element,
                "minimumSizeRatio is not below maximumSizeRatio",
                remedy: "Exchange the two values; the default is 0.7 to 1.4"
            )
        }
        return rule
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
        // A profile that no series gets may leave to those that extend it what differs among them.
        let isNeeded = reader.optionalText(root, "active") != "false"
        if element == nil, isNeeded { reader.report(root, "<\(name)> is missing", remedy: "Add the element") }
        return element
    }

    /// A structure's name in an atlas means nothing where the profile names no atlas.
    private func checkAtlasUse(_ profile: Profile, _ root: XMLElement, _ reader: inout ElementReader) {
        guard profile.atlases.isEmpty, let elements = root.child("segments")?.children else { return }
        for element in elements where element.attributes["atlasLabel"] != nil {
            reader.report(
                element,
                "the segment has an atlas label, but the profile has no atlas",
                remedy: "Add <atlas name=\"…\"/> before <segments>, or remove atlasLabel"
            )
        }
    }
}
