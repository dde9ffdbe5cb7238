/// Decodes a prompt file strictly: each error names the place in the JSON.
enum PromptFileReader {
    static func segments(in document: JSONValue) throws(PromptFileError) -> [PromptFile.Segment] {
        let root = try JSONObject(document, at: "", keys: ["segments"])
        return try root.array("segments", needed: "at least one segment").mapThrowing(segment)
    }

    // MARK: - Segments

    private static func segment(_ place: JSONPlace) throws(PromptFileError) -> PromptFile.Segment {
        let object = try JSONObject(
            place.value,
            at: place.path,
            keys: ["label", "category", "type", "modifier", "color", "window", "prompts"]
        )
        let label = try object.required("label").text()
        guard ProfileCode.isPlain(label, 64) else {
            throw object.error("label", "1 to 64 printable ASCII characters without a backslash needed")
        }
        return PromptFile.Segment(
            label: label,
            category: try code(object.required("category")),
            type: try code(object.required("type")),
            modifier: try object.optional("modifier").mapThrowing(code),
            colour: try object.optional("color").mapThrowing(colour),
            window: try object.optional("window").mapThrowing(window),
            prompts: try object.array("prompts", needed: "at least one prompt").mapThrowing(prompt)
        )
    }

    private static func code(_ place: JSONPlace) throws(PromptFileError) -> ProfileCode {
        let needed = "three texts needed: code value, coding scheme designator, code meaning"
        guard case .array(let items) = place.value, items.count == 3 else { throw place.error(needed) }
        var texts: [String] = []
        for item in items {
            guard case .string(let text) = item else { throw place.error(needed) }
            texts.append(text)
        }
        guard let code = ProfileCode(value: texts[0], scheme: texts[1], meaning: texts[2]) else {
            throw place.error("value and scheme of 1 to 16, meaning of 1 to 64 printable ASCII characters needed")
        }
        return code
    }

    private static func colour(_ place: JSONPlace) throws(PromptFileError) -> RGBColour {
        let needed = "#RRGGBB or three whole numbers from 0 to 255 needed"
        if case .string(let text) = place.value {
            guard let colour = RGBColour(text) else { throw place.error(needed) }
            return colour
        }
        let numbers = try place.numbers(3, needed).compactMap { UInt8(exactly: $0) }
        guard numbers.count == 3 else { throw place.error(needed) }
        return RGBColour(red: numbers[0], green: numbers[1], blue: numbers[2])
    }

    private static func window(_ place: JSONPlace) throws(PromptFileError) -> PromptFile.Window {
        let numbers = try place.numbers(2, "two numbers needed: low, high")
        guard numbers[0] < numbers[1] else { throw place.error("low has to be below high") }
        return PromptFile.Window(low: numbers[0], high: numbers[1])
    }

    // MARK: - Prompts

    private static func prompt(_ place: JSONPlace) throws(PromptFileError) -> PromptFile.SlicePrompt {
        let object = try JSONObject(place.value, at: place.path, keys: ["sop", "frame", "box", "points"])
        let sop = try object.required("sop").text()
        guard isUniqueIdentifier(sop) else {
            throw object.error("sop", "a SOP Instance UID needed: digits and dots, at most 64 characters")
        }
        let box = try object.optional("box").mapThrowing(box)
        let points = try object.points()
        guard box != nil || !points.isEmpty else { throw place.error("a box, points or both needed") }
        return PromptFile.SlicePrompt(
            sopInstanceUID: sop,
            frame: try object.optional("frame").mapThrowing(frame) ?? 1,
            box: box,
            points: points
        )
    }

    private static func frame(_ place: JSONPlace) throws(PromptFileError) -> Int {
        guard case .number(let number) = place.value, let frame = Int(exactly: number), frame >= 1 else {
            throw place.error("a whole number from 1 needed")
        }
        return frame
    }

    private static func box(_ place: JSONPlace) throws(PromptFileError) -> PromptFile.Box {
        let numbers = try place.numbers(4, "four numbers needed: x0, y0, x1, y1")
        guard numbers[0] < numbers[2], numbers[1] < numbers[3] else {
            throw place.error("x0 has to be below x1 and y0 below y1")
        }
        return PromptFile.Box(x0: numbers[0], y0: numbers[1], x1: numbers[2], y1: numbers[3])
    }

    fileprivate static func point(_ place: JSONPlace) throws(PromptFileError) -> PromptFile.Point {
        let needed = "three numbers needed: x, y, and 1 for in the structure or 0 for beside it"
        let numbers = try place.numbers(3, needed)
        guard numbers[2] == 0 || numbers[2] == 1 else { throw place.error(needed) }
        return PromptFile.Point(x: numbers[0], y: numbers[1], isForeground: numbers[2] == 1)
    }

    /// PS3.5 section 9.1.
    private static func isUniqueIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
    }
}

extension JSONObject {
    fileprivate func points() throws(PromptFileError) -> [PromptFile.Point] {
        guard optional("points") != nil else { return [] }
        return try array("points", needed: "at least one point").mapThrowing(PromptFileReader.point)
    }
}
