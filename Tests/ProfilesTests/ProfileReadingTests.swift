import DurableFiles
import Foundation
import Profiles
import Testing

@Suite("A valid profile is read as it is written")
struct ProfileReadingTests {
    @Test func everyPartArrives() throws {
        let text = ProfileFixture(id: "a-1", priority: -3).text
        let profile = try ProfileFixture.read(text)
        #expect(profile.id == "a-1")
        #expect(profile.version == "1.0")
        #expect(profile.title == "Test")
        #expect(profile.priority == -3)
        #expect(profile.model.choice == .name("tiny"))
        #expect(profile.model.precision == .bf16)
        #expect(profile.intensity == .window(low: -160, high: 240))
        #expect(profile.atlases == ["small"])
        #expect(profile.output.seriesNumber == 9001)
        #expect(profile.output.seriesDescription == "Preread test")
        #expect(profile.output.encoding == .binary)
        #expect(profile.digest == SHA256Digest(of: Array(text.utf8)))
        let segment = try #require(profile.segments.first)
        #expect(segment.label == "Kidney left")
        #expect(segment.category.description == #"(123037004, SCT, "Anatomical Structure")"#)
        #expect(segment.type.value == "64033007")
        #expect(segment.modifiers.map(\.meaning) == ["Left"])
        #expect(segment.colour == RGBColour(red: 0xD9, green: 0xA4, blue: 0x41))
        #expect(segment.colour.description == "#D9A441")
        #expect(segment.prompt.margin == 2.5)
        #expect(segment.prompt.minimumArea == 30)
        #expect(segment.expectedVolume?.contains(40) == true)
        #expect(segment.expectedVolume?.contains(801) == false)
        #expect(segment.gates.minimumPredictedIoU == 0.75)
        #expect(segment.cleaning.keepsLargestComponent)
        #expect(!segment.cleaning.fillsHoles)
        #expect(!segment.learning.isEnabled)
        #expect(segment.learning.maximumDiceLoss == 0.02)
        #expect(segment.line == 11)
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        var text = ProfileFixture().text
        for line in [
            #"<model name="tiny" precision="bf16"/>"#, #"<prompt margin="2.5" minimumArea="30"/>"#,
            #"<volume minimum="40" maximum="800"/>"#, #"<emit minimumPredictedIoU="0.75"/>"#,
            #"<clean largestComponent="true" fillHoles="false"/>"#,
            #"<learn enabled="false" maximumDiceLoss="0.02"/>"#,
        ] {
            text = text.replacingOccurrences(of: line, with: "")
        }
        let profile = try ProfileFixture.read(text)
        let segment = try #require(profile.segments.first)
        #expect(profile.model.choice == .siteDefault)
        #expect(profile.model.precision == nil)
        #expect(segment.prompt.margin == 4)
        #expect(segment.prompt.minimumArea == 40)
        #expect(segment.expectedVolume == nil)
        #expect(segment.gates.minimumPredictedIoU == 0.8)
        #expect(!segment.cleaning.keepsLargestComponent)
        #expect(segment.learning.isEnabled)
        #expect(segment.learning.maximumDiceLoss == 0.01)
    }

    @Test func aPinnedModelKeepsItsDigest() throws {
        let digest = String(repeating: "0123456789ABCDEF", count: 4)
        let text = ProfileFixture().text.replacingOccurrences(
            of: #"name="tiny""#,
            with: #"channel="stable" sha256="\#(digest)""#
        )
        let model = try ProfileFixture.read(text).model
        #expect(model.choice == .channel("stable"))
        #expect(model.sha256 == SHA256Digest(hex: digest))
    }

    @Test func anEditorsHintToTheSchemaIsAllowed() throws {
        let text = ProfileFixture().text.replacingOccurrences(
            of: #"<profile schema="1""#,
            with: """
                <profile xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
                xsi:noNamespaceSchemaLocation="profile.xsd" schema="1"
                """
        )
        #expect(try ProfileFixture.problems(text).isEmpty)
    }
}
