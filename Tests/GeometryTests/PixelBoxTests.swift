import Geometry
import Testing

struct PixelBoxTests {
    @Test("a mask of one pixel has a box of one pixel between its corners")
    func onePixel() {
        var mask = [UInt8](repeating: 0, count: 7 * 9)
        mask[5 * 7 + 3] = 1
        #expect(PixelBox(of: mask, columns: 7, rows: 9) == PixelBox(x0: 3, y0: 5, x1: 4, y1: 6))
    }

    @Test("the box is tight around every pixel that is not zero, the last row and column included")
    func tight() {
        var mask = [UInt8](repeating: 0, count: 5 * 4)
        mask[0 * 5 + 2] = 255
        mask[3 * 5 + 4] = 1
        #expect(PixelBox(of: mask, columns: 5, rows: 4) == PixelBox(x0: 2, y0: 0, x1: 5, y1: 4))
    }

    @Test("an empty mask has no box")
    func empty() {
        #expect(PixelBox(of: [UInt8](repeating: 0, count: 12), columns: 3, rows: 4) == nil)
    }

    @Test("growing moves every side outward, a negative margin inward until nothing is left")
    func growing() {
        let box = PixelBox(x0: 2, y0: 3, x1: 6, y1: 5)
        #expect(box.grown(by: 1.5) == PixelBox(x0: 0.5, y0: 1.5, x1: 7.5, y1: 6.5))
        #expect(box.area == 8)
        #expect(box.grown(by: -2).area == 0)
    }

    @Test("clipping keeps what is inside the frame and gives nothing for what is outside")
    func clipping() {
        let box = PixelBox(x0: -3, y0: 2, x1: 50, y1: 9)
        #expect(box.clipped(columns: 38, rows: 7) == PixelBox(x0: 0, y0: 2, x1: 38, y1: 7))
        #expect(PixelBox(x0: 38, y0: 0, x1: 40, y1: 5).clipped(columns: 38, rows: 23) == nil)
        #expect(PixelBox(x0: -9, y0: 0, x1: -1, y1: 5).clipped(columns: 38, rows: 23) == nil)
    }
}
