import HTTPTypes

extension HTTPFields {
    /// The value of a field by its name in any case; `nil` where it is absent.
    subscript(named name: String) -> String? {
        get { HTTPField.Name(name).flatMap { self[$0] } }
        set {
            guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is the name of a field") }
            self[name] = newValue
        }
    }

    /// All values of a field.
    func values(named name: String) -> [String] { HTTPField.Name(name).map { self[values: $0] } ?? [] }
}
