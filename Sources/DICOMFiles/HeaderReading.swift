import DurableFiles
import Glibc

/// The acceptance rule for image files, step by step; the order decides which reason is given.
enum HeaderReading {
    static func read(_ path: RawPath, pixelCheck: InstanceHeader.PixelCheck) throws(DICOMFileError) -> InstanceHeader {
        let opened = try OpenedFile(path)
        let file = try DICOMFile.open(descriptor: opened.descriptor)
        let dataset = file.dataset
        let (sopClass, instance) = try acceptedObject(file)
        let reader = try checkedFrames(of: file)
        let frames = try FrameGeometry.frames(of: dataset, module: reader.module)
        if file.isEncapsulated { try reader.checkFrames(upTo: pixelCheck.frameLimit) }
        return InstanceHeader(
            path: path,
            digest: try opened.digest(of: path),
            fileSize: file.fileSize,
            identifiers: try identifiers(of: dataset, sopClass: sopClass, instance: instance),
            pixels: reader.module,
            frames: frames,
            description: InstanceHeader.Description(
                modality: dataset.string(.modality) ?? "",
                transferSyntaxUID: file.transferSyntaxUID,
                instanceNumber: dataset.integer(.instanceNumber),
                imageType: dataset.strings(.imageType),
                attributes: HeaderAttributes.read(dataset),
                flags: flags(of: file, rescales: reader.rescales)
            )
        )
    }

    /// The class and the name of an object that the service takes in.
    private static func acceptedObject(
        _ file: DICOMFile
    ) throws(DICOMFileError) -> (sopClass: String, instance: String) {
        let dataset = file.dataset
        guard file.mediaStorageSOPClassUID != SOPClass.mediaStorageDirectory,
            !dataset.contains(DICOMTag(0x0004, 0x1220))  // Directory Record Sequence
        else { throw DICOMFileError(.otherObject, "A DICOMDIR") }
        let sopClass = try DICOMUID.required(.sopClassUID, of: dataset)
        guard SOPClass.crossSectionalImages.contains(sopClass) else {
            throw DICOMFileError(.otherObject, "Not a CT, MR or PET image")
        }
        return (sopClass, try DICOMUID.required(.sopInstanceUID, of: dataset))
    }

    private static func identifiers(
        of dataset: DICOMDataset,
        sopClass: String,
        instance: String
    ) throws(DICOMFileError) -> InstanceHeader.Identifiers {
        let study = try DICOMUID.required(.studyInstanceUID, of: dataset)
        let series = try DICOMUID.required(.seriesInstanceUID, of: dataset)
        return InstanceHeader.Identifiers(
            sopClassUID: sopClass,
            sopInstanceUID: instance,
            studyInstanceUID: study,
            seriesInstanceUID: series,
            frameOfReferenceUID: try frameOfReference(of: dataset),
            patientIdentity: patientIdentity(of: dataset)
        )
    }

    private static func frameOfReference(of dataset: DICOMDataset) throws(DICOMFileError) -> String {
        guard dataset.hasValue(.frameOfReferenceUID) else {
            throw DICOMFileError(.noFrameOfReference, "Frame of Reference UID is missing, and none is invented")
        }
        return try DICOMUID.required(.frameOfReferenceUID, of: dataset)
    }

    /// A NUL lies between the two, which neither can hold, so no pair looks like another.
    private static func patientIdentity(of dataset: DICOMDataset) -> SHA256Digest {
        let parts = [DICOMTag.patientID, .issuerOfPatientID].map { trimmingPadding(dataset.bytes($0) ?? []) }
        return SHA256Digest(of: parts[0] + [0] + parts[1])
    }

    private static func checkedFrames(of file: DICOMFile) throws(DICOMFileError) -> FrameReader {
        guard file.hasPixelData else { throw DICOMFileError(.missingAttribute, "There are no pixel data") }
        return try FrameReader(file)
    }

    private static func flags(of file: DICOMFile, rescales: [ModalityRescale]) -> Set<HeaderFlag> {
        let dataset = file.dataset
        var flags: Set<HeaderFlag> = []
        if file.hasNoMeta { flags.insert(.noMeta) }
        if file.hasOddPreamble { flags.insert(.preamble) }
        if isLossy(dataset.string(.lossyImageCompression), file.transferSyntaxUID) { flags.insert(.lossy) }
        let isRescaled = SOPClass.rescaledImages.contains(dataset.string(.sopClassUID) ?? "")
        if isRescaled, rescales.contains(where: \.isAssumed) { flags.insert(.noRescale) }
        if !DICOMText(of: dataset).isConsistent(dataset) { flags.insert(.charset) }
        return flags
    }

    /// Some transfer syntaxes are always lossy; JPEG 2000 and its kin may be, and the attribute can say that they are not.
    private static func isLossy(_ attribute: String?, _ transferSyntax: String) -> Bool {
        switch transferSyntax {
        case "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81": true
        case "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203": attribute != "00"
        default: attribute == "01"
        }
    }
}

/// A file that is held open while it is parsed and hashed, so that a file that changes meanwhile is noticed.
private struct OpenedFile: ~Copyable {
    private let file: ReadOnlyFile
    private let before: stat

    var descriptor: Int32 { file.descriptor }

    init(_ path: RawPath) throws(DICOMFileError) {
        do {
            file = try ReadOnlyFile(path)
        } catch {
            throw DICOMFileError(error)
        }
        var status = stat()
        fstat(file.descriptor, &status)
        before = status
    }

    func digest(of path: RawPath) throws(DICOMFileError) -> SHA256Digest {
        let digest: SHA256Digest
        do {
            digest = try SHA256Digest(ofFile: path)
        } catch {
            throw DICOMFileError(error)
        }
        var after = stat()
        let same =
            path.withCString { lstat($0, &after) } == 0 && after.st_ino == before.st_ino
            && after.st_size == before.st_size && after.st_mtim.tv_sec == before.st_mtim.tv_sec
            && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec
        guard same else { throw DICOMFileError(.accessDenied, "The file changed while it was read") }
        return digest
    }
}
