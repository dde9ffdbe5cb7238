import DICOMSegmentation
import SegmentAnything
import Synchronization
import Tensors

/// What is kept of the slices that a person prompts on in one job: their embeddings, and the model's last word on each.
final class PromptSession: Sendable {
    /// One slice.
    struct Slice: Sendable {
        let embedding: ImageEmbedding
        /// The last mask, and the logits that it came from: fed back where the person goes on from this mask.
        var last: (runs: [UInt8], logits: Tensor)?
    }

    private struct State {
        var slices: [Int: Slice] = [:]
        /// The one that was used last is the last.
        var order: [Int] = []
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// Keeps at most `capacity` slices.
    init(capacity: Int) { self.capacity = capacity }

    subscript(index: Int) -> Slice? {
        state.withLock { state in
            guard let slice = state.slices[index] else { return nil }
            state.order.removeAll { $0 == index }
            state.order.append(index)
            return slice
        }
    }

    func keep(_ slice: Slice, at index: Int) {
        state.withLock { state in
            state.slices[index] = slice
            state.order.removeAll { $0 == index }
            state.order.append(index)
            if state.order.count > capacity { state.slices[state.order.removeFirst()] = nil }
        }
    }
}

/// The sessions of all users, up to a number.
final class PromptSessions: Sendable {
    /// Whose session it is.
    struct Key: Hashable, Sendable {
        let job: Int64
        let user: String
    }

    private struct State {
        var sessions: [Key: PromptSession] = [:]
        var order: [Key] = []
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let slices: Int

    /// At most `capacity` sessions of at most `slices` slices each.
    init(capacity: Int, slices: Int) {
        self.capacity = capacity
        self.slices = slices
    }

    func session(_ key: Key) -> PromptSession {
        state.withLock { state in
            state.order.removeAll { $0 == key }
            state.order.append(key)
            if let known = state.sessions[key] { return known }
            let session = PromptSession(capacity: slices)
            state.sessions[key] = session
            if state.order.count > capacity { state.sessions[state.order.removeFirst()] = nil }
            return session
        }
    }
}
