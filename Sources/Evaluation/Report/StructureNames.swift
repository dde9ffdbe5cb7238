/// How structures are called in a report: without the profile where there is only one.
struct StructureNames {
    private let dropped: Int

    /// Takes every name of the report, `PROFILE/SEGMENT`.
    init(_ names: [String]) {
        let profiles = Set(names.map { $0.prefix { $0 != "/" } })
        let isOne = profiles.count == 1 && names.allSatisfy { $0.contains("/") }
        dropped = isOne ? (profiles.first?.count ?? 0) + 1 : 0
    }

    /// The name for people.
    func short(_ name: String) -> String { String(name.dropFirst(dropped)) }
}
