import Atlas
import Checkpoints
import DICOMFiles
import DurableFiles
import Foundation
import Glibc
import Ledger
import Pipeline
import Profiles
import SegmentAnything
import Testing

@testable import Commands

@Suite struct CommandFailureTests {
    private func status(_ error: any Error) -> Commands.ExitStatus { CommandFailure(describing: error).status }

    @Test func theNumbersAreTheOnesThatTheHelpNames() {
        #expect(Commands.ExitStatus.done.rawValue == 0)
        #expect(Commands.ExitStatus.findings.rawValue == 1)
        #expect(Commands.ExitStatus.wrongUse.rawValue == 2)
        #expect(Commands.ExitStatus.environment.rawValue == 3)
    }

    @Test func whatIsMissingOrBrokenOnTheMachineIsTheEnvironment() {
        #expect(status(ModelStoreError.damaged(name: "m", reason: "r")) == .environment)
        #expect(status(ModelStoreError.notFound(name: "m")) == .environment)
        #expect(status(CheckpointError.malformed("x")) == .environment)
        #expect(status(AtlasPackageError.digestMismatch(file: "labels.u8")) == .environment)
        #expect(status(FileError(operation: "write", subject: "SEG", errno: ENOSPC)) == .environment)
        #expect(status(LedgerError(.locked, "another process owns the ledger")) == .environment)
        #expect(status(LedgerError(.corrupt, "the ledger is damaged")) == .environment)
        #expect(status(AnnotationError.atlas(name: "a", detail: "d")) == .environment)
    }

    @Test func whatWasNamedWronglyIsWrongUse() {
        #expect(status(ModelStoreError.invalidName("../x")) == .wrongUse)
        #expect(status(ModelStoreError.nameTaken(name: "m")) == .wrongUse)
        #expect(status(NIfTIError.noOrientation) == .wrongUse)
        #expect(status(LedgerError(.notFound, "there is no job 7")) == .wrongUse)
        #expect(status(LedgerError(.illegalTransition, "job 7 is annotated")) == .wrongUse)
    }

    @Test func whatIsWrongWithAnInputIsAFinding() {
        #expect(status(DICOMFileError(.truncatedPixels, "The pixels end early")) == .findings)
        #expect(status(AnnotationError.noVolume(.badGeometry)) == .findings)
        #expect(status(AnnotationError.prompt("outside")) == .findings)
        #expect(status(ModelError.unsupportedPrompt("boxes only")) == .findings)
    }

    @Test func theMessageIsTheErrorsOwnWords() {
        let error = CheckpointError.missingTensor("neck.0.weight")
        #expect(CommandFailure(describing: error).message == error.description)
        let failure = CommandFailure(.findings, "said already")
        #expect(CommandFailure(describing: failure).message == "said already")
    }

    @Test(arguments: [
        (ENOENT, Commands.ExitStatus.wrongUse), (ENOTDIR, .wrongUse), (EACCES, .environment), (ENOSPC, .environment),
    ])
    func aNamedFileIsWrongUseUnlessTheMachineRefusesIt(errno: Int32, status: Commands.ExitStatus) {
        let error = FileError(operation: "open", subject: "file", errno: errno)
        let failure = CommandFailure(naming: RawPath("study/x"), error)
        #expect(failure.status == status)
        #expect(failure.message.hasPrefix("study/x: "))
    }
}
