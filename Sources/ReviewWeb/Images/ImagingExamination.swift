import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry

/// The reading behind ``ImagingReader``: everything that touches the bytes of files.
package enum ImagingExamination {
    /// The answer, whatever the file holds.
    package static func answer(_ question: ImagingQuestion) -> ImagingAnswer {
        do {
            switch question {
            case .masks(let question): return .masks(try masks(question))
            case .thumbnail(let question): return .bytes([Data(try Thumbnail(question).pngBytes())])
            case .metadata(let files): return .bytes(try files.map { try DICOMJSON.document(of: try open($0), $0) })
            case .frames(let file, let numbers): return .bytes(try FrameBytes(try open(file)).frames(numbers))
            case .bulkData(let file, let place):
                return .bytes([Data(try DICOMJSON.value(at: place, in: try open(file)))])
            }
        } catch let error as DICOMFileError {
            return error.code == .accessDenied ? .unavailable : .refused(error.code.rawValue)
        } catch let error as SegmentationError {
            return .refused(error.code.rawValue)
        } catch let error as Refusal {
            return .refused(error.reason)
        } catch {
            return .unavailable
        }
    }

    /// A file that does not fit.
    struct Refusal: Error {
        let reason: String

        /// The file is not the one that was written.
        static let changed = Refusal(reason: "CHANGED")
        /// There is no such frame or element.
        static let absent = Refusal(reason: "NOT_FOUND")
    }

    private static func open(_ question: FileQuestion) throws -> DICOMFile {
        if let digest = question.digest, try SHA256Digest(ofFile: question.path).hex != digest { throw Refusal.changed }
        return try DICOMFile.open(question.path)
    }

    private static func masks(_ question: MaskQuestion) throws -> PlacedSegmentation {
        let volume: ImageVolume
        do throws(SliceStack.Problem) {
            volume = try ImageVolume(frames: question.frames, frameOfReferenceUID: question.frameOfReferenceUID)
        } catch {
            throw Refusal(reason: "NO_VOLUME")
        }
        let read = try SegmentationReader.read(try open(question.segmentation))
        let masks = try read.masks(on: volume)
        return PlacedSegmentation(
            sopClassUID: read.sopClassUID,
            sopInstanceUID: read.sopInstanceUID,
            seriesInstanceUID: read.seriesInstanceUID,
            segments: read.segments.map { segment in
                let mask = masks[segment.number] ?? SegmentMask(frameCount: volume.count)
                return PlacedSegmentation.Segment(
                    number: segment.number,
                    label: segment.label,
                    category: segment.category,
                    type: segment.type,
                    modifiers: segment.typeModifiers,
                    algorithmType: segment.algorithmType,
                    algorithmName: segment.algorithmName,
                    trackingID: segment.trackingID,
                    trackingUID: segment.trackingUID,
                    runs: Data(MaskRuns(mask, rows: volume.rows, columns: volume.columns).bytes)
                )
            }
        )
    }
}
