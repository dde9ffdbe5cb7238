import Atlas
import DurableFiles
import Profiles

/// Lays the atlases of a profile over a series; those that the registration refuses have no vote.
struct AtlasVoters {
    /// An atlas that fits.
    struct Voter {
        let atlas: LoadedAtlas
        let alignment: AtlasAlignment
    }

    /// An atlas that was refused.
    struct Dropout {
        let atlas: LoadedAtlas
        let refusal: RegistrationRefusal
    }

    /// In the order of the profile.
    let accepted: [Voter]
    /// In the order of the profile.
    let refused: [Dropout]

    /// Registers each atlas.
    init(_ atlases: [LoadedAtlas], over target: AtlasTarget, rule: RegistrationRule) {
        let registration = AtlasRegistration(options: .init(rule))
        var accepted: [Voter] = []
        var refused: [Dropout] = []
        for atlas in atlases {
            do throws(RegistrationRefusal) {
                accepted.append(Voter(atlas: atlas, alignment: try registration.register(target, to: atlas.atlas)))
            } catch {
                refused.append(Dropout(atlas: atlas, refusal: error))
            }
        }
        self.accepted = accepted
        self.refused = refused
    }

    /// What all that fit say together; `nil` where none does.
    var vote: AtlasVote? { AtlasVote(accepted.map(\.alignment)) }

    /// Why no atlas fits; of several the first one's code.
    var refusal: (code: String, message: String)? {
        guard accepted.isEmpty, let first = refused.first else { return nil }
        let code = first.refusal.reasonCode.uppercased().replacing("-", with: "_")
        guard refused.count > 1 else { return (code, first.refusal.description) }
        let reasons = refused.map { "\($0.atlas.atlas.description.name): \($0.refusal.description)" }
        return (code, "none of \(refused.count) atlases fits. " + reasons.joined(separator: ". "))
    }

    /// The atlas that counts most, for receipts; `nil` where none fits.
    var foremost: Receipt.Atlas? {
        let best = accepted.enumerated().max {
            ($0.element.alignment.voteWeight, -$0.offset) < ($1.element.alignment.voteWeight, -$1.offset)
        }?.element
        return best.map {
            Receipt.Atlas(name: $0.name, sha256: $0.atlas.digest, scores: $0.scores)
        }
    }

    /// Every atlas that was laid over the series, for receipts; `nil` where there was only one.
    var votes: [Receipt.AtlasVote]? {
        guard accepted.count + refused.count > 1 else { return nil }
        let total = accepted.reduce(0) { $0 + max($1.alignment.voteWeight, 1e-3) }
        return accepted.map { voter in
            .init(
                name: voter.name,
                sha256: voter.atlas.digest,
                scores: voter.scores,
                weight: max(voter.alignment.voteWeight, 1e-3) / total
            )
        }
            + refused.map { dropout in
                .init(
                    name: dropout.atlas.atlas.description.name,
                    sha256: dropout.atlas.digest,
                    refusal: dropout.refusal.reasonCode,
                    reason: dropout.refusal.description
                )
            }
    }

    /// For the SEG's algorithm parameters.
    var parameters: String {
        let names = accepted.map { "\($0.name) \($0.atlas.digest.hex.prefix(12))" }
        return names.count == 1
            ? "atlas \(names[0]), one box per slice"
            : "atlases \(names.joined(separator: ", ")) by weighted vote, one box per slice"
    }
}

extension AtlasVoters.Voter {
    var name: String { atlas.atlas.description.name }

    var scores: [String: Double] {
        [
            "zProfile": alignment.score, "likeness": alignment.similarity, "widthRatio": alignment.widthRatio,
            "depthRatio": alignment.depthRatio,
        ]
    }
}
