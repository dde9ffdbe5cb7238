import Foundation

/// How models learn at a site, as the page shows it and has it done. Answers are JSON in the page's own form.
///
/// Failures are ``ReviewError``, whose messages are for people.
package protocol ReviewLearning: Sendable {
    /// How learning stands.
    func overview() async throws -> Data

    /// A run with its report; `nil` where there is none of that id.
    func run(_ id: String) async throws -> Data?

    /// The page of a run's report; `nil` where there is none.
    func reportPage(_ id: String) async throws -> [UInt8]?

    /// Begins a run, or goes on with the one that was stopped.
    func start(by user: ReviewUser) async throws

    /// Has a run save its state and end; says in words what came of it.
    func stop(_ id: String) async throws -> String

    /// Uses a model from now on.
    func promote(_ model: String, by user: ReviewUser, reason: String) async throws

    /// Goes back to the model before the last promotion.
    func rollBack(by user: ReviewUser, reason: String) async throws
}
