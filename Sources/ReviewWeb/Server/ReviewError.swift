import Foundation
import Hummingbird

/// An answer that says what went wrong: `{"error": {"code", "message", "remedy"}}`. Never with anything of the patient.
public struct ReviewError: Error, HTTPResponseError, Sendable {
    /// The HTTP status.
    public let status: HTTPResponse.Status
    /// A word for programs, for example `NOT_FOUND`.
    public let code: String
    /// A sentence for people.
    public let message: String
    /// What the person can do.
    public let remedy: String?

    /// An error from its parts.
    public init(_ status: HTTPResponse.Status, _ code: String, _ message: String, remedy: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    private struct Body: Encodable {
        struct Content: Encodable {
            let code: String
            let message: String
            let remedy: String?
        }

        let error: Content
    }

    /// The JSON answer.
    public func response(from request: Request, context: some RequestContext) throws -> Response {
        let body = Body(error: .init(code: code, message: message, remedy: remedy))
        let bytes = try JSONEncoder().encode(body)
        return Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
