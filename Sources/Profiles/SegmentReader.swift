/// Reads the elements below `<segments>`.
struct SegmentReader {
    let codes: CodeTable

    func segments(in element: XMLElement, _ reader: inout ElementReader) -> [ProfileSegment] {
        let segments = element.children.compactMap { segment($0, &reader) }
        if element.children.isEmpty {
            reader.report(element, "there is no segment", remedy: "Add at least one <segment>")
        }
        checkLabels(element.children, &reader)
        return segments
    }

    private func segment(_ element: XMLElement, _ reader: inout ElementReader) -> ProfileSegment? {
        let id = reader.text(element, "id")
        guard !reader.truth(element, "remove", default: false) else {
            reader.report(
                element,
                "there is no segment \(id) to remove: the profile extends no other",
                remedy: "Remove the element"
            )
            return nil
        }
        let label = reader.text(element, "label")
        let colour = colour(element, &reader)
        let isPromptable = reader.truth(element, "promptable", default: true)
        let category = code("category", of: element, .category, &reader)
        let type = code("type", of: element, .type, &reader)
        let modifiers = element.children.filter { $0.name == "modifier" }.compactMap { code($0, .modifier, &reader) }
        let rules = SegmentRuleReader(element)
        let prompt = rules.prompt(&reader)
        let volume = rules.range("volume", &reader)
        let mean = rules.range("meanValue", &reader)
        let gates = rules.gates(&reader)
        let fusion = rules.fusion(&reader)
        let cleaning = rules.cleaning(&reader)
        let learning = rules.learning(&reader)
        let review = rules.review(&reader)
        rules.refuseWhatIsNotDone(&reader)
        rules.checkRanges(&reader)
        guard let category, let type, let colour else { return nil }
        return ProfileSegment(
            id: id,
            label: label,
            category: category,
            type: type,
            modifiers: modifiers,
            colour: colour,
            atlasLabel: reader.optionalText(element, "atlasLabel"),
            isPromptable: isPromptable,
            prompt: prompt,
            expectedVolume: volume,
            expectedMean: mean,
            gates: gates,
            fusion: fusion,
            cleaning: cleaning,
            learning: learning,
            review: review,
            file: element.file,
            line: element.line
        )
    }

    // MARK: - Codes and colour

    private func colour(_ element: XMLElement, _ reader: inout ElementReader) -> RGBColour? {
        guard element.attributes["colour"] != nil else {
            reader.report(element, "the segment has no colour", remedy: "Add colour=\"#RRGGBB\"")
            return nil
        }
        let colour = RGBColour(reader.text(element, "colour"))
        if colour == nil {
            reader.report(element, "colour cannot be read", remedy: "Write it as #RRGGBB, for example #D62728")
        }
        return colour
    }

    private func code(
        _ name: String,
        of element: XMLElement,
        _ use: CodeTable.Use,
        _ reader: inout ElementReader
    ) -> ProfileCode? {
        guard let child = element.child(name) else {
            reader.report(element, "the segment has no \(name)", remedy: "Add <\(name) value=… scheme=… meaning=…/>")
            return nil
        }
        return code(child, use, &reader)
    }

    private func code(_ element: XMLElement, _ use: CodeTable.Use, _ reader: inout ElementReader) -> ProfileCode? {
        let code = ProfileCode(
            value: reader.text(element, "value"),
            scheme: reader.text(element, "scheme"),
            meaning: reader.text(element, "meaning")
        )
        guard let code else {
            reader.report(
                element,
                "the code is empty, too long or not plain ASCII",
                remedy: "Value and scheme have at most 16 characters, the meaning 64"
            )
            return nil
        }
        if let fault = codes.fault(of: code, as: use) {
            reader.report(element, fault.message, remedy: fault.remedy)
        }
        return code
    }

    /// The schema sees one file; an inherited segment can have the same label as one of the file's own.
    private func checkLabels(_ elements: [XMLElement], _ reader: inout ElementReader) {
        var known: [String: XMLElement] = [:]
        for element in elements {
            guard let label = reader.optionalText(element, "label") else { continue }
            if let other = known.updateValue(element, forKey: label) {
                reader.report(
                    element,
                    "the label \"\(label)\" is that of the segment \(other.attributes["id"] ?? "") already",
                    remedy: "Give one of the two another label, or remove it"
                )
            }
        }
    }
}
