extension UnsafeBufferPointer<Float> {
    /// The address of the first element.
    var address: UnsafePointer<Float> {
        guard let baseAddress else { preconditionFailure("a tensor's memory has an address") }
        return baseAddress
    }
}

extension UnsafeMutableBufferPointer<Float> {
    /// The address of the first element.
    var address: UnsafeMutablePointer<Float> {
        guard let baseAddress else { preconditionFailure("a tensor's memory has an address") }
        return baseAddress
    }
}
