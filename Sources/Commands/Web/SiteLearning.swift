import Foundation
import ReviewWeb

/// The learning of a site behind the page: the same code as the commands.
struct SiteLearning: ReviewLearning {
    let desk: LearningDesk

    func overview() async throws -> Data { try await answering { try encoded(try await desk.overview()) } }

    func run(_ id: String) async throws -> Data? { try await answering { try desk.run(id).map(encoded) } }

    func reportPage(_ id: String) async throws -> [UInt8]? { try await answering { try desk.reportPage(id) } }

    func start(by user: ReviewUser) async throws { try await answering { try await desk.start(by: user.name) } }

    func stop(_ id: String) async throws -> String { try await answering { try desk.stop(id) } }

    func promote(_ model: String, by user: ReviewUser, reason: String) async throws {
        try await answering { try desk.promote(model, by: user.name, reason: reason) }
    }

    func rollBack(by user: ReviewUser, reason: String) async throws {
        try await answering { try desk.rollBack(by: user.name, reason: reason) }
    }

    private func encoded(_ value: some Encodable) throws -> Data { try JSONAnswer.encode(value) }

    /// What a command would end with is an answer here.
    private func answering<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let failure as CommandFailure {
            throw ReviewError(failure)
        }
    }
}
