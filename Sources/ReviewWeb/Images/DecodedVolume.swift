import Dispatch
import DurableFiles
import Hummingbird
import Synchronization

/// A volume in memory, 16 bits a pixel, while it is decoded and after.
package final class DecodedVolume: Sendable {
    /// Why pixels cannot be had.
    package struct Failure: Error, Sendable, Hashable {
        /// A reason code.
        package let reason: String
    }

    package let request: VolumeRequest
    private let memory: SharedMemory
    private let state = Mutex(State())

    private struct State {
        var coding: VolumeCoding?
        var range: ValueRange?
        /// What became of each slice; `nil` until it is known.
        var slices: [Result<Void, Failure>?] = []
        var hasEnded = false
        var waiters: [Waiter] = []
        var run: (any DecodingRun)?
    }

    private struct Waiter {
        let isDone: @Sendable (borrowing State) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    /// Starts to decode.
    package init(_ request: VolumeRequest, with decoder: any VolumeDecoder) throws(FileError) {
        self.request = request
        memory = try SharedMemory(length: request.length)
        state.withLock { $0.slices = .init(repeating: nil, count: request.frames.count) }
        // Nobody who has given the volume up is waited for.
        let run = decoder.start(request, into: memory) { [weak self] event in
            guard let self else { return false }
            receive(event)
            return true
        }
        state.withLock { $0.run = run }
    }

    deinit { state.withLock { $0.run?.stop() } }

    /// Bytes in memory.
    package var length: Int { memory.length }

    /// Whether nothing more will come, and some of it is missing.
    package var isBroken: Bool {
        state.withLock { state in state.hasEnded && state.slices.contains { (try? $0?.get()) == nil } }
    }

    // MARK: - Asking

    /// How values are held.
    package func coding() async throws(Failure) -> VolumeCoding {
        await wait { $0.coding != nil }
        guard let coding = state.withLock({ $0.coding }) else { throw Failure(reason: "DECODE_FAILED") }
        return coding
    }

    /// The values of a sample of the slices; `nil` where none could be decoded.
    package func sampledRange() async -> ValueRange? {
        await wait { $0.range != nil }
        return state.withLock { $0.range }
    }

    /// Stored numbers of some slices, little-endian, in the order of slice, row, column.
    package func bytes(_ slices: Range<Int>) async throws(Failure) -> ByteBuffer {
        try await need(slices)
        let size = request.sliceLength
        return memory.withBytes(slices.lowerBound * size..<slices.upperBound * size) { ByteBuffer(bytes: $0) }
    }

    /// Modality values of one slice, row by row.
    package func values(of slice: Int) async throws(Failure) -> [Float] {
        let coding = try await coding()
        try await need(slice..<slice + 1)
        let start = slice * request.sliceLength
        return memory.withBytes(start..<start + request.sliceLength) { bytes in
            bytes.bindMemory(to: Int16.self).map { coding.value(Int16(littleEndian: $0)) }
        }
    }

    /// How often each stored number occurs in the whole volume: 65,536 counts, the first of −32,768.
    package func counts() async throws(Failure) -> [Int] {
        try await need(0..<request.frames.count)
        let size = request.sliceLength
        let slices = request.frames.count
        let memory = memory
        return await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                var counts = [Int](repeating: 0, count: 65_536)
                memory.withBytes(0..<slices * size) { bytes in
                    counts.withUnsafeMutableBufferPointer { counts in
                        for value in bytes.bindMemory(to: Int16.self) {
                            counts[Int(Int16(littleEndian: value)) + 32_768] += 1
                        }
                    }
                }
                continuation.resume(returning: counts)
            }
        }
    }

    private func need(_ slices: Range<Int>) async throws(Failure) {
        let missing = state.withLock { state -> ([Int], (any DecodingRun)?) in
            (slices.filter { state.slices[$0] == nil }, state.run)
        }
        if !missing.0.isEmpty { missing.1?.want(missing.0) }
        await wait { state in slices.allSatisfy { state.slices[$0] != nil } }
        for slice in slices {
            switch state.withLock({ $0.slices[slice] }) {
            case .success: continue
            case .failure(let failure): throw failure
            case nil: throw Failure(reason: "DECODE_FAILED")
            }
        }
    }

    /// Waits until something holds, or nothing more will come.
    private func wait(until isDone: @escaping @Sendable (borrowing State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                if state.hasEnded || isDone(state) { return true }
                state.waiters.append(Waiter(isDone: isDone, continuation: continuation))
                return false
            }
            if isSettled { continuation.resume() }
        }
    }

    // MARK: - Hearing

    private func receive(_ event: VolumeEvent?) {
        let settled = state.withLock { state -> [Waiter] in
            switch event {
            case .coding(let coding): state.coding = coding
            case .sampled(let range): state.range = range
            case .ready(let slice) where state.slices.indices ~= slice: state.slices[slice] = .success(())
            case .failed(let slice, let reason) where state.slices.indices ~= slice:
                state.slices[slice] = .failure(Failure(reason: reason))
            case .ready, .failed: break
            case nil: state.hasEnded = true
            }
            let waiters = state.waiters
            state.waiters = []
            let isDone = waiters.map { state.hasEnded || $0.isDone(state) }
            state.waiters = zip(waiters, isDone).filter { !$1 }.map(\.0)
            return zip(waiters, isDone).filter(\.1).map(\.0)
        }
        for waiter in settled { waiter.continuation.resume() }
    }
}
