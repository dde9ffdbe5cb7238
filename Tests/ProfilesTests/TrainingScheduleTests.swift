import Foundation
import Profiles
import Testing

@Suite struct TrainingScheduleTests {
    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "Europe/Berlin") ?? .gmt
        return calendar
    }

    private func date(_ text: String) throws -> Date {
        try #require(try? Date(text, strategy: .iso8601))
    }

    @Test func aWeeklyTimeComesOnceAWeek() throws {
        let schedule = try #require(TrainingSchedule("Sun 02:00"))
        // 23 November 2026 is a Monday.
        let first = try #require(schedule.next(after: try date("2026-11-23T10:00:00Z"), calendar: calendar))
        #expect(try first == date("2026-11-29T01:00:00Z"))
        #expect(try schedule.next(after: first, calendar: calendar) == date("2026-12-06T01:00:00Z"))
    }

    @Test func aDailyTimeComesToday_whenItIsStillAhead() throws {
        let schedule = try #require(TrainingSchedule("daily 23:30"))
        #expect(
            try schedule.next(after: date("2026-11-23T10:00:00Z"), calendar: calendar) == date("2026-11-23T22:30:00Z")
        )
        #expect(
            try schedule.next(after: date("2026-11-23T22:30:00Z"), calendar: calendar) == date("2026-11-24T22:30:00Z")
        )
    }

    @Test func aTimeThatTheClockLeavesOutIsTakenAtTheNext() throws {
        let schedule = try #require(TrainingSchedule("Sun 02:30"))
        // On 28 March 2027 clocks in Berlin go from 02:00 to 03:00.
        let next = try #require(schedule.next(after: try date("2027-03-27T12:00:00Z"), calendar: calendar))
        #expect(try next == date("2027-03-28T01:00:00Z"))
    }

    @Test(arguments: [
        "", "Sun", "02:00", "sun 02:00", "Sun 2:00", "Sun 02:60", "Sun 24:00", "Sun  02:00", "Sun 02:00:00",
    ])
    func anythingElseIsNoSchedule(_ text: String) {
        #expect(TrainingSchedule(text) == nil)
    }
}
