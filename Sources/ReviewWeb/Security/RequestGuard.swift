import HTTPTypes
import Hummingbird

/// Refuses requests by their form alone, before anybody looks at who asks: wrong host, odd path, a deed that another site's
/// page had the browser do, a body that is too large.
struct RequestGuard: RouterMiddleware {
    typealias Context = ReviewContext

    private let settings: ReviewSettings
    private let port: BoundPort
    private let scheme: String
    /// The largest body of any route, in bytes; most take less.
    static let largestBody = 256 << 20

    init(_ settings: ReviewSettings, port: BoundPort) {
        self.settings = settings
        self.port = port
        scheme = settings.isSecure ? "https" : "http"
    }

    func handle(
        _ request: Request,
        context: ReviewContext,
        next: (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.address = try client(of: request, connection: context.address)
        let host = try host(of: request)
        try Self.checkPath(request.head.path ?? "")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.largestBody {
            throw ReviewError(.contentTooLarge, "TOO_LARGE", "the body is larger than \(Self.largestBody) bytes")
        }
        if request.method != .get, request.method != .head {
            try checkDeed(request, host: host)
        } else if request.uri.path.hasPrefix("/api/"), let site = request.headers[named: "Sec-Fetch-Site"],
            site != "same-origin", site != "none"
        {
            throw Self.foreign
        }
        return try await next(request, context)
    }

    // MARK: - Host

    /// Whether this is what `Host` may be: DNS rebinding gives the browser another name for this address.
    private func isKnown(_ host: String) -> Bool {
        let port = port.number
        var names = settings.names
        if settings.isLoopback { names += ["localhost", "127.0.0.1", "[::1]"] }
        if !["0.0.0.0", "::"].contains(settings.host) {
            names.append(settings.host.contains(":") ? "[\(settings.host)]" : settings.host)
        }
        let isDefaultPort = port == (settings.isSecure ? 443 : 80) || settings.proxy != nil
        return names.contains { name in
            let name = name.lowercased()
            return Self.hasPort(name) ? host == name : host == "\(name):\(port)" || (isDefaultPort && host == name)
        }
    }

    private static func hasPort(_ name: String) -> Bool {
        guard let colon = name.lastIndex(of: ":") else { return false }
        return !name[colon...].contains("]")
    }

    private func host(of request: Request) throws(ReviewError) -> String {
        // The first field is the authority; a second one stays among the headers.
        guard let host = request.head.authority?.lowercased(), request.headers.values(named: "Host").isEmpty,
            isKnown(host)
        else { throw ReviewError(.forbidden, "HOST", "this service is not reached by that name") }
        return host
    }

    // MARK: - Path

    /// No path of this service has anything but plain letters, digits and a few signs, so nothing has to be decoded.
    static func checkPath(_ target: String) throws(ReviewError) {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        let isPlain = path.first == UInt8(ascii: "/") && path.count <= 1_024 && path.allSatisfy(isAllowed)
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        let isDirect = parts.enumerated().allSatisfy { index, part in
            part.first != UInt8(ascii: ".") && (!part.isEmpty || index == parts.count - 1)
        }
        guard isPlain, isDirect else { throw .notFound("there is nothing here") }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: ","):
            true
        default: false
        }
    }

    // MARK: - Deeds

    private static let foreign = ReviewError(.forbidden, "ORIGIN", "the request comes from another site's page")

    /// A page of another origin can neither send the header nor its own origin's name as ours.
    private func checkDeed(_ request: Request, host: String) throws(ReviewError) {
        guard request.headers[named: "X-Preread"] == "1" else {
            throw ReviewError(.forbidden, "CSRF", "a request that changes something needs the header X-Preread: 1")
        }
        let origins = request.headers.values(named: "Origin")
        let site = request.headers[named: "Sec-Fetch-Site"]
        guard origins.allSatisfy({ $0.lowercased() == "\(scheme)://\(host)" }), site == nil || site == "same-origin"
        else { throw Self.foreign }
        // Browsers say at least one of the two; programs have tokens.
        let isProgram = request.headers[.authorization] != nil
        guard isProgram || !origins.isEmpty || site != nil else { throw Self.foreign }
    }

    // MARK: - Proxy

    /// Who asks. Behind a proxy nobody else is answered, and the proxy says who it is for.
    private func client(of request: Request, connection: String) throws(ReviewError) -> String {
        guard let proxy = settings.proxy else { return connection }
        let secret = request.headers[named: proxy.header] ?? ""
        guard proxy.addresses.contains(connection), Secrets.areEqual(secret.utf8, proxy.secret.utf8) else {
            throw ReviewError(.forbidden, "PROXY", "this service is reached through its proxy alone")
        }
        // The last one is what the proxy itself saw; what is before it anybody can write.
        let forwarded = request.headers.values(named: "X-Forwarded-For").last?.split(separator: ",").last
        let address = forwarded.map { $0.filter { $0 != " " } } ?? connection
        let isPlain = address.utf8.count <= 45 && address.allSatisfy { $0.isHexDigit || $0 == "." || $0 == ":" }
        return isPlain ? address : connection
    }
}
