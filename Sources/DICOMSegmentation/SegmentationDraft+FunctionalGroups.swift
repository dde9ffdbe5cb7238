import DICOMFiles
import Geometry

/// Dimensions, references and functional groups (PS3.3 sections C.7.6.16 and C.7.6.17).
extension SegmentationDraft {
    /// Segment number, then position: what viewers sort by.
    func putDimensions(_ root: DatasetItem) throws(SegmentationError) {
        try root.appendItem(.dimensionOrganizationSequence).put(.dimensionOrganizationUID, uids.dimensionOrganization)
        let dimensions: [(pointer: DICOMTag, group: DICOMTag, label: String)] = [
            (.referencedSegmentNumber, .segmentIdentificationSequence, "ReferencedSegmentNumber"),
            (.imagePositionPatient, .planePositionSequence, "ImagePositionPatient"),
        ]
        for dimension in dimensions {
            let index = try root.appendItem(.dimensionIndexSequence)
            try index.put(.dimensionOrganizationUID, uids.dimensionOrganization)
            try index.put(.dimensionIndexPointer, tags: [dimension.pointer])
            try index.put(.functionalGroupPointer, tags: [dimension.group])
            try index.put(.dimensionDescriptionLabel, dimension.label)
        }
    }

    /// Every source instance, once: viewers find the images by this list and not by the frames.
    func putReferences(_ root: DatasetItem) throws(SegmentationError) {
        let series = try root.appendItem(.referencedSeriesSequence)
        try series.put(.seriesInstanceUID, identity.seriesInstanceUID)
        var listed: Set<String> = []
        for frame in request.volume.frames {
            guard listed.insert(frame.sopInstanceUID).inserted else { continue }
            try putReference(frame, in: series.appendItem(.referencedInstanceSequence))
            let source = try root.appendItem(.sourceImageSequence)
            try putReference(frame, in: source)
            try source.appendCode(.purposeOfReferenceCodeSequence, .sourceImageForProcessing)
        }
    }

    /// General Reference takes any image that this one was derived from (PS3.3 section C.12.4).
    func putPredecessor(_ root: DatasetItem) throws(SegmentationError) {
        guard let predecessor = request.predecessor else { return }
        let source = try root.appendItem(.sourceImageSequence)
        try source.put(.referencedSOPClassUID, predecessor.sopClassUID)
        try source.put(.referencedSOPInstanceUID, predecessor.sopInstanceUID)
        try source.appendCode(.purposeOfReferenceCodeSequence, .sourceImageForProcessing)
    }

    private func putReference(_ frame: SourceFrame, in item: DatasetItem) throws(SegmentationError) {
        try item.put(.referencedSOPClassUID, frame.sopClassUID)
        try item.put(.referencedSOPInstanceUID, frame.sopInstanceUID)
    }

    // MARK: - Shared groups

    /// Orientation and spacing stand here when all source frames spell them the same, else in each frame; never in
    /// both.
    func putSharedGroups(_ root: DatasetItem) throws(SegmentationError) {
        let shared = try root.appendItem(.sharedFunctionalGroupsSequence)
        guard let first = plan.frames.first else { return }
        let spelling = request.volume.frames[first.source].geometry.spelling
        if sharesMeasures { try putMeasures(spelling, in: shared) }
        if sharesOrientation { try putOrientation(spelling, in: shared) }
    }

    private func putMeasures(_ spelling: FrameGeometry.Spelling, in item: DatasetItem) throws(SegmentationError) {
        let measures = try item.appendItem(.pixelMeasuresSequence)
        try measures.put(.pixelSpacing, legal(spelling.pixelSpacing, .pixelSpacing))
        let gap = regularSpacing
        if let thickness = spelling.sliceThickness, let millimetres = Double(thickness), millimetres > 0 {
            try measures.put(.sliceThickness, legal([thickness], .sliceThickness))
        } else if let gap {
            try measures.put(.sliceThickness, DecimalString.rounded(gap))
        }
        guard let gap else { return }
        // The source's own number where it agrees with the positions; those decide.
        if let text = spelling.spacingBetweenSlices, let said = Double(text), abs(said - gap) < 1e-3 {
            try measures.put(.spacingBetweenSlices, legal([text], .spacingBetweenSlices))
        } else {
            try measures.put(.spacingBetweenSlices, DecimalString.rounded(gap))
        }
    }

    private func putOrientation(_ spelling: FrameGeometry.Spelling, in item: DatasetItem) throws(SegmentationError) {
        try item.appendItem(.planeOrientationSequence)
            .put(.imageOrientationPatient, legal(spelling.imageOrientationPatient, .imageOrientationPatient))
    }

    /// The source's spelling, shortened only where it breaks the limit of 16 characters.
    private func legal(_ texts: [String], _ attribute: Attribute) throws(SegmentationError) -> [String] {
        try texts.map { text throws(SegmentationError) in
            guard let legal = DecimalString.legal(text) else {
                throw SegmentationError(.unusableSource, "\(attribute.tag.name) of a source frame is no number")
            }
            return legal
        }
    }

    // MARK: - Groups of each frame

    func putFrameGroups(_ root: DatasetItem) throws(SegmentationError) {
        for frame in plan.frames {
            try putFrameGroups(of: frame, root.appendItem(.perFrameFunctionalGroupsSequence))
        }
    }

    /// The groups of one frame, into an item of their sequence.
    func putFrameGroups(of frame: SegmentationPlan.Frame, _ groups: DatasetItem) throws(SegmentationError) {
        let source = request.volume.frames[frame.source]
        try groups.appendItem(.frameContentSequence)
            .put(.dimensionIndexValues, unsignedLongs: [frame.segmentNumber, frame.positionIndex])
        try groups.appendItem(.planePositionSequence)
            .put(.imagePositionPatient, legal(source.geometry.imagePositionPatient, .imagePositionPatient))
        try groups.appendItem(.segmentIdentificationSequence)
            .put(.referencedSegmentNumber, unsignedShorts: [frame.segmentNumber])
        try putDerivation(source, in: groups)
        if !sharesMeasures { try putMeasures(source.geometry.spelling, in: groups) }
        if !sharesOrientation { try putOrientation(source.geometry.spelling, in: groups) }
    }

    private func putDerivation(_ source: SourceFrame, in groups: DatasetItem) throws(SegmentationError) {
        let derivation = try groups.appendItem(.derivationImageSequence)
        try derivation.appendCode(.derivationCodeSequence, .segmentation)
        let image = try derivation.appendItem(.sourceImageSequence)
        try putReference(source, in: image)
        if let number = source.frameNumber { try image.put(.referencedFrameNumber, String(number)) }
        try image.put(.spatialLocationsPreserved, "YES")
        try image.appendCode(.purposeOfReferenceCodeSequence, .sourceImageForProcessing)
    }
}
