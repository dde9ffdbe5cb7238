import Geometry

/// The part of a prior in a slice that its box is made from: what is left of it without thin tongues and small islands.
///
/// One tongue of a mask moves a side of its box by its whole length, and where a registration errs tongues are what it
/// leaves. Parts that are thin as a whole (a vessel, a pancreas) stay as they are.
struct PriorCore {
    /// The box of the core; that of the whole prior where too little would be left.
    let box: PixelBox

    /// The least share of the prior's pixels that has to be left.
    static let neededShare = 0.7

    /// `whole` is the box of the mask, whose rows have `columns` pixels; `radius` is in pixels.
    init(_ mask: [UInt8], in whole: PixelBox, columns: Int, radius: Double) {
        guard radius > 0 else {
            box = whole
            return
        }
        // A border of background, so that the frame's edge erodes as every other edge does.
        let (width, height) = (Int(whole.width) + 2, Int(whole.height) + 2)
        let (left, top) = (Int(whole.x0) - 1, Int(whole.y0) - 1)
        var part = [UInt8](repeating: 0, count: width * height)
        for row in 1..<height - 1 {
            for column in 1..<width - 1 {
                part[row * width + column] = mask[(row + top) * columns + column + left]
            }
        }
        let core = PlaneMorphology.opened(
            part,
            inside: [UInt8](repeating: 1, count: part.count),
            columns: width,
            rows: height,
            radius: radius
        )
        func area(_ mask: [UInt8]) -> Int { mask.reduce(0) { $0 + Int($1) } }
        guard Double(area(core)) >= Self.neededShare * Double(area(part)),
            let found = PixelBox(of: core, columns: width, rows: height)
        else {
            box = whole
            return
        }
        box = PixelBox(
            x0: found.x0 + Double(left),
            y0: found.y0 + Double(top),
            x1: found.x1 + Double(left),
            y1: found.y1 + Double(top)
        )
    }
}
