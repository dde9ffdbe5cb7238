import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Glibc

/// The reading behind ``CorrectionReader``: everything that touches the bytes of a file that somebody handed in.
enum SegmentationExamination {
    // MARK: - Describe

    static func describe(_ path: RawPath) -> CorrectionAnswer<DescribedSegmentation> {
        judging {
            let file = try DICOMFile.open(path)
            return .found(DescribedSegmentation(try SegmentationReader.read(file), file.dataset))
        }
    }

    // MARK: - Compare

    static func compare(_ request: ComparisonRequest) -> CorrectionAnswer<SegmentationComparison> {
        judging {
            let file = try DICOMFile.open(request.correction)
            let correction = try SegmentationReader.read(file)
            guard let source = try source(of: request) else { return .refused(.changedSource, detail: nil) }
            let (series, volume) = source
            guard correction.studyInstanceUID == series.studyInstanceUID else {
                return .refused(.otherStudy, detail: nil)
            }
            let first = try DICOMFile.open(series.headers[0].path).dataset
            guard PatientMatch.agrees(file.dataset, with: first) else { return .refused(.otherPatient, detail: nil) }
            if let frameOfReference = correction.frameOfReferenceUID, frameOfReference != volume.frameOfReferenceUID {
                return .refused(.otherFrameOfReference, detail: nil)
            }
            let masks = try correction.masks(on: volume)
            let results: [Int: SegmentMask]
            switch try result(of: request, on: volume) {
            case .found(let found): results = found
            case .refused(let reason, let detail): return .refused(reason, detail: detail)
            }
            return .found(SegmentationComparison(masks, results, request.pairs))
        }
    }

    /// `nil` where a stored image is not as it was stored.
    private static func source(of request: ComparisonRequest) throws -> (ImageSeries, ImageVolume)? {
        var headers: [InstanceHeader] = []
        for source in request.sources {
            guard let header = try? InstanceHeader(reading: source.path, pixelCheck: .none),
                header.digest.hex == source.digest
            else { return nil }
            headers.append(header)
        }
        guard !headers.isEmpty else { return nil }
        let series = ImageSeries(headers: headers)
        guard let volume = series.volume else { return nil }
        return (series, volume)
    }

    private enum Result {
        case found([Int: SegmentMask])
        case refused(CorrectionReason, String?)
    }

    /// Our own file is judged too: it lies in a folder that people work in.
    private static func result(of request: ComparisonRequest, on volume: ImageVolume) throws -> Result {
        guard let path = request.result else { return .found([:]) }
        guard let digest = try? SHA256Digest(ofFile: path), digest.hex == request.resultDigest else {
            return .refused(.changedResult, nil)
        }
        do {
            return .found(try SegmentationReader.read(path).masks(on: volume))
        } catch {
            return .refused(.changedResult, "\(error)")
        }
    }

    // MARK: - Refusals

    private static func judging<Value>(_ body: () throws -> CorrectionAnswer<Value>) -> CorrectionAnswer<Value> {
        do {
            return try body()
        } catch let error as SegmentationError {
            return .refused(reason(of: error.code), detail: error.message)
        } catch let error as DICOMFileError {
            switch error.code {
            case .accessDenied: return .unavailable(error.message)
            case .notDICOM, .archive, .notRegular: return .refused(.notASegmentation, detail: nil)
            default: return .refused(.unreadable, detail: error.code.rawValue)
            }
        } catch {
            return .refused(.unreadable, detail: nil)
        }
    }

    private static func reason(of code: SegmentationError.Code) -> CorrectionReason {
        switch code {
        case .notASegmentation: .notASegmentation
        case .doesNotMatchSeries: .notOnSeries
        default: .unreadable
        }
    }
}

extension DescribedSegmentation {
    init(_ read: Segmentation, _ dataset: DICOMDataset) {
        let text = DICOMText(of: dataset)
        func name(_ tag: DICOMTag) -> String? {
            text.values(tag, of: dataset).first { !$0.isEmpty }.map { String($0.prefix(324)) }
        }
        self.init(
            sopInstanceUID: read.sopInstanceUID,
            studyInstanceUID: read.studyInstanceUID,
            isFractional: read.type == .fractional,
            segments: read.segments.map { segment in
                Segment(
                    number: segment.number,
                    label: segment.label,
                    trackingUID: segment.trackingUID,
                    category: segment.category,
                    type: segment.type,
                    modifiers: segment.typeModifiers
                )
            },
            frameReferences: Set(read.frames.flatMap { $0.references.map(\.sopInstanceUID) }).sorted(),
            referencedSeries: read.referencedSeries.mapValues { Set($0.map(\.sopInstanceUID)).sorted() },
            predecessors: Self.predecessors(in: dataset),
            contentCreator: name(.contentCreatorName),
            reviewer: name(.reviewerName),
            operators: name(.operatorsName),
            contentDate: dataset.string(.contentDate),
            contentTime: dataset.string(.contentTime)
        )
    }

    /// Predecessor Documents Sequence is how structured reports say it; segmentations use Source Image Sequence or Referenced
    /// Image Sequence at their top.
    private static func predecessors(in dataset: DICOMDataset) -> [String] {
        let images = [DICOMTag.sourceImageSequence, .referencedImageSequence, .referencedInstanceSequence]
        var items = images.flatMap { dataset.items($0) }
        for document in dataset.items(.predecessorDocumentsSequence) {
            items += document.items(.referencedSeriesSequence).flatMap { $0.items(.referencedSOPSequence) }
        }
        return Set(items.compactMap { $0.string(.referencedSOPInstanceUID) }).sorted()
    }
}

extension DICOMTag {
    static let operatorsName = DICOMTag(0x0008, 0x1070)
    static let referencedImageSequence = DICOMTag(0x0008, 0x1140)
    static let referencedSOPSequence = DICOMTag(0x0008, 0x1199)
    static let predecessorDocumentsSequence = DICOMTag(0x0040, 0xA360)
    static let reviewerName = DICOMTag(0x300E, 0x0008)
}
