import DurableFiles

extension InstanceHeader {
    /// The same header of a copy at another place.
    package func moved(to path: RawPath) -> InstanceHeader {
        InstanceHeader(
            path: path,
            digest: digest,
            fileSize: fileSize,
            identifiers: Identifiers(
                sopClassUID: sopClassUID,
                sopInstanceUID: sopInstanceUID,
                studyInstanceUID: studyInstanceUID,
                seriesInstanceUID: seriesInstanceUID,
                frameOfReferenceUID: frameOfReferenceUID,
                patientIdentity: patientIdentity
            ),
            pixels: pixels,
            frames: frames,
            description: Description(
                modality: modality,
                transferSyntaxUID: transferSyntaxUID,
                instanceNumber: instanceNumber,
                imageType: imageType,
                attributes: attributes,
                flags: flags
            )
        )
    }
}
