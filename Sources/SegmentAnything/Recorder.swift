import Tensors

/// Listens to the tensors inside a network, by the names that the published code gives its modules.
///
/// Networks take one wherever they run forward; ``none`` costs a comparison. Images are recorded as the network holds
/// them, `[batch, rows, columns, channels]`.
public struct Recorder {
    /// Nobody listens.
    public static var none: Recorder { Recorder(prefix: "", sink: nil) }

    private let prefix: String
    private let sink: ((String, Tensor) -> Void)?

    /// Calls the closure with every intermediate tensor and its full name.
    public init(_ sink: @escaping (String, Tensor) -> Void) {
        self.init(prefix: "", sink: sink)
    }

    private init(prefix: String, sink: ((String, Tensor) -> Void)?) {
        self.prefix = prefix
        self.sink = sink
    }

    /// Whether somebody listens.
    public var isListening: Bool { sink != nil }

    /// A recorder for a part of the network, whose names follow `name` and a dot.
    public func scoped(_ name: @autoclosure () -> String) -> Recorder {
        sink == nil ? self : Recorder(prefix: prefix + name() + ".", sink: sink)
    }

    /// Records a tensor; an empty name stands for the part itself.
    public func callAsFunction(_ name: @autoclosure () -> String, _ tensor: @autoclosure () -> Tensor) {
        guard let sink else { return }
        let full = prefix + name()
        sink(full.hasSuffix(".") ? String(full.dropLast()) : full, tensor())
    }

    /// Runs a layer and the activation after it: fused when nobody listens, else in two steps, both recorded. The
    /// results are equal bit for bit.
    public func layer(
        _ name: @autoclosure () -> String,
        then activation: Activation,
        _ activationName: @autoclosure () -> String,
        _ run: (Activation) -> Tensor
    ) -> Tensor {
        guard isListening else { return run(activation) }
        let linear = run(.identity)
        self(name(), linear)
        let activated = linear.activated(activation)
        self(activationName(), activated)
        return activated
    }
}
