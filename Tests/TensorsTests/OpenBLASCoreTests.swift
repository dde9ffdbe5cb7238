import COpenBLAS
import Foundation
import Tensors
import Testing

@Suite("OpenBLAS runs the kernels of this CPU")
struct OpenBLASCoreTests {
    @Test func whenTheCPUHasAVX512_thenTheCoreIsNotAHaswell() {
        switch ComputeThreads.kernelChoice {
        case .user:
            // A core that the user chose is the user's business.
            #expect(ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] != nil)
        case .program:
            #expect(preread_cpu_has_avx512())
            #expect(["Cooperlake", "SkylakeX"].contains(ComputeThreads.kernelName))
        case .library:
            let overlooked = ["Haswell", "Zen", "Prescott"].contains(ComputeThreads.kernelName)
            #expect(!preread_cpu_has_avx512() || !overlooked)
        case .stuck:
            Issue.record("OpenBLAS runs \(ComputeThreads.kernelName) on a CPU with AVX-512")
        }
    }

    @Test func theEnvironmentIsLeftAsItWas() {
        let isSet = getenv("OPENBLAS_CORETYPE") != nil
        #expect(isSet == (ComputeThreads.kernelChoice == .user))
    }
}
