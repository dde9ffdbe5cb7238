import Foundation
import HTTPTypes
import Hummingbird
import Ledger

/// Volume, slices and thumbnail of a job.
package struct ImageRoutes: ReviewRoutes {
    /// The most slices of one answer.
    package static let mostSlices = 32

    private let volumes: JobVolumes

    package init(_ volumes: JobVolumes) { self.volumes = volumes }

    package func add(to group: ReviewGroup) {
        let volumes = volumes
        group.get("jobs/:job/volume") { _, context in
            JSONAnswer(try await volumes.description(of: try context.job))
        }
        group.get("jobs/:job/slices/:first/:count") { _, context in
            let first = try context.number("first")
            let count = try context.number("count")
            guard count >= 1, count <= Self.mostSlices else {
                throw ReviewError.badRequest("between 1 and \(Self.mostSlices) slices can be asked for at once")
            }
            let bytes = try await volumes.slices(of: try context.job, first: Int(clamping: first), count: Int(count))
            return Response(
                status: .ok,
                headers: [.contentType: "application/octet-stream", .cacheControl: "no-store"],
                body: .init(byteBuffer: bytes)
            )
        }
        group.get("jobs/:job/thumbnail", showing: .nothing) { _, context in
            let picture = try await volumes.thumbnail(of: try context.job)
            return Response(
                status: .ok,
                headers: [.contentType: "image/png", .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(bytes: picture))
            )
        }
    }
}
