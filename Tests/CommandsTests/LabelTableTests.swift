import Atlas
import DurableFiles
import Testing

@testable import Commands

@Suite struct LabelTableTests {
    private func labels(_ text: String) throws -> [AtlasLabel] {
        try LabelTable(Array(text.utf8), name: "table").labels
    }

    @Test func tabsBlanksCommentsAndEmptyLinesAreUnderstood() throws {
        let found = try labels("# number name\n\n5\tliver\n  7   pancreas  \n#9 spleen\n")
        #expect(found.map(\.id) == [5, 7])
        #expect(found.map(\.name) == ["liver", "pancreas"])
    }

    @Test func aTableFromWindowsReadsAsAnyOther() throws {
        let found = try labels("\u{FEFF}1\tspleen\r\n2\tliver\r\n")
        #expect(found.map(\.id) == [1, 2])
        #expect(found.map(\.name) == ["spleen", "liver"])
    }

    @Test(arguments: ["1 left kidney", "0 background", "65536 liver", "liver 1", "3"])
    func aLineThatIsNoNumberAndNameIsRefusedWithItsPlace(line: String) throws {
        let failure = try #require(throws: CommandFailure.self) { try labels("1 spleen\n\(line)\n") }
        #expect(failure.status == .wrongUse)
        #expect(failure.message.hasPrefix("table:2: "))
    }

    @Test func aNumberThatOccursTwiceIsRefusedWithBothPlaces() throws {
        let failure = try #require(throws: CommandFailure.self) { try labels("4 liver\n# again\n4 spleen\n") }
        #expect(failure.message == "table:3: number 4 stands in line 1 already")
    }

    @Test func aTableWithoutStructuresIsRefused() throws {
        let failure = try #require(throws: CommandFailure.self) { try labels("# nothing\n") }
        #expect(failure.status == .wrongUse)
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        let failure = try #require(throws: CommandFailure.self) { try LabelTable([0x31, 0x20, 0xFF], name: "table") }
        #expect(failure.message.contains("UTF-8"))
    }

    @Test func aTableThatIsNotThereIsWrongUse() throws {
        let failure = try #require(throws: CommandFailure.self) { try LabelTable(RawPath("no/such/table")) }
        #expect(failure.status == .wrongUse)
        #expect(failure.message.hasPrefix("no/such/table: "))
    }
}
