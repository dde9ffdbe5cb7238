/// A JSON value and where it stands.
struct JSONPlace {
    let value: JSONValue
    /// For example `segments[0].label`.
    let path: String

    func error(_ message: String) -> PromptFileError {
        PromptFileError(path: path, message: message)
    }

    func text() throws(PromptFileError) -> String {
        guard case .string(let text) = value else { throw error("a text needed, not \(value.kind)") }
        return text
    }

    /// Exactly so many finite numbers.
    func numbers(_ count: Int, _ needed: String) throws(PromptFileError) -> [Double] {
        guard case .array(let items) = value, items.count == count else { throw error(needed) }
        var numbers: [Double] = []
        for item in items {
            guard case .number(let number) = item, number.isFinite else { throw error(needed) }
            numbers.append(number)
        }
        return numbers
    }
}

/// A JSON object of which all keys are known.
struct JSONObject {
    private let values: [String: JSONValue]
    private let path: String

    init(_ value: JSONValue, at path: String, keys: [String]) throws(PromptFileError) {
        guard case .object(let values) = value else {
            throw PromptFileError(path: path, message: "an object needed, not \(value.kind)")
        }
        self.values = values
        self.path = path
        if let unknown = values.keys.sorted().first(where: { !keys.contains($0) }) {
            throw error(unknown, "unknown key; known are \(keys.joined(separator: ", "))")
        }
    }

    func error(_ key: String, _ message: String) -> PromptFileError {
        PromptFileError(path: path(of: key), message: message)
    }

    func required(_ key: String) throws(PromptFileError) -> JSONPlace {
        guard let place = optional(key) else { throw error(key, "missing") }
        return place
    }

    func optional(_ key: String) -> JSONPlace? {
        values[key].map { JSONPlace(value: $0, path: path(of: key)) }
    }

    /// The places in an array that has to be there and must not be empty.
    func array(_ key: String, needed: String) throws(PromptFileError) -> [JSONPlace] {
        let place = try required(key)
        guard case .array(let items) = place.value else {
            throw place.error("an array needed, not \(place.value.kind)")
        }
        guard !items.isEmpty else { throw place.error(needed + " needed") }
        return items.enumerated().map { JSONPlace(value: $1, path: "\(place.path)[\($0)]") }
    }

    private func path(of key: String) -> String {
        path.isEmpty ? key : path + "." + key
    }
}

// The standard library's `map` loses the type of an error in closures that are not single calls of typed functions.
extension [JSONPlace] {
    func mapThrowing<Result>(
        _ transform: (JSONPlace) throws(PromptFileError) -> Result
    ) throws(PromptFileError) -> [Result] {
        var results: [Result] = []
        for place in self { results.append(try transform(place)) }
        return results
    }
}

extension JSONPlace? {
    func mapThrowing<Result>(
        _ transform: (JSONPlace) throws(PromptFileError) -> Result
    ) throws(PromptFileError) -> Result? {
        guard let place = self else { return nil }
        return try transform(place)
    }
}
