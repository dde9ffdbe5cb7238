import HTTPTypes
import Hummingbird

/// Hands out the page: what everybody may see before logging in.
struct PageRoutes: Sendable {
    let files: PageFiles

    /// The answer to a GET outside of the interface, or `nil` where there is nothing.
    ///
    /// Files are found below `/page/` and below `/`. Paths of the page's own views, which have no dot, are all answered
    /// by `index.html`.
    func answer(_ path: String, _ request: Request) -> Response? {
        let name = path.hasPrefix("/page/") ? path.dropFirst("/page/".count) : path.dropFirst()
        if let file = files[String(name)] { return respond(file, request) }
        guard !path.contains("."), let index = files["index.html"] else { return nil }
        return respond(index, request)
    }

    private func respond(_ file: PageFile, _ request: Request) -> Response {
        // Asked for anew each time, so that a new version of the program is seen at once.
        var headers: HTTPFields = [.cacheControl: "no-cache", .eTag: file.entityTag]
        let known = request.headers[.ifNoneMatch]?.split(separator: ",").map { $0.drop { $0 == " " } } ?? []
        if known.contains(where: { $0 == file.entityTag }) { return Response(status: .notModified, headers: headers) }
        headers[.contentType] = file.mediaType
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: file.contents))
    }
}
