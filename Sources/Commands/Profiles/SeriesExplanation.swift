import DICOMFiles
import Foundation
import Pipeline
import Profiles

/// What `profiles explain` says of one series: rules, choice and boxes.
struct SeriesExplanation: Encodable {
    /// A rule, or a requirement, of one profile.
    struct Rule: Encodable {
        let rule: String
        /// 0 for the profile's own, more inside of groups.
        let depth: Int
        let line: Int
        let holds: Bool
        /// On how many of the instances; `nil` for requirements, which are about the whole series.
        let held: Int?
        let instances: Int?
        let seen: [String]
        /// Why the series is not good enough; `nil` for rules and for requirements that hold.
        let reason: String?
    }

    /// A profile that was tried.
    struct Profile: Encodable {
        let id: String
        let version: String
        let priority: Int
        let fallback: Bool
        let matches: Bool
        let rules: [Rule]
    }

    /// The boxes that the chosen profile gives.
    struct Plan: Encodable {
        let code: String?
        let message: String?
        let scores: [String: Double]
        /// Every atlas that was laid over the series, where there were several.
        let atlases: [Receipt.AtlasVote]?
        let segments: [BoxPlan.Segment]
    }

    let seriesInstanceUID: String
    let files: Int
    /// The chosen profile.
    let profile: String?
    let reason: String
    let profiles: [Profile]
    /// `nil` where no profile was chosen or no plan was asked for.
    let plan: Plan?

    /// The whole explanation for a terminal.
    let text: String

    private enum CodingKeys: String, CodingKey {
        case seriesInstanceUID
        case files
        case profile
        case reason
        case profiles
        case plan
    }

    /// `assignment` is `nil` for a series without a volume.
    init(_ series: ImageSeries, _ assignment: SeriesAssignment?, plan: Plan?) {
        seriesInstanceUID = series.seriesInstanceUID
        files = series.headers.count
        profile = assignment?.profile?.id
        let outcome = assignment?.outcome
        if let outcome, let notChosen = assignment?.notChosen {
            reason = "\(outcome.reason), but \(notChosen)"
        } else {
            reason = outcome?.reason ?? series.noVolume
        }
        profiles = outcome?.explanations.map(Profile.init) ?? []
        self.plan = plan
        let tables = outcome?.explanations.map(\.table) ?? []
        text = (tables + [reason] + (plan.map { [$0.text] } ?? [])).joined(separator: "\n\n")
    }
}

extension SeriesExplanation.Profile {
    fileprivate init(_ explanation: ProfileExplanation) {
        id = explanation.profileID
        version = explanation.version
        priority = explanation.priority
        fallback = explanation.isFallback
        matches = explanation.matches
        rules =
            explanation.results.map { result in
                .init(
                    rule: result.rule,
                    depth: result.depth,
                    line: result.line,
                    holds: result.holds,
                    held: result.heldCount,
                    instances: result.instanceCount,
                    seen: result.seen,
                    reason: nil
                )
            }
            + explanation.requirements.map { result in
                .init(
                    rule: result.requirement,
                    depth: 0,
                    line: result.line,
                    holds: result.holds,
                    held: nil,
                    instances: nil,
                    seen: result.seen,
                    reason: result.holds ? nil : result.reason
                )
            }
    }
}

extension SeriesExplanation.Plan {
    init(_ plan: BoxPlan) {
        code = plan.refusal?.code
        message = plan.refusal?.message
        scores = plan.scores
        atlases = plan.votes
        segments = plan.segments
    }

    /// For a terminal.
    fileprivate var text: String {
        if let code, let message { return "needs a person's prompt: \(code): \(message)" }
        var table = TextTable(["segment", "boxes", "slices", "from mm", "to mm", "rows mm", "columns mm", ""])
        for segment in segments {
            table.add([
                segment.label, "\(segment.boxes)", segment.slices.map { "\($0[0])–\($0[1])" } ?? "–",
                Self.words(segment.extent?[0]), Self.words(segment.extent?[1]), Self.words(segment.size?[0]),
                Self.words(segment.size?[1]), segment.note ?? "",
            ])
        }
        let scores = scores.sorted { $0.key < $1.key }.map { "\($0.key) \(String(format: "%.2f", $0.value))" }
        let votes = (atlases ?? []).map { atlas in
            let weight = atlas.weight.map { "has \(String(format: "%.2f", $0)) of the vote" }
            return "atlas \(atlas.name) \(weight ?? "has no vote: \(atlas.reason ?? "")")"
        }
        return (["box plan; registration: " + scores.joined(separator: ", ")] + votes + [table.text])
            .joined(separator: "\n")
    }

    private static func words(_ value: Double?) -> String {
        value.map { String(format: "%.1f", $0) } ?? "–"
    }
}
