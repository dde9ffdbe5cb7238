import DurableFiles
import Foundation
import Profiles
import Testing

@Suite("A profile has from the one that it extends what it leaves out")
struct InheritanceTests {
    private let parent = ProfileFixture(id: "parent", priority: 7).text

    private func child(_ inner: String, attributes: String = "", id: String = "child") -> String {
        """
        <profile schema="1" id="\(id)" version="2.0" extends="parent" \(attributes)>
        \(inner)
        </profile>
        """
    }

    private func reader() throws -> ProfileReader { try ProfileReader(folder: shippedProfiles) }

    private func read(_ text: String, among others: [String]? = nil) throws -> Profile {
        let reader = try reader()
        let documents = try (others ?? [parent]).enumerated().map { index, text in
            try reader.document(bytes: Array(text.utf8), file: "other-\(index).xml")
        }
        return try reader.profile(bytes: Array(text.utf8), file: "child.xml", among: documents)
    }

    private func problems(_ text: String, among others: [String]? = nil) throws -> [ProfileError.Problem] {
        do {
            _ = try read(text, among: others)
            return []
        } catch let error as ProfileError {
            return error.problems
        }
    }

    @Test func aProfileThatSaysNothingIsItsParentUnderAnotherName() throws {
        let whole = try ProfileFixture.read(parent)
        let profile = try read(child(""))
        #expect(profile.id == "child" && profile.version == "2.0" && profile.parentID == "parent")
        #expect(profile.title == whole.title && profile.priority == 7)
        #expect(profile.rules == whole.rules && profile.model == whole.model)
        #expect(profile.intensity == whole.intensity && profile.atlases == whole.atlases)
        #expect(profile.output == whole.output)
        #expect(profile.segments.map(\.id) == ["kidney-left"])
        #expect(profile.segments[0].file == "other-0.xml" && profile.segments[0].line == 11)
        #expect(profile.file == "child.xml")
    }

    @Test func anElementOfItsOwnTakesTheParentsPlace() throws {
        let profile = try read(
            child(
                """
                <title>Own</title>
                <model channel="stable"/>
                <intensity><percentiles low="1" high="99"/></intensity>
                <atlas name="one"/><atlas name="two"/>
                <output seriesNumber="9100" seriesDescription="Own"/>
                """,
                attributes: #"priority="9""#
            )
        )
        #expect(profile.title == "Own" && profile.priority == 9)
        #expect(profile.model.choice == .channel("stable") && profile.model.precision == nil)
        #expect(profile.intensity == .percentiles(low: 1, high: 99))
        #expect(profile.atlases == ["one", "two"] && profile.atlas == "one")
        #expect(profile.output.seriesNumber == 9100)
    }

