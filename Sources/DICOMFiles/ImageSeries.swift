import DurableFiles

/// The accepted files of one series, and the volumes that their frames form.
public struct ImageSeries: Sendable {
    /// Study Instance UID.
    public let studyInstanceUID: String
    /// Series Instance UID.
    public let seriesInstanceUID: String
    /// Modality of the first file.
    public let modality: String
    /// In ascending order of instance number, then SOP Instance UID.
    public let headers: [InstanceHeader]
    /// Every geometry group, split by phase, the largest first.
    public let volumes: [ImageVolume]
    /// Scouts: never part of a volume.
    public let localizers: [SourceFrame]
    /// Frames that share a position with others and cannot be told apart; not part of any volume.
    public let ambiguous: [SourceFrame]

    /// Groups the headers of one series.
    ///
    /// All must have the same study and series; see ``ImageSeries/grouping(_:)`` for any headers.
    public init(headers unsorted: [InstanceHeader]) {
        guard let first = unsorted.first else { preconditionFailure("a series has at least one file") }
        precondition(
            unsorted.allSatisfy {
                $0.seriesInstanceUID == first.seriesInstanceUID && $0.studyInstanceUID == first.studyInstanceUID
            },
            "the files of a series have one series and one study"
        )
        let headers = unsorted.sorted {
            ($0.instanceNumber ?? .max, $0.sopInstanceUID) < ($1.instanceNumber ?? .max, $1.sopInstanceUID)
        }
        studyInstanceUID = first.studyInstanceUID
        seriesInstanceUID = first.seriesInstanceUID
        modality = first.modality
        self.headers = headers
        let groups = GeometryGrouping(headers: headers)
        volumes = groups.volumes
        localizers = groups.localizers
        ambiguous = groups.ambiguous
    }

    /// Makes the series of any headers, in the order of their first header.
    public static func grouping(_ headers: [InstanceHeader]) -> [ImageSeries] {
        struct Key: Hashable {
            let study: String
            let series: String
        }
        var order: [Key] = []
        var members: [Key: [InstanceHeader]] = [:]
        for header in headers {
            let key = Key(study: header.studyInstanceUID, series: header.seriesInstanceUID)
            if members[key] == nil { order.append(key) }
            members[key, default: []].append(header)
        }
        return order.compactMap { members[$0].map(ImageSeries.init(headers:)) }
    }

    /// The largest volume: what is annotated. `nil` when ``problem`` says why there is none.
    public var volume: ImageVolume? { problem == nil ? volumes.first : nil }

    /// What keeps the series from being annotated: frames that cannot be told apart and are more than the largest
    /// volume, or nothing but localizers.
    public var problem: ReasonCode? {
        let largest = volumes.first?.count ?? 0
        if ambiguous.count > largest { return .ambiguous4D }
        return largest == 0 ? .badGeometry : nil
    }

    /// For one flag of ``volume``: the number of gaps between its slices.
    public var gapCount: Int { volume?.gapCount ?? 0 }
}
