/// Reads the elements below `<segments>`.
struct SegmentReader {
    let codes: CodeTable

    func segments(in element: XMLElement, _ reader: inout ElementReader) -> [ProfileSegment] {
        let segments = element.children.compactMap { segment($0, &reader) }
        if element.children.isEmpty {
            reader.report(element, "there is no segment", remedy: "Add at least one <segment>")
        }
        return segments
    }

    private func segment(_ element: XMLElement, _ reader: inout ElementReader) -> ProfileSegment? {
        let category = element.child("category").flatMap { code($0, .category, &reader) }
        let type = element.child("type").flatMap { code($0, .type, &reader) }
        let modifiers = element.children.filter { $0.name == "modifier" }.compactMap { code($0, .modifier, &reader) }
        let colour = RGBColour(reader.text(element, "colour"))
        if colour == nil {
            reader.report(element, "colour cannot be read", remedy: "Write it as #RRGGBB, for example #D62728")
        }
        let id = reader.text(element, "id")
        let label = reader.text(element, "label")
        let prompt = prompt(element.child("prompt"), &reader)
        let volume = element.child("volume").map { child in
            let limits = reader.limits(child)
            return ProfileSegment.VolumeRange(minimum: limits.minimum, maximum: limits.maximum)
        }
        let minimumIoU = element.child("emit").flatMap { reader.number($0, "minimumPredictedIoU") }
        let cleaning = cleaning(element.child("clean"), &reader)
        guard let category, let type, let colour else {
            if element.child("category") == nil || element.child("type") == nil {
                reader.report(element, "the segment has no category or no type", remedy: "Add both codes")
            }
            return nil
        }
        return ProfileSegment(
            id: id,
            label: label,
            category: category,
            type: type,
            modifiers: modifiers,
            colour: colour,
            atlasLabel: reader.optionalText(element, "atlasLabel"),
            prompt: prompt,
            expectedVolume: volume,
            emit: ProfileSegment.EmitRule(minimumPredictedIoU: minimumIoU ?? 0.8),
            cleaning: cleaning,
            learning: learning(element.child("learn"), &reader),
            line: element.line
        )
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

    private func prompt(_ element: XMLElement?, _ reader: inout ElementReader) -> ProfileSegment.PromptRule {
        ProfileSegment.PromptRule(
            margin: element.flatMap { reader.number($0, "margin") } ?? 4,
            minimumArea: element.flatMap { reader.number($0, "minimumArea") } ?? 40
        )
    }

    private func cleaning(_ element: XMLElement?, _ reader: inout ElementReader) -> ProfileSegment.MaskCleaning {
        ProfileSegment.MaskCleaning(
            keepsLargestComponent: element.map { reader.truth($0, "largestComponent", default: false) } ?? false,
            fillsHoles: element.map { reader.truth($0, "fillHoles", default: false) } ?? false
        )
    }

    private func learning(_ element: XMLElement?, _ reader: inout ElementReader) -> ProfileSegment.LearningRule {
        ProfileSegment.LearningRule(
            isEnabled: element.map { reader.truth($0, "enabled", default: true) } ?? true,
            maximumDiceLoss: element.flatMap { reader.number($0, "maximumDiceLoss") } ?? 0.01
        )
    }
}
