import Synchronization

/// A tensor that is made when it is first asked for: weights that prepared products may make superfluous.
final class DeferredTensor: Sendable {
    let shape: [Int]
    /// Whether a gradient of it is wanted; known before it is made.
    let isTracked: Bool
    private let state: Mutex<State>

    private enum State {
        case made(Tensor)
        case waiting(@Sendable () -> Tensor)
    }

    /// A tensor that is there already.
    init(_ tensor: Tensor) {
        shape = tensor.shape
        isTracked = tensor.isTracked
        state = Mutex(.made(tensor))
    }

    /// A tensor of that shape, without a history, that the closure makes.
    init(shape: [Int], _ make: @escaping @Sendable () -> Tensor) {
        self.shape = shape
        isTracked = false
        state = Mutex(.waiting(make))
    }

    /// The tensor for a single use: where it was not made yet, what is made now is not kept.
    var passing: Tensor {
        let state = state.withLock { $0 }
        switch state {
        case .made(let tensor): return tensor
        case .waiting(let make): return make()
        }
    }

    /// The tensor; others who ask while it is made wait.
    var value: Tensor {
        state.withLock { state in
            switch state {
            case .made(let tensor): return tensor
            case .waiting(let make):
                let tensor = make()
                state = .made(tensor)
                return tensor
            }
        }
    }
}