    @Test func rulesAreAddedUnlessTheParentsAreDropped() throws {
        let rule = #"<sliceCount minimum="20"/>"#
        #expect(try read(child("<match>\(rule)</match>")).rules.count == 2)
        let alone = try read(child(#"<match inherit="false">\#(rule)</match>"#))
        #expect(alone.rules.map(\.description) == ["slice count at least 20"])
    }

    @Test func segmentsAreChangedAddedAndRemovedByTheirIds() throws {
        let liver = """
            <segment id="liver" label="Liver" colour="#B8655A" atlasLabel="liver">
                <category value="123037004" scheme="SCT" meaning="Anatomical Structure"/>
                <type value="10200004" scheme="SCT" meaning="Liver"/>
            </segment>
            """
        let changed = try read(
            child(
                """
                <segments>
                    <segment id="kidney-left" colour="#111111"><prompt margin="8"/></segment>
                    \(liver)
                </segments>
                """
            )
        )
        #expect(changed.segments.map(\.id) == ["kidney-left", "liver"])
        let kidney = changed.segments[0]
        #expect(kidney.label == "Kidney left" && kidney.colour.description == "#111111")
        #expect(kidney.prompt.margin == 8 && kidney.prompt.minimumArea == 40, "an element is taken whole")
        #expect(kidney.modifiers.map(\.meaning) == ["Left"] && kidney.gates.minimumPredictedIoU == 0.75)
        #expect(kidney.file == "child.xml" && kidney.line == 3)

        let replaced = try read(
            child(#"<segments>\#(liver)<segment id="kidney-left" remove="true"/></segments>"#)
        )
        #expect(replaced.segments.map(\.id) == ["liver"])
        #expect(try read(child(#"<segments inherit="false">\#(liver)</segments>"#)).segments.map(\.id) == ["liver"])
    }

    @Test func anotherTypeComesWithItsOwnModifiers() throws {
        let profile = try read(
            child(
                """
                <segments><segment id="kidney-left" label="Spleen">
                    <type value="78961009" scheme="SCT" meaning="Spleen"/>
                </segment></segments>
                """
            )
        )
        #expect(profile.segments[0].type.meaning == "Spleen" && profile.segments[0].modifiers.isEmpty)
    }

    @Test func grandparentsCountAndADigestCoversThemAll() throws {
        let middle = child("<title>Middle</title>", id: "middle")
        let leaf = #"<profile schema="1" id="leaf" version="1" extends="middle"/>"#
        let profile = try read(leaf, among: [parent, middle])
        #expect(profile.title == "Middle" && profile.priority == 7)
        #expect(profile.digest != SHA256Digest(of: Array(leaf.utf8)))
        let edited = parent.replacingOccurrences(of: "9001", with: "9002")
        let other = try read(leaf, among: [edited, middle])
        #expect(other.digest != profile.digest, "what a grandparent says is part of the profile")
        #expect(try read(leaf, among: [middle, parent]).digest == profile.digest)
    }

    @Test func whetherAProfileIsActiveIsNotInherited() throws {
        let base = parent.replacingOccurrences(of: #"schema="1""#, with: #"schema="1" active="false" fallback="true""#)
        let profile = try read(child(""), among: [base])
        #expect(profile.isActive && profile.isFallback)
        #expect(try !ProfileFixture.read(base).isActive)
    }

    @Test func anUnknownParentIsAnErrorWithLineAndChoices() throws {
        let text = "\n" + child("").replacingOccurrences(of: #"extends="parent""#, with: #"extends="grandma""#)
        let problem = try #require(try problems(text).first)
        #expect(problem.file == "child.xml" && problem.line == 2)
        #expect(problem.message.contains("no profile grandma") && problem.remedy == "Extend one of: parent")
    }

    @Test func aCircleIsAnErrorThatShowsIt() throws {
        let first = child("", id: "a").replacingOccurrences(of: #"extends="parent""#, with: #"extends="b""#)
        let second = child("", id: "b").replacingOccurrences(of: #"extends="parent""#, with: #"extends="a""#)
        let problem = try #require(try problems(first, among: [second]).first)
        #expect(problem.message == "the profile extends itself: a → b → a")
        #expect(problem.file == "other-0.xml" && problem.line == 1)
        let itself = child("").replacingOccurrences(of: #"extends="parent""#, with: #"extends="child""#)
        #expect(try problems(itself).first?.message == "the profile extends itself: child → child")
    }

    @Test func removingWhatIsNotThereIsAnError() throws {
        let unknown = child(#"<segments><segment id="liver" remove="true"/></segments>"#)
        let problem = try #require(try problems(unknown).first)
        #expect(problem.line == 2 && problem.message == "there is no segment liver to remove")
        #expect(problem.remedy.contains("kidney-left"))
        let alone = parent.replacingOccurrences(of: #"<segment id="#, with: #"<segment remove="true" id="#)
        #expect(try ProfileFixture.problems(alone).first?.message.contains("extends no other") == true)
    }

    @Test func aProblemOfTheParentIsSaidWithTheParentsFile() throws {
        let bad = parent.replacingOccurrences(of: #"low="-160""#, with: #"low="500""#)
        let problem = try #require(try problems(child(""), among: [bad]).first)
        #expect(problem.file == "other-0.xml" && problem.line == 8)
    }

    @Test func twoSegmentsOfOneLabelAreAnErrorAcrossFiles() throws {
        let twin = """
            <segments><segment id="other" label="Kidney left" colour="#B8655A">
                <category value="123037004" scheme="SCT" meaning="Anatomical Structure"/>
                <type value="10200004" scheme="SCT" meaning="Liver"/>
            </segment></segments>
            """
        let problem = try #require(try problems(child(twin)).first)
        #expect(problem.message.contains(#"label "Kidney left" is that of the segment kidney-left"#))
    }

    @Test func aProfileThatExtendsNoneNeedsEveryPart() throws {
        let messages = try ProfileFixture.problems(#"<profile schema="1" id="a" version="1"/>"#).map(\.message)
        for name in ["title", "match", "intensity", "segments", "output"] {
            #expect(messages.contains("<\(name)> is missing"), "\(name)")
        }
    }
}
