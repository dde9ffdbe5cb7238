import Foundation

/// Maps values to places in a drawing.
struct Axis {
    /// The values at both ends.
    let domain: ClosedRange<Double>
    /// The places of these; the first may be the larger one.
    let range: (from: Double, to: Double)

    init(_ domain: ClosedRange<Double>, from: Double, to: Double) {
        // An axis of no length would divide by nothing.
        let isFlat = domain.upperBound - domain.lowerBound < 1e-9
        self.domain = isFlat ? domain.lowerBound - 0.5...domain.upperBound + 0.5 : domain
        range = (from, to)
    }

    /// The domain that holds all values, made round; `including` holds what must be on it whatever the values.
    static func domain(of values: [Double], including: [Double] = []) -> ClosedRange<Double> {
        let all = (values + including).filter(\.isFinite)
        guard let low = all.min(), let high = all.max() else { return 0...1 }
        let step = Self.step(over: max(high - low, 1e-3))
        return (low / step).rounded(.down) * step...max((high / step).rounded(.up) * step, low + step)
    }

    func place(_ value: Double) -> Double {
        let share =
            (min(max(value, domain.lowerBound), domain.upperBound) - domain.lowerBound)
            / (domain.upperBound - domain.lowerBound)
        return range.from + share * (range.to - range.from)
    }

    /// Round values with their texts.
    var ticks: [(value: Double, text: String)] {
        let step = Self.step(over: domain.upperBound - domain.lowerBound)
        let digits = step >= 1 ? 0 : min(6, Int((-log10(step)).rounded(.up)))
        let first = Int((domain.lowerBound / step - 1e-6).rounded(.up))
        let last = Int((domain.upperBound / step + 1e-6).rounded(.down))
        guard first <= last else { return [] }
        return (first...last).map { (Double($0) * step, Numbers.fixed(Double($0) * step, digits)) }
    }

    /// 1, 2 or 5 times a power of ten: about five of it over a length.
    private static func step(over length: Double) -> Double {
        let rough = length / 5
        let power = pow(10, log10(rough).rounded(.down))
        return ([1, 2, 5].first { $0 * power >= rough * 0.999 } ?? 10) * power
    }
}
