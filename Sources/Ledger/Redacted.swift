/// A value that names or describes a patient. Whoever prints, logs or interpolates it gets a dot.
package struct Redacted<Value> {
    /// The value itself, for those who show it to a person who may see it.
    package let value: Value

    package init(_ value: Value) { self.value = value }
}

extension Redacted: Sendable where Value: Sendable {}
extension Redacted: Equatable where Value: Equatable {}
extension Redacted: Hashable where Value: Hashable {}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "•" }

    package var debugDescription: String { "•" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
