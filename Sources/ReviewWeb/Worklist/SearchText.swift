import Foundation
import Ledger

/// The form in which names are searched for and searched in: lower case without accents, so that `muller` finds `Müller`.
enum SearchText {
    static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    }

    /// What a series is found by.
    static func text(name: String, patientID: String, accession: String) -> String {
        let spelled = String(name.map { "^=".contains($0) ? " " : $0 })
        return [spelled, patientID, accession].map(folded).joined(separator: "\n")
    }
}

extension WorklistSearch {
    /// What a person typed; `nil` where that is nothing.
    init?(typed text: String) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { return nil }
        let isUID =
            text.utf8.count >= 5 && text.contains(".") && text.allSatisfy { $0 == "." || ("0"..."9").contains($0) }
        let words = SearchText.folded(text).split { $0.isWhitespace || "^=,".contains($0) }.map(String.init)
        self.init(words: words, uid: isUID ? text : nil)
    }
}
