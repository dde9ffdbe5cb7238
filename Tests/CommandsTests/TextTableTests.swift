import Testing

@testable import Commands

@Suite struct TextTableTests {
    @Test func numbersStandRightAndWordsLeft() {
        var table = TextTable(["segment", "mL"])
        table.add(["Liver", "1500.0"])
        table.add(["Aorta, thoracic", "9.5"])
        #expect(
            table.text == """
                segment              mL
                Liver            1500.0
                Aorta, thoracic     9.5
                """
        )
    }

    @Test func aColumnWithAWordIsNoColumnOfNumbers() {
        var table = TextTable(["state", "count"])
        table.add(["queued", "1"])
        table.add(["failed", "many"])
        #expect(table.text.split(separator: "\n")[1] == "queued  1")
    }

    @Test func emptyCellsAndDashesAreNumbersThatAreNotKnown() {
        var table = TextTable(["name", "Dice"])
        table.add(["a", "0.25"])
        table.add(["b", "–"])
        table.add(["c", ""])
        #expect(table.text == "name  Dice\na     0.25\nb        –\nc")
    }

    @Test func aTableWithoutRowsIsItsHeader() {
        #expect(TextTable(["job", "state"]).text == "job  state")
    }
}
