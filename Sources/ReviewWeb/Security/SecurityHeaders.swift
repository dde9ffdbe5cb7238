import HTTPTypes
import Hummingbird
import Logging

/// Turns every end of a request into an answer, and gives every answer the headers that keep browsers strict.
///
/// The outermost of all middleware: nothing leaves without passing here.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = ReviewContext

    let isSecure: Bool

    /// No script, style, picture or connection from elsewhere; nothing inline; nobody may frame the page.
    static let contentPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "connect-src 'self'",
        "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'",
    ].joined(separator: "; ")

    static let fields: [String: String] = [
        "Content-Security-Policy": contentPolicy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "Cache-Control": "no-store",
    ]

    func handle(
        _ request: Request,
        context: ReviewContext,
        next: (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let answer = ReviewError(describing: error)
            if answer.status == .internalServerError {
                // The type alone: what the error holds may be a patient's.
                context.logger.error(
                    "a request failed",
                    metadata: [
                        "route": "\(context.endpointPath ?? "none")", "error": "\(type(of: error))",
                    ]
                )
            }
            response = try answer.response(from: request, context: context)
        }
        for (name, value) in Self.fields where response.headers[named: name] == nil {
            response.headers[named: name] = value
        }
        if isSecure { response.headers[named: "Strict-Transport-Security"] = "max-age=31536000" }
        return response
    }
}
