import DICOMSegmentation
import Foundation
import HTTPTypes
import Pipeline
import Profiles
import ReviewWeb

/// Makes the segments of a corrected segmentation from what a person hands in.
struct CorrectedSegments {
    /// One structure as it is to be written, and what it was before.
    struct Member {
        let key: String
        let description: SegmentDescription
        let mask: SegmentMask
        /// The program's mask; empty where it has none.
        let result: SegmentMask
    }

    /// What the masks lie on.
    let grid: (slices: Int, rows: Int, columns: Int)
    let result: PlacedSegmentation?
    /// The masks that the person began with, by their keys.
    let base: [JobMasks.Keyed]
    /// `nil` where this version of the profile is not there any more.
    let profile: Profile?
    /// Who drew what the person did not.
    let model: (name: String, version: String)

    /// The segments in the order of the draft.
    ///
    /// A structure that was not found before and that nobody drew is left out: that it is not there was not said.
    ///
    /// - Throws: ``ReviewError`` of status 422 for masks that cannot be read or structures that nobody knows.
    func members(_ draft: CorrectionDraft) throws -> [Member] {
        guard Set(draft.segments.map(\.key)).count == draft.segments.count else {
            throw ReviewError.unusableDraft("a segment is there twice")
        }
        return try draft.segments.compactMap { segment in
            let mask = try self.mask(segment.runs)
            let before = base.first { $0.key == segment.key }?.segment
            let ours = result?.segments.first { $0.key == segment.key }
            if mask.isEmpty, before == nil, ours == nil, segment.tools.isEmpty { return nil }
            return Member(
                key: segment.key,
                description: try description(of: segment, mask, before: before, ours),
                mask: mask,
                result: try ours.map { try self.mask($0.runs) } ?? SegmentMask(frameCount: grid.slices)
            )
        }
    }

    private func mask(_ runs: Data) throws(ReviewError) -> SegmentMask {
        do throws(SegmentationError) {
            return try MaskRuns(bytes: Array(runs)).mask(slices: grid.slices, rows: grid.rows, columns: grid.columns)
        } catch {
            throw ReviewError.unusableDraft(error.message)
        }
    }

    // MARK: - What it is

    private func description(
        of segment: CorrectionDraft.Segment,
        _ mask: SegmentMask,
        before: PlacedSegmentation.Segment?,
        _ ours: PlacedSegmentation.Segment?
    ) throws -> SegmentDescription {
        let algorithm = try algorithm(segment, mask, before: before)
        // The numbers by which other software knows the structure stay what they are.
        let trackingUID = ours?.trackingUID ?? before?.trackingUID
        if let planned = profile?.segments.first(where: { key(of: $0) == segment.key }) {
            return SegmentDescription(
                label: planned.label,
                category: concept(planned.category),
                type: concept(planned.type),
                algorithm: algorithm,
                color: SRGBColor(red: planned.colour.red, green: planned.colour.green, blue: planned.colour.blue),
                trackingID: segment.key,
                trackingUID: trackingUID,
                typeModifiers: planned.modifiers.map(concept)
            )
        }
        guard let known = ours ?? before else {
            throw ReviewError.unusableDraft("nobody knows a segment with one of these keys")
        }
        guard let type = known.type, !type.hasRetiredScheme else {
            throw ReviewError.unusableDraft("segment \(known.number) has no code that could be written")
        }
        let number = base.firstIndex { $0.key == segment.key } ?? 0
        return SegmentDescription(
            label: Self.ascii(known.label, limit: 64) ?? type.meaning,
            category: known.category ?? .anatomicalStructure,
            type: type,
            algorithm: algorithm,
            color: Self.palette[number % Self.palette.count],
            trackingID: Self.ascii(known.trackingID ?? "", limit: 64) ?? "segment-\(known.number)",
            trackingUID: trackingUID,
            typeModifiers: known.modifiers
        )
    }

    private func key(of segment: ProfileSegment) -> String { "\(profile?.id ?? "")/\(segment.id)" }

    private func concept(_ code: ProfileCode) -> CodedConcept {
        CodedConcept(value: code.value, scheme: code.scheme, meaning: code.meaning)
    }

    static let palette = [
        SRGBColor(red: 230, green: 159, blue: 0), SRGBColor(red: 86, green: 180, blue: 233),
        SRGBColor(red: 0, green: 158, blue: 115), SRGBColor(red: 240, green: 228, blue: 66),
        SRGBColor(red: 213, green: 94, blue: 0), SRGBColor(red: 204, green: 121, blue: 167),
    ]

    // MARK: - Who drew it

    /// Unchanged: whoever drew it before. Drawn where there was nothing, by hand alone: MANUAL. All else is the work of both.
    private func algorithm(
        _ segment: CorrectionDraft.Segment,
        _ mask: SegmentMask,
        before: PlacedSegmentation.Segment?
    ) throws -> SegmentAlgorithm {
        let drawn = try before.map { try self.mask($0.runs) }
        let parameters = segment.tools.isEmpty ? nil : "tools \(segment.tools.sorted().joined(separator: ", "))"
        if let before, drawn == mask {
            switch before.algorithmType {
            case "AUTOMATIC": return .automatic(identification(before.algorithmName, nil))
            case "MANUAL": return .manual
            default: return .semiautomatic(identification(before.algorithmName, nil))
            }
        }
        let isByHand = segment.tools.allSatisfy { !Self.modelTools.contains($0) }
        let beganWithNothing = drawn?.isEmpty ?? true
        if isByHand, beganWithNothing || before?.algorithmType == "MANUAL" { return .manual }
        return .semiautomatic(identification(before?.algorithmName, parameters))
    }

    /// Tools behind which the model stands; all others are a person's hand.
    private static let modelTools: Set<String> = ["prompt", "box", "points", "propagate"]

    private func identification(_ name: String?, _ parameters: String?) -> AlgorithmIdentification {
        AlgorithmIdentification(
            name: name.flatMap { Self.ascii($0, limit: 64) } ?? "Preread \(model.name)",
            version: model.version,
            parameters: parameters.flatMap { Self.ascii($0, limit: 1_024) }
        )
    }

    /// Text in the repertoire that every data set has; `nil` where nothing is left.
    static func ascii(_ text: String, limit: Int) -> String? {
        let folded = text.folding(options: .diacriticInsensitive, locale: nil)
        let bytes = folded.utf8.map { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") ? $0 : UInt8(ascii: "_") }
        let kept = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        return kept.isEmpty ? nil : String(kept.prefix(limit))
    }
}

extension ReviewError {
    /// What was handed in cannot be written.
    static func unusableDraft(_ message: String) -> ReviewError {
        ReviewError(.unprocessableContent, "MASKS", message)
    }
}
