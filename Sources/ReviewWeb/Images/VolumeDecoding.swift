import DICOMFiles
import Dispatch
import DurableFiles
import Foundation
import Synchronization

/// Decodes a volume into shared memory: what is wanted first, then a sample, then the rest.
///
/// Runs in the child process that decodes, on the calling thread, and keeps a few more busy.
package struct VolumeDecoding {
    private let request: VolumeRequest
    private let memory: SharedMemory
    private let report: (VolumeEvent) -> Bool
    private let readers: OpenReaders

    /// Slices are decoded so many at a time; wishes are heard in between.
    private static let batch = min(4, ProcessInfo.processInfo.activeProcessorCount)

    /// `report` answers whether anybody still listens.
    package init(_ request: VolumeRequest, into memory: SharedMemory, report: @escaping (VolumeEvent) -> Bool) {
        precondition(memory.length == request.length, "the memory has the size of the volume")
        self.request = request
        self.memory = memory
        self.report = report
        readers = OpenReaders(request)
    }

    /// Decodes everything. `wishes` is asked between slices for those that are wanted next.
    package func run(wishes: () -> [Int]) {
        guard let (coding, kinds) = chooseCoding(), report(.coding(coding)) else { return }
        var order = DecodingOrder(count: request.frames.count, wanted: request.first + request.sample)
        var sample = Set(request.sample)
        while true {
            order.want(wishes())
            let batch = order.next(Self.batch)
            if batch.isEmpty { return }
            let results = Self.concurrently(batch) { decode($0, coding, kinds[$0]) }
            for (slice, failure) in zip(batch, results) {
                let event = failure.map { VolumeEvent.failed(slice, reason: $0.rawValue) } ?? .ready(slice)
                guard report(event) else { return }
                if sample.remove(slice) != nil, sample.isEmpty, !reportSample(coding) { return }
            }
        }
    }

    // MARK: - Coding

    /// The coding, and what each slice's stored values are. Where values must be rounded, all slices are decoded for it.
    private func chooseCoding() -> (VolumeCoding, [StoredValues])? {
        var kinds: [StoredValues] = []
        for slice in request.frames.indices {
            guard let kind = request.frames[slice].values ?? (try? readers.values(of: slice)) else {
                // One that cannot be read does not decide; it fails when it is decoded.
                kinds.append(kinds.last ?? StoredValues(bitsStored: 16, isSigned: true, slope: 1, intercept: 0))
                continue
            }
            kinds.append(kind)
        }
        if let exact = VolumeCoding.exact(for: Set(kinds)) { return (exact, kinds) }
        var range: ClosedRange<Double>?
        for start in stride(from: 0, to: request.frames.count, by: Self.batch) {
            let slices = Array(start..<min(start + Self.batch, request.frames.count))
            for found in Self.concurrently(slices, { valueRange(of: $0) }) {
                guard let found else { continue }
                range =
                    range.map { min($0.lowerBound, found.lowerBound)...max($0.upperBound, found.upperBound) } ?? found
            }
        }
        return (VolumeCoding.rounded(over: range ?? 0...1), kinds)
    }

    private func valueRange(of slice: Int) -> ClosedRange<Double>? {
        guard let values = try? readers.reader(of: slice).modalityValues(frameAt: request.frames[slice].index) else {
            return nil
        }
        var low = Float.infinity
        var high = -Float.infinity
        for value in values where value.isFinite {
            low = min(low, value)
            high = max(high, value)
        }
        return low <= high ? Double(low)...Double(high) : nil
    }

    private func reportSample(_ coding: VolumeCoding) -> Bool {
        var counts = [Int](repeating: 0, count: 65_536)
        for slice in request.sample {
            let start = slice * request.sliceLength
            memory.withBytes(start..<start + request.sliceLength) { bytes in
                counts.withUnsafeMutableBufferPointer { counts in
                    for value in bytes.bindMemory(to: Int16.self) { counts[Int(value) + 32_768] += 1 }
                }
            }
        }
        return ValueRange(counts: counts, coding: coding).map { report(.sampled($0)) } ?? true
    }

    // MARK: - Slices

    /// - Returns: why the slice could not be decoded.
    private func decode(_ slice: Int, _ coding: VolumeCoding, _ kind: StoredValues) -> ReasonCode? {
        do throws(DICOMFileError) {
            let reader = try readers.reader(of: slice)
            let index = request.frames[slice].index
            let start = slice * request.sliceLength
            if coding.isExact {
                let raw = try reader.storedValues(frameAt: index)
                write(raw, at: start) { coding.stored($0, kind) }
            } else {
                let values = try reader.modalityValues(frameAt: index)
                write(values, at: start) { coding.stored($0) }
            }
            return nil
        } catch {
            return error.code
        }
    }

    @inline(__always)
    private func write<Value>(_ values: [Value], at start: Int, _ code: (Value) -> Int16) {
        memory.withMutableBytes(start..<start + request.sliceLength) { bytes in
            let target = bytes.bindMemory(to: Int16.self)
            values.withUnsafeBufferPointer { values in
                for index in values.indices { target[index] = code(values[index]).littleEndian }
            }
        }
    }

    private static func concurrently<Value: Sendable>(_ slices: [Int], _ body: (Int) -> Value) -> [Value] {
        guard slices.count > 1 else { return slices.map(body) }
        let results = Mutex([Value?](repeating: nil, count: slices.count))
        withoutActuallyEscaping(body) { body in
            let work = ConcurrentBody(body: body)
            DispatchQueue.concurrentPerform(iterations: slices.count) { index in
                let value = work.body(slices[index])
                results.withLock { $0[index] = value }
            }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}

// @unchecked: the closure outlives the concurrent calls, which the caller waits for, and reads immutable values only.
private struct ConcurrentBody<Value>: @unchecked Sendable {
    let body: (Int) -> Value
}

/// Which slices are decoded next.
struct DecodingOrder {
    private var isDone: [Bool]
    private var wanted: [Int]
    /// Where somebody looks: what is nearest comes first.
    private var focus: Int

    init(count: Int, wanted: [Int]) {
        isDone = [Bool](repeating: false, count: count)
        self.wanted = wanted.filter { 0..<count ~= $0 }
        focus = self.wanted.first ?? 0
    }

    mutating func want(_ slices: [Int]) {
        let slices = slices.filter { isDone.indices ~= $0 }
        guard let first = slices.first else { return }
        wanted = slices + wanted
        focus = first
    }

    /// At most so many slices, which count as done from now on.
    mutating func next(_ count: Int) -> [Int] {
        var batch: [Int] = []
        while batch.count < count, let slice = nextWanted() ?? nearest() {
            isDone[slice] = true
            batch.append(slice)
        }
        return batch
    }

    private mutating func nextWanted() -> Int? {
        while !wanted.isEmpty {
            let slice = wanted.removeFirst()
            if !isDone[slice] { return slice }
        }
        return nil
    }

    private func nearest() -> Int? {
        for distance in isDone.indices {
            for slice in [focus + distance, focus - distance] where isDone.indices ~= slice && !isDone[slice] {
                return slice
            }
        }
        return nil
    }
}

/// The readers of a volume's files. That of a multi-frame image stays open: its frames follow each other.
private final class OpenReaders: Sendable {
    private let request: VolumeRequest
    private let last = Mutex<(path: RawPath, reader: FrameReader)?>(nil)

    init(_ request: VolumeRequest) { self.request = request }

    /// A file that does not hold the instance that it held when its header was read is an error.
    func reader(of slice: Int) throws(DICOMFileError) -> FrameReader {
        let frame = request.frames[slice]
        let path = frame.path
        if let open = last.withLock({ $0?.path == path ? $0?.reader : nil }) { return open }
        let reader = try FrameReader(path)
        guard reader.sopInstanceUID == frame.instance, reader.module.rows == request.rows,
            reader.module.columns == request.columns, frame.index < reader.module.numberOfFrames
        else { throw DICOMFileError(.uidConflict, "The file holds another instance than before") }
        if reader.module.numberOfFrames > 1 { last.withLock { $0 = (path, reader) } }
        return reader
    }

    func values(of slice: Int) throws(DICOMFileError) -> StoredValues {
        let reader = try reader(of: slice)
        return StoredValues(reader.module, reader.rescales[request.frames[slice].index])
    }
}
