import Foundation
import Hummingbird
import Ledger

/// Prompts that people give, and the masks that the model answers with.
package struct PromptRoutes: ReviewRoutes {
    /// The largest request: a mask of one slice.
    private static let largestRequest = 4 << 20

    private let prompting: any InteractivePrompting

    package init(_ prompting: any InteractivePrompting) { self.prompting = prompting }

    package func add(to group: ReviewGroup) {
        let prompting = prompting
        group.get("jobs/:job/prompting") { _, context in
            JSONAnswer(try await prompting.offer(for: try context.job))
        }
        group.post("jobs/:job/prompt", .reviewer) { request, context in
            let user = try context.user(.reviewer)
            let question = try await request.json(as: SlicePromptQuestion.self, limit: Self.largestRequest)
            return JSONAnswer(try await prompting.prompt(question, on: try context.job, by: user))
        }
        group.post("jobs/:job/propagate", .reviewer) { request, context in
            let user = try context.user(.reviewer)
            let question = try await request.json(as: PropagationQuestion.self, limit: Self.largestRequest)
            return JSONAnswer(try await prompting.propagate(question, on: try context.job, by: user))
        }
    }
}
