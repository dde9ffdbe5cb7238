import DurableFiles

/// Puts a profile together with the one that it extends, and that one with the next.
///
/// What a profile says stands; what it leaves out is its parent's. Elements are inherited whole, but for two: rules are
/// added to the parent's rules, and segments are taken one by one by their ids. Every element keeps the file and line that
/// it was read from.
struct ProfileInheritance {
    private let documents: [String: ProfileDocument]

    /// Whoever may be extended; of several with one id the first counts.
    init(_ documents: [ProfileDocument]) {
        self.documents = Dictionary(documents.map { ($0.id, $0) }) { first, _ in first }
    }

    /// A document with everything that it inherits, and the digest of all of it.
    func whole(_ document: ProfileDocument) throws(ProfileError) -> (root: XMLElement, digest: SHA256Digest) {
        var line = [document]
        while let parentID = line[line.count - 1].parentID {
            let child = line[line.count - 1]
            guard let parent = documents[parentID] else { throw unknownParent(parentID, of: child) }
            guard !line.contains(where: { $0.id == parentID }) else {
                throw ProfileError(
                    file: child.file,
                    line: child.root.line,
                    "the profile extends itself: " + (line.map(\.id) + [parentID]).joined(separator: " → "),
                    remedy: "Remove extends from one of them"
                )
            }
            line.append(parent)
        }
        var merge = ProfileMerge()
        let eldest = line[line.count - 1]
        var (root, digest) = (eldest.root, eldest.digest)
        for child in line.reversed().dropFirst() {
            root = merge.merged(child.root, onto: root)
            digest = SHA256Digest(of: Array("\(child.digest.hex) extends \(digest.hex)".utf8))
        }
        guard merge.problems.isEmpty else { throw ProfileError(merge.problems) }
        return (root, digest)
    }

    private func unknownParent(_ id: String, of child: ProfileDocument) -> ProfileError {
        let known = documents.keys.filter { $0 != child.id }.sorted()
        return ProfileError(
            file: child.file,
            line: child.root.line,
            "there is no profile \(id) that can be read, and so none to extend",
            remedy: known.isEmpty
                ? "Put the file of \(id) beside this one" : "Extend one of: " + known.joined(separator: ", ")
        )
    }
}

/// Merges the elements of one profile onto those of its parent.
private struct ProfileMerge {
    private(set) var problems: [ProfileError.Problem] = []

    /// What a profile does not inherit: its identity, and whether it is there to be extended only.
    private static let own: Set<String> = ["id", "version", "extends", "active"]

    mutating func merged(_ child: XMLElement, onto parent: XMLElement) -> XMLElement {
        var children: [XMLElement] = []
        var names: [String] = []
        for element in parent.children + child.children where !names.contains(element.name) {
            names.append(element.name)
        }
        for name in names {
            let own = child.children.filter { $0.name == name }
            let inherited = parent.children.filter { $0.name == name }
            if let element = own.first, let base = inherited.first, element.inherits, name == "match" {
                children.append(element.with(children: base.children + element.children))
            } else if let element = own.first, let base = inherited.first, element.inherits, name == "segments" {
                children.append(element.with(children: segments(element.children, onto: base.children)))
            } else {
                children += own.isEmpty ? inherited : own
            }
        }
        let attributes = parent.attributes.filter { !Self.own.contains($0.key) }
            .merging(child.attributes) { _, own in own }
        return child.with(attributes: attributes, children: children)
    }

    private mutating func segments(_ children: [XMLElement], onto parents: [XMLElement]) -> [XMLElement] {
        var segments = parents
        for child in children {
            let id = child.attributes["id"] ?? ""
            let place = segments.firstIndex { $0.attributes["id"] == id }
            switch (place, child.attributes["remove"]?.trimmingWhiteSpace() == "true") {
            case (let place?, true): segments.remove(at: place)
            case (let place?, false): segments[place] = segment(child, onto: segments[place])
            case (nil, false): segments.append(child)
            case (nil, true):
                let ids = segments.compactMap { $0.attributes["id"] }
                problems.append(
                    .init(
                        file: child.file,
                        line: child.line,
                        message: "there is no segment \(id) to remove",
                        remedy: "Remove the element, or name one of: " + ids.joined(separator: ", ")
                    )
                )
            }
        }
        return segments
    }

    /// The codes of a segment belong together: whoever gives another type gives its modifiers with it.
    private func segment(_ child: XMLElement, onto parent: XMLElement) -> XMLElement {
        let names = Set(child.children.map(\.name))
        let inherited = parent.children.filter { element in
            !names.contains(element.name) && !(element.name == "modifier" && names.contains("type"))
        }
        return child.with(
            attributes: parent.attributes.merging(child.attributes) { _, own in own },
            children: inherited + child.children
        )
    }
}

extension XMLElement {
    /// Whether the element adds to its parent's rather than taking its place.
    fileprivate var inherits: Bool { attributes["inherit"]?.trimmingWhiteSpace() != "false" }

    fileprivate func with(attributes: [String: String]? = nil, children: [XMLElement]) -> XMLElement {
        XMLElement(
            name: name,
            line: line,
            attributes: attributes ?? self.attributes,
            children: children,
            text: text,
            file: file
        )
    }
}
