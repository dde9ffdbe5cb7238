import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Profiles
import SegmentAnything

/// Makes the request for a SEG from the results of one series.
struct SegmentationAssembly {
    let writer: ResultWriter

    /// The request; segments keep their order.
    func request() -> SegmentationRequest {
        let request = writer.request
        return SegmentationRequest(
            source: request.series,
            volume: writer.volume,
            segments: writer.results.map { .init(description: description(of: $0), mask: $0.mask) },
            series: seriesAttributes,
            content: .init(
                label: "SEGMENTATION",
                description: "Pre-read segmentation for review, not a diagnosis",
                creatorName: "Preread^Service"
            ),
            equipment: Equipment(
                manufacturer: "Preread",
                modelName: "Preread",
                deviceSerialNumber: "1",
                softwareVersions: [
                    request.program.version, "\(request.model.name) \(request.model.digest.hex.prefix(12))",
                ]
            ),
            provenance: provenance,
            creation: .init(instant: request.instant, timeZone: request.timeZone)
        )
    }

    private var seriesAttributes: SegmentationRequest.SeriesAttributes {
        switch writer.request.source {
        case .profile(let profile, _):
            .init(number: profile.output.seriesNumber, description: profile.output.seriesDescription)
        case .prompts: .init(number: 9_900, description: "Preread from prompts")
        }
    }

    private var provenance: SegmentationRequest.Provenance {
        let model = writer.request.model
        let (id, version) =
            switch writer.request.source {
            case .profile(let profile, _): (profile.id, profile.version)
            case .prompts(_, let digest): ("prompts", String(digest.hex.prefix(12)))
            }
        return .init(profileID: id, profileVersion: version, modelName: model.name, modelDigest: model.digest)
    }

    private func description(of result: SegmentResult) -> SegmentDescription {
        let segment = result.segment
        let origin = PriorDerivation(result.decision)
        let identification = AlgorithmIdentification(
            name: "Preread \(writer.request.model.network.traits.architecture)\(origin.algorithmSuffix)",
            version: writer.request.program.version,
            parameters: "\(writer.plan.parameters); mask threshold 0\(origin.parameters)"
        )
        return SegmentDescription(
            label: segment.label,
            category: segment.category,
            type: segment.type,
            algorithm: segment.isAutomatic ? .automatic(identification) : .semiautomatic(identification),
            color: SRGBColor(red: segment.colour.red, green: segment.colour.green, blue: segment.colour.blue),
            trackingID: segment.trackingID,
            details: origin.details,
            typeModifiers: segment.modifiers
        )
    }
}
