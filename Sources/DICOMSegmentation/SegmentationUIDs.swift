import DICOMFiles
import DurableFiles

/// The UIDs of a segmentation. All follow from the request without its time.
///
/// The pixels go in, so the same UID always means the same pixels; each segmentation forms a series of its own.
struct SegmentationUIDs: Hashable {
    let sopInstance: String
    let series: String
    let dimensionOrganization: String

    init(request: SegmentationRequest, plan: SegmentationPlan, identity: SourceIdentity) {
        var fingerprint = SegmentationFingerprint()
        fingerprint.add("study", identity.studyInstanceUID)
        fingerprint.add("series", identity.seriesInstanceUID)
        fingerprint.add("frameOfReference", identity.frameOfReferenceUID)
        // In order of position, whatever the order of the files.
        for frame in request.volume.frames {
            fingerprint.add("source", frame.sopInstanceUID)
            fingerprint.add("frame", frame.frameNumber.map(String.init) ?? "")
            fingerprint.add("digest", request.header(of: frame).digest.hex)
        }
        fingerprint.add(request)
        for index in plan.keptSegments {
            fingerprint.add(request.segments[index].description)
            fingerprint.add(request.segments[index].mask.frames)
        }
        let digest = fingerprint.digest.hex
        sopInstance = SegmentationIdentity.uid("instance", digest)
        series = SegmentationIdentity.uid("series", digest)
        dimensionOrganization = SegmentationIdentity.uid("dimension organization", digest)
    }
}

extension SegmentationFingerprint {
    fileprivate mutating func add(_ request: SegmentationRequest) {
        add("profile", request.provenance.profileID)
        add("profileVersion", request.provenance.profileVersion)
        add("model", request.provenance.modelName)
        add("modelDigest", request.provenance.modelDigest.hex)
        add("encoding", "BINARY/" + request.encoding.rawValue)
        add("number", String(request.series.number))
        add("series", request.series.description)
        add("label", request.content.label)
        add("content", request.content.description)
        add("creator", request.content.creatorName)
        add("manufacturer", request.equipment.manufacturer)
        add("modelName", request.equipment.modelName)
        add("serialNumber", request.equipment.deviceSerialNumber)
        for version in request.equipment.softwareVersions { add("version", version) }
        if let predecessor = request.predecessor { add("predecessor", predecessor.sopInstanceUID) }
        if request.keepsEmptySegments { add("empty", "kept") }
        if request.revision > 0 { add("revision", String(request.revision)) }
    }

    fileprivate mutating func add(_ description: SegmentDescription) {
        add("label", description.label)
        add("details", description.details ?? "")
        add("category", description.category)
        add("type", description.type)
        for modifier in description.typeModifiers { add("typeModifier", modifier) }
        if let region = description.anatomicRegion { add("region", region) }
        for modifier in description.anatomicRegionModifiers { add("regionModifier", modifier) }
        add("algorithmType", description.algorithm.type)
        if let algorithm = description.algorithm.identification {
            add("algorithm", algorithm.name)
            add("algorithmVersion", algorithm.version)
            add("family", algorithm.family)
            add("parameters", algorithm.parameters ?? "")
        }
        add("color", "\(description.color.red) \(description.color.green) \(description.color.blue)")
        add("trackingID", description.trackingID)
        add("trackingUID", description.trackingUID ?? "")
    }

    private mutating func add(_ name: String, _ concept: CodedConcept) {
        add(name, concept.value)
        add(name, concept.scheme)
        add(name, concept.meaning)
    }
}
