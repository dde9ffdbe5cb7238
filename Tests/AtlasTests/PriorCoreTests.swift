import Geometry
import Testing

@testable import Atlas

@Suite("The part of a prior that boxes are made from")
struct PriorCoreTests {
    /// A disc and a rectangle: rows from `top`, columns from `left`.
    static func mask(columns: Int, rows: Int, _ isSet: (_ column: Int, _ row: Int) -> Bool) -> [UInt8] {
        (0..<rows * columns).map { isSet($0 % columns, $0 / columns) ? 1 : 0 }
    }

    static func isDisc(_ column: Int, _ row: Int) -> Bool {
        let (x, y) = (column - 40, row - 40)
        return x * x + y * y <= 25 * 25
    }

    static func core(_ mask: [UInt8], columns: Int, rows: Int, radius: Double) throws -> PixelBox {
        let whole = try #require(PixelBox(of: mask, columns: columns, rows: rows))
        return PriorCore(mask, in: whole, columns: columns, radius: radius).box
    }

    @Test("A thin tongue and a far island do not move the box")
    func whenMaskHasTongueAndIsland_thenBoxIsTheDiscs() throws {
        let mask = Self.mask(columns: 120, rows: 90) { column, row in
            Self.isDisc(column, row) || (column > 40 && column < 100 && abs(row - 40) <= 2)
                || (column > 110 && row > 80)
        }
        let box = try Self.core(mask, columns: 120, rows: 90, radius: 4)
        // The tongue's root stays as far as the disc reaches from its core.
        #expect(box.x0 == 15 && box.y0 == 15 && box.y1 == 66)
        #expect(box.x1 >= 66 && box.x1 <= 71)
    }

    @Test("What is thin as a whole keeps its box, and so does everything at radius 0")
    func whenAllIsThin_thenBoxIsWhole() throws {
        let line = Self.mask(columns: 60, rows: 30) { column, row in column > 10 && column < 50 && abs(row - 15) <= 2 }
        #expect(try Self.core(line, columns: 60, rows: 30, radius: 4) == PixelBox(x0: 11, y0: 13, x1: 50, y1: 18))
        let disc = Self.mask(columns: 120, rows: 90) { column, row in
            Self.isDisc(column, row) || (row == 40 && column > 40 && column < 100)
        }
        #expect(try Self.core(disc, columns: 120, rows: 90, radius: 0) == PixelBox(x0: 15, y0: 15, x1: 100, y1: 66))
    }

    @Test("Two bodies of like size both count, and the frame's edge does not hide a body")
    func whenTwoBodies_thenBothAreInside() throws {
        let mask = Self.mask(columns: 80, rows: 40) { column, _ in column < 20 || column >= 60 }
        #expect(try Self.core(mask, columns: 80, rows: 40, radius: 3) == PixelBox(x0: 0, y0: 0, x1: 80, y1: 40))
    }
}
