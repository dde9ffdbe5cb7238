import DurableFiles
import Foundation
import Profiles
import TestSupport
import Testing

@Suite("A prompt file is decoded strictly")
struct PromptFileTests {
    private let valid = """
        {"segments": [
          {"label": "Liver", "category": ["123037004", "SCT", "Anatomical Structure"],
           "type": ["10200004", "SCT", "Liver"], "window": [-160, 240],
           "prompts": [{"sop": "1.2.3", "frame": 4, "box": [1.5, -2, 30, 40], "points": [[5, 6, 1], [7, 8, 0]]},
                       {"sop": "1.2.4", "points": [[9, 10, 1]]}]},
          {"label": "Kidney left", "category": ["123037004", "SCT", "Anatomical Structure"],
           "type": ["64033007", "SCT", "Kidney"], "modifier": ["7771000", "SCT", "Left"], "color": [217, 164, 65],
           "prompts": [{"sop": "1.2.4", "box": [0, 0, 1, 1]}]}
        ]}
        """

    private func refusal(_ text: String) -> PromptFileError? {
        do {
            _ = try PromptFile(json: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func everythingArrivesAsItStands() throws {
        let file = try PromptFile(json: Array(valid.utf8))
        #expect(file.segments.map(\.label) == ["Liver", "Kidney left"])
        let liver = file.segments[0]
        #expect(liver.category.meaning == "Anatomical Structure")
        #expect(liver.type.value == "10200004")
        #expect(liver.modifier == nil)
        #expect(liver.colour == nil)
        #expect(liver.window?.low == -160)
        #expect(liver.window?.high == 240)
        let prompt = liver.prompts[0]
        #expect(prompt.sopInstanceUID == "1.2.3")
        #expect(prompt.frame == 4)
        #expect([prompt.box?.x0, prompt.box?.y0, prompt.box?.x1, prompt.box?.y1] == [1.5, -2, 30, 40])
        #expect(prompt.points.map(\.x) == [5, 7])
        #expect(prompt.points.map(\.isForeground) == [true, false])
        #expect(liver.prompts[1].box == nil)
        #expect(liver.prompts[1].frame == 1)
        #expect(file.segments[1].modifier?.meaning == "Left")
        #expect(file.segments[1].colour == RGBColour("#D9A441"))
        #expect(file.segments[1].window == nil)
    }

    @Test(arguments: [
        (#""box": [1.5, -2, 30, 40]"#, #""box": [1.5, -2, 30]"#, "segments[0].prompts[0].box", "four numbers needed"),
        (#""box": [1.5, -2, 30, 40]"#, #""box": [30, 0, 1, 40]"#, "segments[0].prompts[0].box", "x0 has to be below"),
        (#""box": [1.5, -2, 30, 40]"#, #""box": [1, 2, "3", 4]"#, "segments[0].prompts[0].box", "four numbers needed"),
        (#"[7, 8, 0]"#, #"[7, 8]"#, "segments[0].prompts[0].points[1]", "three numbers needed"),
        (#"[7, 8, 0]"#, #"[7, 8, 2]"#, "segments[0].prompts[0].points[1]", "three numbers needed"),
        (#""points": [[9, 10, 1]]"#, #""points": []"#, "segments[0].prompts[1].points", "at least one point needed"),
        (#", "points": [[9, 10, 1]]"#, "", "segments[0].prompts[1]", "a box, points or both needed"),
        (#""frame": 4"#, #""frame": 0"#, "segments[0].prompts[0].frame", "a whole number from 1"),
        (#""frame": 4"#, #""frame": 1.5"#, "segments[0].prompts[0].frame", "a whole number from 1"),
        (#""frame": 4"#, #""frame": true"#, "segments[0].prompts[0].frame", "a whole number from 1"),
        (#""frame": 4"#, #""slice": 4"#, "segments[0].prompts[0].slice", "unknown key; known are sop, frame"),
        (#""sop": "1.2.3""#, #""sop": "Liver""#, "segments[0].prompts[0].sop", "a SOP Instance UID needed"),
        (#""sop": "1.2.3", "#, "", "segments[0].prompts[0].sop", "missing"),
        (#""window": [-160, 240]"#, #""window": [240, -160]"#, "segments[0].window", "low has to be below high"),
        (#""window": [-160, 240]"#, #""window": 40"#, "segments[0].window", "two numbers needed"),
        (#""window": [-160, 240]"#, #""window": null"#, "segments[0].window", "two numbers needed"),
        (#""label": "Liver", "#, "", "segments[0].label", "missing"),
        (#""label": "Liver""#, #""label": "Leber\\""#, "segments[0].label", "printable ASCII"),
        (#""label": "Liver""#, #""label": 7"#, "segments[0].label", "a text needed, not a number"),
        (#"["10200004", "SCT", "Liver"]"#, #"["10200004", "SCT"]"#, "segments[0].type", "three texts needed"),
        (#"["10200004", "SCT", "Liver"]"#, #"["", "SCT", "Liver"]"#, "segments[0].type", "of 1 to 16"),
        ("[217, 164, 65]", "[217, 164, 256]", "segments[1].color", "#RRGGBB or three whole numbers"),
        ("[217, 164, 65]", #""green""#, "segments[1].color", "#RRGGBB or three whole numbers"),
        (#"{"segments": ["#, #"{"version": 1, "segments": ["#, "version", "unknown key; known are segments"),
    ])
    func anErrorNamesItsPlace(_ old: String, _ new: String, _ path: String, _ message: String) throws {
        #expect(valid.contains(old))
        let text = valid.replacing(old, with: new, maxReplacements: 1)
        let error = try #require(refusal(text))
        #expect(error.path == path)
        #expect(error.message.contains(message), "\(error)")
        #expect(error.description.hasPrefix(path + ": "))
    }

    @Test(arguments: ["", "{", "[1, 2", #"{"segments": [}"#, "\u{0}"])
    func textThatIsNotJSONIsRefused(_ text: String) throws {
        let error = try #require(refusal(text))
        #expect(error.path.isEmpty)
        #expect(error.description.hasPrefix("prompt file: not JSON"))
    }

    @Test(arguments: [("[]", "an object needed, not an array"), ("null", "an object needed, not null")])
    func anotherRootIsRefused(_ text: String, _ message: String) throws {
        #expect(try #require(refusal(text)).message == message)
    }

    @Test func noSegmentsAndNoPromptsAreErrors() throws {
        #expect(refusal(#"{"segments": []}"#)?.description == "segments: at least one segment needed")
        #expect(refusal(#"{"segments": {}}"#)?.description == "segments: an array needed, not an object")
        #expect(refusal("{}")?.description == "segments: missing")
    }

    @Test func deepNestingIsRefused() {
        #expect(refusal(String(repeating: "[", count: 100_000)) != nil)
    }

    @Test func aFileIsReadFromDiskAndAMissingOneIsAnError() throws {
        try withTemporaryFolder { folder in
            let path = try write(valid, to: "prompts.json", in: folder)
            #expect(try PromptFile.load(path).segments.count == 2)
            #expect(throws: PromptFileError.self) { try PromptFile.load(path.parent.appending("none.json")) }
        }
    }
}
