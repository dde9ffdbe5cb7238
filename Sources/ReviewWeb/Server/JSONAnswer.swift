import Foundation
import HTTPTypes
import Hummingbird

/// A JSON answer: camelCase, UTF-8, times as ISO 8601, never kept by a cache.
public struct JSONAnswer<Body: Encodable>: ResponseGenerator {
    private let body: Body
    private let status: HTTPResponse.Status

    /// Answers with a value.
    public init(_ body: Body, status: HTTPResponse.Status = .ok) {
        self.body = body
        self.status = status
    }

    /// The bytes of the value in the form that all answers have.
    public static func encode(_ body: Body) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(body)
    }

    /// The answer.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        .json(try Self.encode(body), status: status)
    }
}

extension Response {
    /// An answer of JSON that is encoded already; no cache keeps it.
    static func json(_ bytes: Data, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}

extension JSONAnswer: Sendable where Body: Sendable {}
