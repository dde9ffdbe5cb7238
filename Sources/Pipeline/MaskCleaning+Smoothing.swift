import DICOMSegmentation
import Foundation

extension MaskCleaning {
    /// Smooths an outline within its slice: the mask is blurred with a Gaussian and cut at one half.
    ///
    /// Corners are rounded and specks vanish, while a straight edge stays where it is; beyond the slice's border the mask
    /// goes on as at the border, so that what the field of view cuts off is not rounded. `spread` is the standard
    /// deviation in pixels, along rows and along columns.
    public static func smoothed(_ mask: FrameMask, spread: (row: Double, column: Double)) -> FrameMask {
        guard !mask.isEmpty else { return mask }
        let (rows, columns) = (mask.rows, mask.columns)
        let down = kernel(spread.row)
        let across = kernel(spread.column)
        var values = mask.unpacked().map { Float($0) }
        var line = [Float](repeating: 0, count: max(rows, columns))
        for row in 0..<rows { blur(&values, &line, from: row * columns, count: columns, step: 1, across) }
        for column in 0..<columns { blur(&values, &line, from: column, count: rows, step: columns, down) }
        return FrameMask(rows: rows, columns: columns, pixels: values.map { $0 > 0.5 ? 1 : 0 })
    }

    /// Weights from the middle outward, to three standard deviations; their sum over both sides is 1.
    private static func kernel(_ spread: Double) -> [Float] {
        guard spread > 0 else { return [1] }
        let weights = (0...Int((3 * spread).rounded(.up))).map { exp(-0.5 * pow(Double($0) / spread, 2)) }
        let sum = 2 * weights.reduce(0, +) - weights[0]
        return weights.map { Float($0 / sum) }
    }

    private static func blur(
        _ values: inout [Float],
        _ line: inout [Float],
        from start: Int,
        count: Int,
        step: Int,
        _ kernel: [Float]
    ) {
        for index in 0..<count { line[index] = values[start + index * step] }
        // Most lines of a slice hold nothing of a structure.
        guard line[..<count].contains(where: { $0 != 0 }) else { return }
        for index in 0..<count {
            var sum = kernel[0] * line[index]
            for distance in 1..<max(kernel.count, 1) {
                sum += kernel[distance] * (line[max(index - distance, 0)] + line[min(index + distance, count - 1)])
            }
            values[start + index * step] = sum
        }
    }
}
