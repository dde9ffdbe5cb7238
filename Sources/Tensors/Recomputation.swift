/// The result of a function whose inner steps are not kept: the backward step runs it a second time (Chen et al. 2016,
/// "Training deep nets with sublinear memory cost").
///
/// All that gradients are wanted of, parameters too, are among the inputs, in the order in which the function takes them;
/// it must give the same result every time. Gradients are the same bit for bit as without, as long as no input is used
/// elsewhere as well (its contributions then add in another order).
public func recomputed(_ inputs: [Tensor], _ function: @escaping @Sendable ([Tensor]) -> Tensor) -> Tensor {
    let plain = inputs.map { $0.detached() }
    let result = function(plain)
    precondition(!result.isTracked, "what a recomputed function depends on is among its inputs")
    let isTracked = inputs.map(\.isTracked)
    return result.recording(inputs) { gradient in
        let again = zip(plain, isTracked).map { $1 ? $0.tracked() : $0 }
        let leaves = again.filter(\.isTracked)
        var gradients = function(again).gradients(of: leaves, seed: gradient).makeIterator()
        return isTracked.map { $0 ? gradients.next() ?? nil : nil }
    }
}
