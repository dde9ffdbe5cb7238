import DICOMFiles
import DurableFiles

/// Segment Sequence (PS3.3 section C.8.20.4).
extension SegmentationDraft {
    func putSegments(_ root: DatasetItem) throws(SegmentationError) {
        for (number, index) in zip(1..., plan.keptSegments) {
            try putSegment(request.segments[index].description, number: number, in: root.appendItem(.segmentSequence))
        }
    }

    private func putSegment(
        _ segment: SegmentDescription,
        number: Int,
        in item: DatasetItem
    ) throws(SegmentationError) {
        try item.put(.segmentNumber, unsignedShorts: [number])
        try item.putRequired(.segmentLabel, segment.label)
        if let details = segment.details { try item.put(.segmentDescription, details) }
        try item.appendCode(.segmentedPropertyCategoryCodeSequence, segment.category)
        let type = try item.appendCode(.segmentedPropertyTypeCodeSequence, segment.type)
        for modifier in segment.typeModifiers {
            try type.appendCode(.segmentedPropertyTypeModifierCodeSequence, modifier)
        }
        if let anatomicRegion = segment.anatomicRegion {
            let region = try item.appendCode(.anatomicRegionSequence, anatomicRegion)
            for modifier in segment.anatomicRegionModifiers {
                try region.appendCode(.anatomicRegionModifierSequence, modifier)
            }
        }
        try item.put(.segmentAlgorithmType, segment.algorithm.type)
        if let algorithm = segment.algorithm.identification { try putAlgorithm(algorithm, in: item) }
        try item.put(.recommendedDisplayCIELabValue, unsignedShorts: segment.color.dicomCIELab.map(Int.init))
        try item.putRequired(.trackingID, segment.trackingID)
        try item.put(
            .trackingUID,
            segment.trackingUID
                ?? SegmentationIdentity.trackingUID(
                    studyInstanceUID: identity.studyInstanceUID,
                    trackingID: segment.trackingID
                )
        )
    }

    private func putAlgorithm(_ algorithm: AlgorithmIdentification, in item: DatasetItem) throws(SegmentationError) {
        try item.putRequired(.segmentAlgorithmName, algorithm.name)
        let identification = try item.appendItem(.segmentationAlgorithmIdentificationSequence)
        try identification.appendCode(.algorithmFamilyCodeSequence, algorithm.family)
        try identification.putRequired(.algorithmName, algorithm.name)
        try identification.putRequired(.algorithmVersion, algorithm.version)
        try identification.put(.algorithmParameters, parameters(of: algorithm))
        try identification.put(.algorithmSource, request.equipment.manufacturer)
    }

    /// Enough to find the profile and the weights again, then what is particular to the segment.
    private func parameters(of algorithm: AlgorithmIdentification) -> String {
        let provenance = request.provenance
        let common = [
            "profile=\(provenance.profileID)", "profileVersion=\(provenance.profileVersion)",
            "model=\(provenance.modelName)", "modelSHA256=\(provenance.modelDigest.hex)",
        ]
        return (common + [algorithm.parameters].compactMap { $0 }).joined(separator: "; ")
    }
}
