import Foundation

/// How values without columns of their own are stored: JSON with sorted keys, so that equal values are equal bytes.
enum StoredJSON {
    static func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    static func text(_ value: some Encodable) throws -> String { String(decoding: try data(value), as: UTF8.self) }

    static func value<Value: Decodable>(_ data: Data) throws -> Value {
        try JSONDecoder().decode(Value.self, from: data)
    }

    static func value<Value: Decodable>(_ text: String) throws -> Value { try value(Data(text.utf8)) }
}
