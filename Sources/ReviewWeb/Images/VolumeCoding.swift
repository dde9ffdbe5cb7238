/// How modality values are held in 16 bits: value = (stored + offset) · slope + intercept.
///
/// Integers that fit are held as they are (slope 1, intercept 0). Otherwise, where all slices share one rescale and at
/// most 16 bits, the values as the scanner stored them are, moved into the range of signed numbers: nothing is lost
/// either. Only slices with different rescales, or with more bits, are rounded, to 65,535 steps of the volume's range.
package struct VolumeCoding: Sendable, Hashable, Codable {
    package let slope: Double
    package let intercept: Double
    /// What is added to the stored number before the rescale.
    package let offset: Int
    /// Whether no value is rounded.
    package let isExact: Bool

    private init(slope: Double, intercept: Double, offset: Int, isExact: Bool) {
        self.slope = slope
        self.intercept = intercept
        self.offset = offset
        self.isExact = isExact
    }

    /// A coding without rounding, or `nil` where there is none.
    package static func exact(for kinds: Set<StoredValues>) -> VolumeCoding? {
        guard let first = kinds.first else { return nil }
        let held = -32_768.0...32_767.0
        let isIntegral = kinds.allSatisfy { kind in
            let ends = [kind.range.lowerBound, kind.range.upperBound].map { Double($0) * kind.slope + kind.intercept }
            return kind.slope.rounded() == kind.slope && kind.intercept.rounded() == kind.intercept
                && ends.allSatisfy(held.contains)
        }
        if isIntegral { return VolumeCoding(slope: 1, intercept: 0, offset: 0, isExact: true) }
        guard kinds.allSatisfy({ $0.slope == first.slope && $0.intercept == first.intercept }) else { return nil }
        let low = kinds.map(\.range.lowerBound).min() ?? 0
        let high = kinds.map(\.range.upperBound).max() ?? 0
        guard high - low <= 65_535 else { return nil }
        let isHeld = low >= -32_768 && high <= 32_767
        return VolumeCoding(
            slope: first.slope,
            intercept: first.intercept,
            offset: isHeld ? 0 : low + 32_768,
            isExact: true
        )
    }

    /// Rounds to equal steps over a range of modality values.
    package static func rounded(over range: ClosedRange<Double>) -> VolumeCoding {
        let step = (range.upperBound - range.lowerBound) / 65_534
        let slope = step > 0 ? step : 1
        return VolumeCoding(slope: slope, intercept: range.lowerBound, offset: 32_767, isExact: false)
    }

    /// The modality value of the stored number 0.
    package var valueIntercept: Double { intercept + Double(offset) * slope }

    /// The modality value of a stored number, in the order of operations of the images' own rescale.
    package func value(_ stored: Int16) -> Float { Float(Double(Int(stored) + offset) * slope + intercept) }

    /// The number for a value as the scanner stored it, in a slice with this rescale; for codings without rounding.
    @inline(__always)
    func stored(_ raw: Int32, _ kind: StoredValues) -> Int16 {
        if slope == kind.slope, intercept == kind.intercept { return Int16(clamping: Int(raw) - offset) }
        return Int16(clamping: Int((Double(raw) * kind.slope + kind.intercept).rounded()))
    }

    /// The number for a modality value.
    @inline(__always)
    func stored(_ value: Float) -> Int16 {
        guard value.isFinite else { return Int16.min }
        let steps = ((Double(value) - intercept) / slope).rounded() - Double(offset)
        return Int16(min(max(steps, -32_768), 32_767))
    }
}
