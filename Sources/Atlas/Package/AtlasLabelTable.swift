/// Rules for the label table of an atlas.
enum AtlasLabelTable {
    static func check(_ labels: [AtlasLabel]) throws(AtlasPackageError) {
        guard !labels.isEmpty else { throw .badLabelTable("it is empty") }
        guard labels.allSatisfy({ $0.id > 0 && !$0.name.isEmpty }) else {
            throw .badLabelTable("0 is background, and every label has a name")
        }
        guard Set(labels.map(\.id)).count == labels.count else { throw .badLabelTable("an id occurs twice") }
        guard Set(labels.map(\.name)).count == labels.count else { throw .badLabelTable("a name occurs twice") }
    }
}
