import Foundation

/// When a site trains by itself: at a time of every day or of one day of the week, in the machine's time zone.
public struct TrainingSchedule: Sendable, Hashable, CustomStringConvertible {
    /// 1 for Sunday to 7 for Saturday; `nil` for every day.
    public let weekday: Int?
    /// 0 to 23.
    public let hour: Int
    /// 0 to 59.
    public let minute: Int

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// Reads `Sun 02:00` or `daily 02:00`; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        let time = parts.last?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        guard parts.count == 2, time.count == 2, time.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isNumber) }),
            let hour = Int(time[0]), let minute = Int(time[1]), hour < 24, minute < 60
        else { return nil }
        let day = String(parts[0])
        guard day == "daily" || Self.weekdays.contains(day) else { return nil }
        weekday = Self.weekdays.firstIndex(of: day).map { $0 + 1 }
        self.hour = hour
        self.minute = minute
    }

    /// As it stands in a site file.
    public var description: String {
        let time = [hour, minute].map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
        return (weekday.map { Self.weekdays[$0 - 1] } ?? "daily") + " " + time
    }

    /// The first such moment after another. A time that a change of the clock leaves out is taken at the next that is
    /// there.
    public func next(after moment: Date, calendar: Calendar = .current) -> Date? {
        var components = DateComponents()
        (components.weekday, components.hour, components.minute, components.second) = (weekday, hour, minute, 0)
        return calendar.nextDate(after: moment, matching: components, matchingPolicy: .nextTime)
    }
}
