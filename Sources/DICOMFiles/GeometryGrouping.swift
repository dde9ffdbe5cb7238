import Geometry

/// Sorts the frames of a series into volumes.
///
/// Frames belong together when they share orientation, size, spacing and frame of reference. Where several are at one
/// position, a discriminator must tell them apart: time, b-value, echo and so on.
struct GeometryGrouping {
    private(set) var volumes: [ImageVolume] = []
    private(set) var localizers: [SourceFrame] = []
    private(set) var ambiguous: [SourceFrame] = []

    private struct Group {
        let frameOfReferenceUID: String
        var frames: [SourceFrame]
    }

    init(headers: [InstanceHeader]) {
        var groups: [Group] = []
        for (headerIndex, header) in headers.enumerated() {
            for frameIndex in header.frames.indices {
                let frame = SourceFrame(header: header, headerIndex: headerIndex, frameIndex: frameIndex)
                if header.isLocalizer {
                    localizers.append(frame)
                } else {
                    Self.insert(frame, frameOfReferenceUID: header.frameOfReferenceUID, into: &groups)
                }
            }
        }
        for group in groups { addVolumes(of: group) }
        // Stable: of volumes of one size the first in the series stays first.
        volumes = volumes.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
            .map(\.element)
    }

    private static func insert(_ frame: SourceFrame, frameOfReferenceUID: String, into groups: inout [Group]) {
        // Searched from the end: neighbours in a series mostly belong together.
        let index = groups.lastIndex { group in
            group.frameOfReferenceUID == frameOfReferenceUID && group.frames[0].plane.isParallelSibling(of: frame.plane)
        }
        if let index {
            groups[index].frames.append(frame)
        } else {
            groups.append(Group(frameOfReferenceUID: frameOfReferenceUID, frames: [frame]))
        }
    }

    private mutating func addVolumes(of group: Group) {
        if let volume = try? ImageVolume(frames: group.frames, frameOfReferenceUID: group.frameOfReferenceUID) {
            volumes.append(volume)
            return
        }
        for keys in Self.candidates {
            guard let phases = Self.phases(of: group, by: keys) else { continue }
            volumes += phases
            return
        }
        ambiguous += group.frames
    }

    /// One discriminator, then pairs of them.
    private static let candidates: [[FrameDiscriminator]] = {
        let all = FrameDiscriminator.allCases
        let pairs = all.indices.flatMap { first in all[(first + 1)...].map { [all[first], $0] } }
        return all.map { [$0] } + pairs
    }()

    /// The group split by the values of discriminators, or `nil` when that leaves two frames at one position, or makes
    /// more parts than positions are shared by: then the values differ for another reason.
    private static func phases(of group: Group, by keys: [FrameDiscriminator]) -> [ImageVolume]? {
        var order: [[String?]] = []
        var parts: [[String?]: [SourceFrame]] = [:]
        for frame in group.frames {
            let value = keys.map { frame.geometry.discriminators[$0] }
            if parts[value] == nil { order.append(value) }
            parts[value, default: []].append(frame)
        }
        guard order.count > 1, order.count <= greatestMultiplicity(of: group.frames) else { return nil }
        var volumes: [ImageVolume] = []
        for value in order {
            var phase: [FrameDiscriminator: String] = [:]
            for (key, text) in zip(keys, value) { phase[key] = text }
            guard let frames = parts[value],
                let volume = try? ImageVolume(
                    frames: frames,
                    frameOfReferenceUID: group.frameOfReferenceUID,
                    phase: phase
                )
            else { return nil }
            volumes.append(volume)
        }
        return volumes
    }

    /// How many frames are at the position that most are at (within 0.01 mm along the normal).
    private static func greatestMultiplicity(of frames: [SourceFrame]) -> Int {
        let normal = frames[0].plane.normal
        let offsets = frames.map { $0.plane.offset(along: normal) }.sorted()
        var greatest = 0
        var start = 0
        for index in offsets.indices {
            if offsets[index] - offsets[start] >= 0.01 { start = index }
            greatest = max(greatest, index - start + 1)
        }
        return greatest
    }
}
