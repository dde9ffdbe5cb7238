import HTTPTypes
import Hummingbird

/// Puts the page, the session's routes and the areas of the interface together.
struct ReviewRouter {
    let router: Router<ReviewContext>
    /// Every route of the interface that takes a session, as it was added.
    let routes: [ReviewRoute]

    init(_ settings: ReviewSettings, port: BoundPort, access: ReviewAccess, areas: [any ReviewRoutes]) {
        let router = Router(context: ReviewContext.self)
        let page = PageRoutes(files: PageFiles())
        router.add(middleware: SecurityHeaders(isSecure: settings.isSecure))
        router.add(middleware: RequestGuard(settings, port: port))
        router.add(middleware: access.authentication)
        router.add(middleware: PageFallback(page: page))
        let table = RouteTable()
        let session = access.session(idleMinutes: settings.idleMinutes)
        router.post("api/login", use: session.login)
        router.get("api/health") { _, _ in JSONAnswer(["status": "ok"]) }
        for area in [session] + areas {
            let base = area.base.rawValue
            area.add(
                to: ReviewGroup(router.group(RouterPath(base)), path: "/\(base)", audit: access.audit, table: table)
            )
        }
        self.router = router
        routes = table.routes
    }
}

/// Answers with a file of the page where no route fits.
private struct PageFallback: RouterMiddleware {
    typealias Context = ReviewContext

    let page: PageRoutes

    func handle(
        _ request: Request,
        context: ReviewContext,
        next: (Request, ReviewContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        if request.method == .get, !Authentication.isInterface(path), let answer = page.answer(path, request) {
            return answer
        }
        return try await next(request, context)
    }
}
