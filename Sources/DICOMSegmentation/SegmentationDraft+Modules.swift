import DICOMFiles

/// The modules of series, equipment, image and content.
extension SegmentationDraft {
    func putSeries(_ root: DatasetItem) throws(SegmentationError) {
        try root.put(.modality, "SEG")
        try root.put(.seriesInstanceUID, uids.series)
        try root.put(.seriesNumber, String(request.series.number))
        try root.putRequired(.seriesDescription, request.series.description)
        try root.put(.seriesDate, creation.date)
        try root.put(.seriesTime, creation.time)
    }

    /// Enhanced General Equipment is ours; the scanner goes to Contributing Equipment (PS3.3 section C.12.1).
    func putEquipment(_ root: DatasetItem) throws(SegmentationError) {
        let equipment = request.equipment
        guard !equipment.softwareVersions.isEmpty else {
            throw SegmentationError(.invalidRequest, "the equipment has no software version")
        }
        try root.putRequired(.manufacturer, equipment.manufacturer)
        try root.putRequired(.manufacturerModelName, equipment.modelName)
        try root.putRequired(.deviceSerialNumber, equipment.deviceSerialNumber)
        try root.put(.softwareVersions, equipment.softwareVersions)

        let acquisition = try root.appendItem(.contributingEquipmentSequence)
        try acquisition.appendCode(.purposeOfReferenceCodeSequence, .acquisitionEquipment)
        try identity.copyEquipment(to: acquisition)

        let processing = try root.appendItem(.contributingEquipmentSequence)
        try processing.appendCode(.purposeOfReferenceCodeSequence, .processingEquipment)
        try processing.put(.manufacturer, equipment.manufacturer)
        try processing.put(.manufacturerModelName, equipment.modelName)
        try processing.put(.deviceSerialNumber, equipment.deviceSerialNumber)
        try processing.put(.softwareVersions, equipment.softwareVersions)
        try processing.put(.contributionDateTime, creation.dateTime)
        try processing.put(.contributionDescription, "Segmentation")
    }

    /// General Image, Image Pixel and Segmentation Image (PS3.3 section C.8.20.2).
    func putImage(_ root: DatasetItem) throws {
        try root.put(.sopClassUID, SegmentationReader.sopClassUID)
        try root.put(.sopInstanceUID, uids.sopInstance)
        try root.put(.instanceCreationDate, creation.date)
        try root.put(.instanceCreationTime, creation.time)
        try root.put(.contentDate, creation.date)
        try root.put(.contentTime, creation.time)
        try root.put(.imageType, ["DERIVED", "PRIMARY"])
        try root.put(.instanceNumber, "1")
        try root.put(.numberOfFrames, String(plan.frames.count))
        try root.put(.samplesPerPixel, unsignedShorts: [1])
        try root.put(.photometricInterpretation, "MONOCHROME2")
        try root.put(.rows, unsignedShorts: [request.volume.rows])
        try root.put(.columns, unsignedShorts: [request.volume.columns])
        try root.put(.bitsAllocated, unsignedShorts: [1])
        try root.put(.bitsStored, unsignedShorts: [1])
        try root.put(.highBit, unsignedShorts: [0])
        try root.put(.pixelRepresentation, unsignedShorts: [0])
        // The pixels of the segmentation itself show no text, whatever the source says.
        try root.put(.burnedInAnnotation, "NO")
        try putLossyCompression(root)
        try root.put(.segmentationType, "BINARY")
        try root.put(.segmentsOverlap, plan.segmentsOverlap ? "YES" : "NO")
    }

    /// Segmentation does not compress; what the source lost stays lost (PS3.3 section C.8.20.2.2).
    private func putLossyCompression(_ root: DatasetItem) throws {
        let lossy = request.volume.frames.lazy.map(request.header(of:)).first { $0.flags.contains(.lossy) }
        try root.put(.lossyImageCompression, lossy == nil ? "00" : "01")
        guard let lossy else { return }
        let dataset = try DICOMFile.open(lossy.path).dataset
        try root.copy(.lossyImageCompressionRatio, from: dataset)
        try root.copy(.lossyImageCompressionMethod, from: dataset)
    }

    func putContent(_ root: DatasetItem) throws(SegmentationError) {
        try root.putRequired(.contentLabel, request.content.label)
        try root.putRequired(.contentDescription, request.content.description)
        try root.putRequired(.contentCreatorName, request.content.creatorName)
    }
}
