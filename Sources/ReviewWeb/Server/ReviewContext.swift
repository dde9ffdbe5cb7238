import Foundation
import Hummingbird
import Ledger
import NIOCore

/// What is known of a request while it is answered.
public struct ReviewContext: RequestContext {
    /// What Hummingbird keeps.
    public var coreContext: CoreRequestContextStorage
    /// Who asks; `nil` before the log-in.
    public var user: ReviewUser?
    /// Where they ask from: the numeric address of the connection, or what the trusted proxy says.
    public var address: String
    /// The session of the cookie, where the user logged in by one.
    var session: SessionID?

    /// The context of a request that just came.
    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "local"
    }

    /// JSON bodies are small unless a route says otherwise.
    public var maxUploadSize: Int { 256 << 10 }

    /// Who asks, if they may do what the role may.
    ///
    /// - Throws: ``ReviewError`` of status 401 or 403.
    public func user(_ role: ReviewRole) throws(ReviewError) -> ReviewUser {
        guard let user else { throw ReviewError(.unauthorized, "LOGIN_REQUIRED", "log in first") }
        guard user.role >= role else {
            throw ReviewError(
                .forbidden,
                "ROLE",
                "this takes the role \(role.rawValue); yours is \(user.role.rawValue)"
            )
        }
        return user
    }

    /// The job that the path names.
    ///
    /// - Throws: ``ReviewError`` of status 404 where it is not the number of a job.
    package var job: JobID { get throws(ReviewError) { JobID(rawValue: try number("job")) } }

    /// A number that the path names: digits alone, without a sign or leading zeros.
    ///
    /// - Throws: ``ReviewError`` of status 404 where it is anything else.
    public func number(_ name: String) throws(ReviewError) -> Int64 {
        guard let text = parameters.get(name), let number = Int64(text), number >= 0, String(number) == text else {
            throw .notFound("there is no such \(name)")
        }
        return number
    }
}

extension Request {
    /// The JSON body, at most `limit` bytes.
    ///
    /// - Throws: ``ReviewError`` of status 400 or 413.
    public func json<Body: Decodable>(as type: Body.Type, limit: Int = 256 << 10) async throws -> Body {
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw ReviewError(.contentTooLarge, "TOO_LARGE", "the body is larger than \(limit) bytes")
        }
        do {
            return try JSONDecoder().decode(Body.self, from: Data(buffer.readableBytesView))
        } catch let error as DecodingError {
            // What stands in the body may be a patient's: only the place is told.
            throw ReviewError(.badRequest, "BAD_REQUEST", "the body is not as expected\(error.place)")
        }
    }

    /// A number of the query, inside of a range.
    ///
    /// - Throws: ``ReviewError`` of status 400.
    public func queryNumber(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws(ReviewError)
        -> Int
    {
        guard let text = uri.queryParameters.get(name) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw .badRequest("\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

extension DecodingError {
    fileprivate var place: String {
        let path: [any CodingKey] =
            switch self {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                context.codingPath
            case .keyNotFound(let key, let context): context.codingPath + [key]
            @unknown default: []
            }
        // Only names that the program knows: keys of the coding types.
        let names = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        return names.isEmpty ? "" : " at " + names.joined(separator: ".")
    }
}
