import HTTPTypes
import Hummingbird

/// An area of the interface: adds its routes to a group.
public protocol ReviewRoutes: Sendable {
    /// Below which path; `/api` unless an area says otherwise.
    var base: ReviewBase { get }

    /// Adds the area's routes; each names the role that it takes.
    func add(to group: ReviewGroup)
}

extension ReviewRoutes {
    /// `/api`.
    public var base: ReviewBase { .interface }
}

/// The paths below which everything takes a session or a token.
public enum ReviewBase: String, Sendable, Hashable, CaseIterable {
    /// The page's own interface.
    case interface = "api"
    /// What viewers of other makers ask.
    case dicomWeb = "dicom-web"
}

/// A route as it was added: what tests and documents enumerate.
public struct ReviewRoute: Sendable, Hashable {
    /// For example `GET`.
    public let method: String
    /// The whole path with parameters as `{job}`.
    public let path: String
    /// Who may call it.
    public let role: ReviewRole
}

/// What a route shows of a patient, for the audit.
public enum RouteView: Sendable, Hashable {
    /// Images or results of the study that the job in the path belongs to.
    case study
    /// Nothing that an audit has to hold, or the route notes it itself.
    case nothing
}

/// A group of routes below one path. There is no way to add a route to it that takes no session.
public struct ReviewGroup {
    private let group: RouterGroup<ReviewContext>
    private let path: String
    private let audit: any ReviewAudit
    private let table: RouteTable

    init(_ group: RouterGroup<ReviewContext>, path: String, audit: any ReviewAudit, table: RouteTable) {
        self.group = group
        self.path = path
        self.audit = audit
        self.table = table
    }

    /// A group below this one.
    public func group(_ path: RouterPath) -> ReviewGroup {
        ReviewGroup(group.group(path), path: joined(path), audit: audit, table: table)
    }

    /// Adds a GET route. One with the parameter `job` counts as a view of that study unless `showing` says otherwise.
    public func get<Output: ResponseGenerator>(
        _ path: RouterPath = "",
        _ role: ReviewRole = .viewer,
        showing view: RouteView? = nil,
        use handler: @escaping @Sendable (Request, ReviewContext) async throws -> Output
    ) {
        add(.get, path, role, showing: view, use: handler)
    }

    /// Adds a POST route.
    public func post<Output: ResponseGenerator>(
        _ path: RouterPath = "",
        _ role: ReviewRole,
        showing view: RouteView? = nil,
        use handler: @escaping @Sendable (Request, ReviewContext) async throws -> Output
    ) {
        add(.post, path, role, showing: view, use: handler)
    }

    private func add<Output: ResponseGenerator>(
        _ method: HTTPRequest.Method,
        _ path: RouterPath,
        _ role: ReviewRole,
        showing view: RouteView?,
        use handler: @escaping @Sendable (Request, ReviewContext) async throws -> Output
    ) {
        let whole = joined(path)
        let view = view ?? (method == .get && whole.contains("{job}") ? .study : .nothing)
        table.add(ReviewRoute(method: method.rawValue, path: whole, role: role))
        let audit = audit
        group.on(path, method: method) { request, context -> Response in
            let user = try context.user(role)
            let output = try await handler(request, context)
            let response = try output.response(from: request, context: context)
            // Noted before anything is sent: what cannot be noted is not shown.
            if view == .study, response.status.kind == .successful {
                try await audit.noteView(of: try context.job, by: user, from: context.address)
            }
            return response
        }
    }

    private func joined(_ path: RouterPath) -> String {
        let parts = path.description.split(separator: "/").map { part in
            part.hasPrefix(":") ? "{\(part.dropFirst())}" : String(part)
        }
        return ([self.path] + parts).joined(separator: "/")
    }
}

/// Collects the routes while the router is built.
final class RouteTable {
    private(set) var routes: [ReviewRoute] = []

    func add(_ route: ReviewRoute) { routes.append(route) }
}
