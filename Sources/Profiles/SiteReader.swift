import DurableFiles

/// Reads a site file's elements and checks that its folders do not feed each other.
struct SiteReader {
    let root: XMLElement
    let file: String
    let folder: RawPath

    func site() throws(ProfileError) -> SiteConfiguration {
        var reader = ElementReader(file: file)
        let site = site(&reader)
        checkPlaces(site, &reader)
        try reader.finish()
        return site
    }

    /// The site, before its places are checked.
    func site(_ reader: inout ElementReader) -> SiteConfiguration {
        let folders = SiteConfiguration.Folders(
            incoming: path("folders", "incoming", default: "incoming"),
            annotated: path("folders", "annotated", default: "annotated"),
            corrected: path("folders", "corrected", default: "corrected"),
            rejected: path("folders", "rejected", default: "rejected"),
            store: path("folders", "store", default: "store")
        )
        return SiteConfiguration(
            folders: folders,
            ledger: path("ledger", "sqlite", default: "ledger.sqlite"),
            profiles: path("profiles", "folder", default: "../profiles"),
            models: path("models", "folder", default: "../models"),
            defaultModel: root.child("models").flatMap { reader.optionalText($0, "default") },
            precision: root.child("models").map { reader.choice($0, "precision", default: .fp32) } ?? .fp32,
            ingest: ingest(&reader),
            workers: workers(&reader),
            training: training(&reader),
            web: root.child("web").map { web($0, &reader) },
            logLevel: root.child("log").map { reader.choice($0, "level", default: .info) } ?? .info
        )
    }

    private func path(_ element: String, _ attribute: String, default fallback: String) -> RawPath {
        // Not trimmed: a folder's name may end in a blank.
        let text = root.child(element)?.attributes[attribute] ?? fallback
        return text.hasPrefix("/") ? RawPath(text) : folder.appending(text)
    }

    private func ingest(_ reader: inout ElementReader) -> SiteConfiguration.Ingest {
        let element = root.child("ingest")
        return SiteConfiguration.Ingest(
            settleSeconds: element.flatMap { reader.number($0, "settleSeconds") } ?? 10,
            studyQuietSeconds: element.flatMap { reader.number($0, "studyQuietSeconds") } ?? 30,
            pollSeconds: element.flatMap { reader.number($0, "pollSeconds") } ?? 2,
            deletesAfterIngest: element.map { reader.truth($0, "deleteAfterIngest", default: false) } ?? false
        )
    }

    private func workers(_ reader: inout ElementReader) -> SiteConfiguration.Workers {
        let element = root.child("workers")
        return SiteConfiguration.Workers(
            count: element.flatMap { reader.integer($0, "count") } ?? 1,
            threads: element.flatMap { reader.integer($0, "threads") }
        )
    }

    private func training(_ reader: inout ElementReader) -> SiteConfiguration.Training {
        let element = root.child("training")
        func integer(_ name: String) -> Int? { element.flatMap { reader.integer($0, name) } }
        let every = element.flatMap { reader.optionalText($0, "every") }
        let schedule = every.flatMap { TrainingSchedule($0) }
        if let element, let every, schedule == nil {
            reader.report(
                element,
                "every=\"\(every)\" is not a time of the day or week",
                remedy: "Write it like 'Sun 02:00' or 'daily 23:30'"
            )
        }
        return SiteConfiguration.Training(
            folder: path("training", "folder", default: "training"),
            schedule: schedule,
            afterCorrections: integer("afterCorrections"),
            scope: element.flatMap { reader.optionalText($0, "scope") } ?? "decoder",
            minutes: element.flatMap { reader.number($0, "minutes") } ?? 240,
            memoryMB: integer("memoryMB") ?? 6_000,
            threads: integer("threads"),
            minimumCases: integer("minimumCases") ?? 10,
            minimumPatients: integer("minimumPatients") ?? 4,
            promotes: element.map { reader.truth($0, "promote", default: true) } ?? true,
            shadowSeries: integer("shadowSeries") ?? 0
        )
    }

    // MARK: - Places

    /// A path that an element gives; a place of the site beside the folders.
    func path(_ element: XMLElement, _ attribute: String) -> RawPath? {
        element.attributes[attribute].map { $0.hasPrefix("/") ? RawPath($0) : folder.appending($0) }
    }

    private struct Place {
        let element: String
        let name: String
        let components: [[UInt8]]
    }

    /// A watched folder that holds another place of the site would take its own results in again, for ever.
    private func checkPlaces(_ site: SiteConfiguration, _ reader: inout ElementReader) {
        var places = [
            place("folders", "incoming", site.folders.incoming),
            place("folders", "annotated", site.folders.annotated),
            place("folders", "corrected", site.folders.corrected),
            place("folders", "rejected", site.folders.rejected),
            place("folders", "store", site.folders.store),
            place("ledger", "ledger", site.ledger),
            place("profiles", "profiles", site.profiles),
            place("models", "models", site.models),
            place("training", "training", site.training.folder),
        ]
        let web = [
            ("users", site.web?.users), ("audit", site.web?.audit), ("key", site.web?.key),
            ("proxySecret", site.web?.proxySecret),
        ]
        places += web.compactMap { name, path in path.map { place("web", name, $0) } }
        for (index, place) in places.enumerated() {
            for other in places[..<index] where place.components == other.components {
                let element = root.child(place.element) ?? root
                reader.report(element, "\(place.name) is the same place as \(other.name)", remedy: "Give each its own")
            }
        }
        for watched in places where ["incoming", "corrected", "rejected"].contains(watched.name) {
            for other in places
            where other.components.count > watched.components.count
                && other.components.starts(with: watched.components)
            {
                reader.report(
                    root.child(other.element) ?? root,
                    "\(other.name) lies inside the watched folder \(watched.name)",
                    remedy: "Move it out, or what Preread writes there would be taken in again"
                )
            }
        }
    }

    /// Compared by their spelling, with `.` and `..` resolved: folders need not exist yet. Links are not followed, so a
    /// link can still hide a loop.
    private func place(_ element: String, _ name: String, _ path: RawPath) -> Place {
        var components: [[UInt8]] = []
        for part in path.bytes.split(separator: UInt8(ascii: "/")).map(Array.init) {
            switch part {
            case [UInt8(ascii: ".")]: continue
            case Self.dots where components.last.map { $0 != Self.dots } ?? false: components.removeLast()
            default: components.append(part)
            }
        }
        let isAbsolute = path.bytes.first == UInt8(ascii: "/")
        return Place(element: element, name: name, components: (isAbsolute ? [[]] : []) + components)
    }

    private static let dots = Array("..".utf8)
}
