import Atlas
import Checkpoints
import DICOMFiles
import DICOMSegmentation
import DurableFiles
import Evaluation
import Glibc
import Ledger
import Pipeline
import Profiles
import SegmentAnything
import Training

extension CommandFailure {
    /// The failure that an error of any module stands for where a command has no better words for it.
    ///
    /// Every error of this program says in words what is wrong; the status says whose turn it is.
    init(describing error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ModelStoreError: self.init(Self.status(of: error), error.description)
        case let error as CheckpointError: self.init(.environment, error.description)
        case let error as AtlasPackageError: self.init(.environment, error.description)
        case let error as AtlasPromotionError: self.init(Self.status(of: error), error.description)
        case let error as ProfileError: self.init(.environment, error.description)
        case let error as FileError: self.init(.environment, error.description)
        case let error as LedgerError: self.init(Self.status(of: error), error.description)
        case let error as NIfTIError: self.init(.wrongUse, error.description)
        case let error as PromptFileError: self.init(.wrongUse, error.description)
        case let error as AnnotationError: self.init(Self.status(of: error), error.description)
        case let error as DICOMFileError: self.init(.findings, error.description)
        case let error as SegmentationError: self.init(.findings, error.description)
        case let error as CaseManifestError: self.init(.findings, error.description)
        case let error as TrainingError: self.init(.findings, error.description)
        case let error as LeakError: self.init(.findings, "\(error)")
        case let error as ModelError: self.init(.findings, error.description)
        default: self.init(.environment, "unexpected \(type(of: error)): \(error)")
        }
    }

    /// The failure of a file or folder that was named on the command line: one that is not there is wrong use, one that
    /// the system does not hand out is the machine's.
    init(naming path: RawPath, _ error: FileError) {
        let isWrongName = [0, ENOENT, ENOTDIR, EISDIR, EEXIST, ELOOP, ENAMETOOLONG].contains(error.errno)
        self.init(isWrongName ? .wrongUse : .environment, "\(path.displayName): \(error.description)")
    }

    private static func status(of error: ModelStoreError) -> ExitStatus {
        switch error {
        case .invalidName, .nameTaken, .nothingPromoted, .noModels, .inUse: .wrongUse
        case .notFound, .damaged, .damagedChannels, .busy: .environment
        case .changedMeanwhile: .findings
        }
    }

    private static func status(of error: AtlasPromotionError) -> ExitStatus {
        switch error {
        case .nothingPromoted, .noSet: .wrongUse
        case .damaged, .changed, .busy: .environment
        case .changedMeanwhile: .findings
        }
    }

    private static func status(of error: LedgerError) -> ExitStatus {
        switch error.code {
        case .notFound, .illegalTransition: .wrongUse
        case .outOfSpace, .unavailable, .locked, .corrupt, .newerSchema: .environment
        }
    }

    private static func status(of error: AnnotationError) -> ExitStatus {
        switch error {
        case .noVolume, .prompt, .cancelled, .output: .findings
        case .atlas, .profile, .model: .environment
        }
    }
}
