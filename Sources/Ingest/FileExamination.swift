import DICOMFiles
import DurableFiles
import Glibc
import Ledger

/// What one settled file turned out to be, before the ledger is asked.
enum ExaminedFile: Sendable {
    /// An image, copied and synced.
    case image(InstanceHeader, InstanceStore.Staged)
    /// A person must look at it; copied and synced.
    case quarantined(FileOutcome, InstanceStore.Staged)
    /// Read, and of no use; no copy is kept.
    case ignored(FileOutcome, ContentDigest)
    /// Judged without being read.
    case other(FileOutcome)
    /// It cannot be read now.
    case unreadable(FileOutcome)
    /// It changed or vanished: the next scan sees what is there now.
    case moved
    /// The store cannot be written: nothing is wrong with the file.
    case storeFailed(FileError)
}

/// Takes one dropped file from its name to a verdict on its bytes.
struct FileExamination: Sendable {
    let folder: any DropFolder
    let store: InstanceStore
    let inspector: any InstanceInspector
    let work: BlockingWork
    let configuration: IngestConfiguration

    /// Copies a settled file and inspects the copy.
    func examine(_ file: DroppedFile) async -> ExaminedFile {
        if file.fingerprint.size > configuration.maximumFileSize {
            let limit = configuration.maximumFileSize
            let message = "the file is larger than \(limit) bytes, and stays where it is"
            return .other(.quarantined(ReasonCode.tooLarge.rawValue, message: message))
        }
        switch await stage(file) {
        case .success(let staged): return await inspect(staged)
        case .failure(let error): return verdict(on: error)
        }
    }

    /// Copies a file that was never complete, and keeps the copy for a person.
    func examineIncomplete(_ file: DroppedFile) async -> ExaminedFile {
        let message = "the file did not become complete in time"
        let outcome = FileOutcome.quarantined(ReasonCode.incompleteTimeout.rawValue, message: message)
        guard file.fingerprint.size <= configuration.maximumFileSize else { return .other(outcome) }
        switch await stage(file) {
        case .success(let staged): return .quarantined(outcome, staged)
        case .failure(let error): return verdict(on: error)
        }
    }

    private func stage(_ file: DroppedFile) async -> Result<InstanceStore.Staged, InstanceStore.CopyError> {
        let folder = sourceFolder(of: file)
        let path = sourcePath(of: file)
        let store = store
        // A copy in the store has a fingerprint of its own: its bytes are known, its age is not.
        let seen = folder is StoreSource ? nil : file.fingerprint
        return await work.run {
            do throws(InstanceStore.CopyError) {
                let handle: DroppedHandle
                do throws(FileError) {
                    handle = try folder.open(path)
                } catch {
                    throw .source(error)
                }
                return .success(try store.stage(handle, expecting: seen))
            } catch {
                return .failure(error)
            }
        }
    }

    /// A file that a person released is read again from its copy where there is one: the original may be gone.
    private func sourceFolder(of file: DroppedFile) -> any DropFolder {
        file.copy == nil ? folder : StoreSource(store: store.root)
    }

    private func sourcePath(of file: DroppedFile) -> RawPath {
        file.copy.map { RawPath($0) } ?? RawPath(bytes: file.path.bytes)
    }

    private func inspect(_ staged: InstanceStore.Staged) async -> ExaminedFile {
        let inspection = await inspector.inspect(staged.path)
        switch inspection {
        case .accepted(let header):
            // The copy was hashed when it was written; a parser that read other bytes read something else.
            guard header.digest.hex == staged.digest.hex else {
                store.discard(staged.path)
                return .storeFailed(
                    FileError(operation: "read", subject: "store copy", errno: 0, reason: "its bytes changed")
                )
            }
            return .image(header, staged)
        case .refused(let code, let message):
            switch code.disposition {
            case .ignored:
                store.discard(staged.path)
                return .ignored(.ignored(code.rawValue, message: message), staged.digest)
            case .quarantined, .duplicate:
                return .quarantined(.quarantined(code.rawValue, message: message), staged)
            case .pending:
                // The copy is ours: that it cannot be read is no fault of the file.
                store.discard(staged.path)
                return .storeFailed(FileError(operation: "read", subject: "store copy", errno: EIO))
            }
        }
    }

    private func verdict(on error: InstanceStore.CopyError) -> ExaminedFile {
        switch error {
        case .changed: .moved
        case .notRegular: .other(.notRegular)
        case .store(let error): .storeFailed(error)
        case .source(let error):
            switch error.errno {
            case ENOENT, ENOTDIR: .moved
            case ELOOP, ENXIO, ENODEV: .other(.notRegular)
            // Not the file's fault: this process has too many files open.
            case EMFILE, ENFILE, ENOMEM: .storeFailed(error)
            default:
                .unreadable(
                    .pending(
                        ReasonCode.accessDenied.rawValue,
                        message: "the file cannot be read: \(String(cString: strerror(error.errno)))"
                    )
                )
            }
        }
    }
}

/// The store as a place to read released files from.
private struct StoreSource: DropFolder {
    private let folder: DirectoryDropFolder

    init(store: RawPath) { folder = DirectoryDropFolder(store) }

    func scan() throws(FileError) -> FolderListing { FolderListing(entries: [], unreadable: []) }

    func open(_ path: RawPath) throws(FileError) -> DroppedHandle { try folder.open(path) }

    func remove(_ path: RawPath) throws(FileError) {
        preconditionFailure("copies in the store are not removed")
    }
}

extension FileOutcome {
    /// A link, a pipe, a device or a socket.
    static let notRegular = FileOutcome.ignored(
        ReasonCode.notRegular.rawValue,
        message: "not a regular file. \(ReasonCode.notRegular.remedy)"
    )
}
