import DICOMFiles
import Pipeline

/// The version of this program.
enum ProgramVersion {
    /// Changes when a result may change: it goes into the identity of every result.
    static let number = "0.1.0"

    /// What receipts say of the program.
    static var identity: ProgramIdentity {
        ProgramIdentity(name: "Preread", version: number, dcmtkVersion: DCMTKLibrary.version)
    }
}
