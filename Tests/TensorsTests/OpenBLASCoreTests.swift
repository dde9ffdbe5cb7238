import COpenBLAS
import Foundation
import Tensors
import Testing

@Suite("OpenBLAS runs the kernels of this CPU")
struct OpenBLASCoreTests {
    @Test func whenTheCPUHasAVX512_thenTheCoreIsNotAHaswell() {
        // A core that the user chose is the user's business.
        guard ComputeThreads.kernelChoice != .setByUser else {
            #expect(ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] != nil)
            return
        }
        if preread_cpu_has_avx512() {
            #expect(ComputeThreads.kernelChoice == .forced)
            #expect(["Cooperlake", "SkylakeX"].contains(ComputeThreads.kernelName))
        } else {
            #expect(ComputeThreads.kernelChoice == .libraryDefault)
        }
    }
}
