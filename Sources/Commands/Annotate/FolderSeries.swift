import DICOMFiles
import DurableFiles

/// The series that lie in a folder, and the files that are none.
struct FolderSeries {
    /// A file that was left out, with its reason.
    struct Refusal: Sendable {
        let file: RawPath
        let error: DICOMFileError
    }

    let series: [ImageSeries]
    let refusals: [Refusal]

    /// Reads every file below a folder. Copies of an instance with the same bytes count once; other bytes under the same
    /// SOP Instance UID are refused with `UID_CONFLICT`.
    init(_ folder: RawPath) throws {
        let entries: [FolderScan.Entry]
        var refusals: [Refusal] = []
        do {
            entries = try FolderScan.files(below: folder) { name, _ in
                refusals.append(
                    Refusal(file: name, error: DICOMFileError(.accessDenied, "The folder cannot be listed"))
                )
            }
        } catch {
            throw CommandFailure(naming: folder, error)
        }
        var headers: [InstanceHeader] = []
        var known: [String: SHA256Digest] = [:]
        for entry in entries {
            do throws(DICOMFileError) {
                guard entry.kind == .file else { throw DICOMFileError(.notRegular, "It is no regular file") }
                let header = try InstanceHeader(reading: folder.appending(entry.name))
                if let digest = known[header.sopInstanceUID] {
                    guard digest == header.digest else {
                        throw DICOMFileError(
                            .uidConflict,
                            "Another file has the same SOP Instance UID and other contents"
                        )
                    }
                    continue
                }
                known[header.sopInstanceUID] = header.digest
                headers.append(header)
            } catch {
                refusals.append(Refusal(file: entry.name, error: error))
            }
        }
        series = ImageSeries.grouping(headers)
        self.refusals = refusals
    }

    /// Says what was left out and why, each reason once with an example.
    func reportRefusals() {
        let groups = Dictionary(grouping: refusals, by: \.error.code)
        for (code, members) in groups.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let first = members[0]
            let more = members.count > 1 ? " and \(members.count - 1) more" : ""
            StandardError.print("left out: \(first.file.displayName)\(more): \(code.rawValue): \(first.error.message)")
        }
    }
}
