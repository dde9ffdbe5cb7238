import Foundation
import HTTPTypes
import Hummingbird
import Ledger

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

    /// The status 404.
    public static func notFound(_ message: String) -> ReviewError { ReviewError(.notFound, "NOT_FOUND", message) }

    /// The status 400.
    public static func badRequest(_ message: String) -> ReviewError { ReviewError(.badRequest, "BAD_REQUEST", message) }

    /// The answer that an error of any kind stands for. What the program did not foresee is told without words of its
    /// own: those could name a patient.
    public init(describing error: any Error) {
        switch error {
        case let error as ReviewError: self = error
        case let error as LedgerError: self.init(error)
        case let error as any HTTPResponseError: self = Self.answer(to: error.status)
        default: self.init(.internalServerError, "INTERNAL", "the program failed to answer this; see its log")
        }
    }

    private init(_ error: LedgerError) {
        switch error.code {
        case .notFound: self.init(.notFound, "NOT_FOUND", error.message)
        case .illegalTransition: self.init(.conflict, "NOT_POSSIBLE", error.message)
        case .outOfSpace: self.init(.serviceUnavailable, "DISK_FULL", "the disk is full", remedy: "free some space")
        case .unavailable, .locked, .corrupt, .newerSchema:
            self.init(.serviceUnavailable, "LEDGER", "the ledger cannot be used now: \(error.message)")
        }
    }

    private static func answer(to status: HTTPResponse.Status) -> ReviewError {
        switch status {
        case .notFound: .notFound("there is nothing here")
        case .contentTooLarge: ReviewError(status, "TOO_LARGE", "the body is too large")
        case .badRequest, .unprocessableContent: .badRequest("the request is not as expected")
        default: ReviewError(status, "REFUSED", "the request was refused")
        }
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
        return try JSONAnswer(body, status: status).response(from: request, context: context)
    }
}
