import Tensors
import TestSupport
import Testing

/// Gradients of a function's weighted sum with regard to the inputs that are tracked; nil for the others.
func gradients(
    of inputs: [Tensor],
    tracked: [Bool]? = nil,
    _ function: ([Tensor]) -> Tensor
) -> [Tensor?] {
    let tracked = tracked ?? inputs.map { _ in true }
    let operands = zip(inputs, tracked).map { $1 ? $0.tracked() : $0 }
    let result = function(operands)
    var found = result.gradients(of: operands.filter(\.isTracked), seed: noise(result.shape, seed: 99)).makeIterator()
    return tracked.map { $0 ? found.next() ?? nil : nil }
}

/// Expects that freezing some inputs leaves the gradients of the others as they are, bit for bit.
func expectFrozenInputsToChangeNothing(
    _ inputs: [Tensor],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ function: ([Tensor]) -> Tensor
) {
    let all = gradients(of: inputs, function)
    for mask in 1..<(1 << inputs.count) {
        let tracked = inputs.indices.map { mask >> $0 & 1 == 1 }
        let some = gradients(of: inputs, tracked: tracked, function)
        for index in inputs.indices {
            let expected = tracked[index] ? all[index]?.values : nil
            #expect(some[index]?.values == expected, "input \(index) of \(tracked)", sourceLocation: sourceLocation)
        }
    }
    #expect(all.allSatisfy { $0 != nil }, sourceLocation: sourceLocation)
    #expect(!function(inputs).isTracked, sourceLocation: sourceLocation)
}

/// Expects that a tracked run gives the same result as an untracked one, bit for bit.
func expectTrackingToKeepTheResult(
    _ inputs: [Tensor],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ function: ([Tensor]) -> Tensor
) {
    let result = function(inputs.map { $0.tracked() })
    #expect(result.isTracked, sourceLocation: sourceLocation)
    #expect(result.values == function(inputs).values, sourceLocation: sourceLocation)
}
