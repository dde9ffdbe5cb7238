import DurableFiles
import Foundation
import HTTPTypes
import Hummingbird

/// How DICOMweb answers.
enum WebAnswer {
    static let notAcceptable = ReviewError(
        .notAcceptable,
        "ACCEPT",
        "this cannot be sent in a form that the request accepts"
    )

    /// Where the client reached this server.
    static func root(of request: Request) -> String {
        let scheme = request.head.scheme ?? "http"
        return request.head.authority.map { "\(scheme)://\($0)" } ?? ""
    }

    // MARK: - JSON

    private static let jsonTypes: Set<String> = ["*/*", "application/*", "application/json", "application/dicom+json"]

    static func requireJSON(_ request: Request) throws(ReviewError) {
        guard MediaRange.accepted(request.headers[.accept]).contains(where: { jsonTypes.contains($0.type) }) else {
            throw notAcceptable
        }
    }

    static func found(_ results: WebSearch.Results) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let documents = results.documents.map(\.attributes)
        var response = json(try documents.map { try encoder.encode($0) })
        if documents.isEmpty { response = Response(status: .noContent, headers: [.cacheControl: "no-store"]) }
        if let name = HTTPField.Name("Warning") {
            for warning in results.warnings {
                response.headers.append(HTTPField(name: name, value: "299 preread \"\(warning)\""))
            }
        }
        return response
    }

    /// Documents that are JSON already.
    static func json(_ documents: [Data]) -> Response {
        var buffer = ByteBuffer()
        buffer.writeString("[")
        for (index, document) in documents.enumerated() {
            if index > 0 { buffer.writeString(",") }
            buffer.writeBytes(document)
        }
        buffer.writeString("]")
        return Response(
            status: .ok,
            headers: [.contentType: "application/dicom+json", .cacheControl: "no-store"],
            body: .init(byteBuffer: buffer)
        )
    }

    // MARK: - Octets

    /// In which form a kind of content is sent.
    static func form(
        of content: String,
        _ request: Request,
        takes: (MediaRange) -> Bool
    ) throws(ReviewError) -> MediaRange.Form {
        for range in MediaRange.accepted(request.headers[.accept]) {
            if let form = range.form(of: content), takes(range) { return form }
        }
        throw notAcceptable
    }

    /// Frames and bulk data are sent decoded, in little-endian order.
    static func takesUncompressed(_ range: MediaRange) -> Bool { range.takes(transferSyntax: "1.2.840.10008.1.2.1") }

    static func octets(_ pieces: [Data], _ form: MediaRange.Form) -> Response {
        let type = "application/octet-stream"
        if form == .single, let piece = pieces.first {
            return Response(
                status: .ok,
                headers: [.contentType: type, .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(bytes: piece))
            )
        }
        let boundary = boundary()
        var buffer = ByteBuffer()
        for piece in pieces {
            buffer.writeString(Self.opening(boundary, "\(type); transfer-syntax=1.2.840.10008.1.2.1"))
            buffer.writeBytes(piece)
            buffer.writeString("\r\n")
        }
        buffer.writeString("--\(boundary)--\r\n")
        return Response(
            status: .ok,
            headers: [.contentType: related(type, boundary), .cacheControl: "no-store"],
            body: .init(byteBuffer: buffer)
        )
    }

    private static func boundary() -> String { "preread-\(UUID().uuidString)" }

    private static func related(_ type: String, _ boundary: String) -> String {
        "multipart/related; type=\"\(type)\"; boundary=\(boundary)"
    }

    private static func opening(_ boundary: String, _ type: String) -> String {
        "--\(boundary)\r\nContent-Type: \(type)\r\n\r\n"
    }

    // MARK: - Files

    /// Files as they are stored. One that is not as it was stored ends the connection before its end.
    static func files(_ objects: [WebInstance], _ form: MediaRange.Form) -> Response {
        let type = "application/dicom"
        if form == .single, let object = objects.first {
            return Response(
                status: .ok,
                headers: [
                    .contentType: "\(type); transfer-syntax=\(object.transferSyntax)", .cacheControl: "no-store",
                ],
                body: .init(contentLength: object.size) { writer in
                    try await write(object, to: &writer)
                    try await writer.finish(nil)
                }
            )
        }
        let boundary = boundary()
        let openings = objects.map { opening(boundary, "\(type); transfer-syntax=\($0.transferSyntax)") }
        let end = "--\(boundary)--\r\n"
        let length = zip(objects, openings).reduce(end.utf8.count) { $0 + $1.0.size + $1.1.utf8.count + 2 }
        return Response(
            status: .ok,
            headers: [.contentType: related(type, boundary), .cacheControl: "no-store"],
            body: .init(contentLength: length) { writer in
                for (object, opening) in zip(objects, openings) {
                    try await writer.write(ByteBuffer(string: opening))
                    try await write(object, to: &writer)
                    try await writer.write(ByteBuffer(string: "\r\n"))
                }
                try await writer.write(ByteBuffer(string: end))
                try await writer.finish(nil)
            }
        )
    }

    private static func write(_ object: WebInstance, to writer: inout any ResponseBodyWriter) async throws {
        let changed = FileError(operation: "read", subject: "stored object", errno: 0, reason: "it changed")
        let pieces = try FilePieces(object.path)
        var hash = SHA256Accumulator()
        var size = 0
        while let piece = try pieces.next() {
            size += piece.count
            guard size <= object.size else { throw changed }
            piece.withUnsafeBytes { hash.update($0) }
            // The last byte is only sent once the whole is known to be what was stored.
            if size == object.size, hash.digest().hex != object.digest { throw changed }
            try await writer.write(ByteBuffer(bytes: piece))
        }
        guard size == object.size else { throw changed }
    }
}
