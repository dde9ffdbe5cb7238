import Foundation

/// An instant as DICOM writes it: date (DA), time (TM) and both (DT), in one time zone.
struct SegmentationDateTime: Sendable, Hashable {
    let date: String
    let time: String

    var dateTime: String { date + time }

    /// `offset` is in seconds east of Greenwich.
    init(_ instant: Date, offset: Int) {
        var seconds = time_t(instant.timeIntervalSince1970.rounded(.down)) + offset
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: Int32, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        date = padded(parts.tm_year + 1900, 4) + padded(parts.tm_mon + 1, 2) + padded(parts.tm_mday, 2)
        time = padded(parts.tm_hour, 2) + padded(parts.tm_min, 2) + padded(parts.tm_sec, 2)
    }

    /// The seconds of Timezone Offset From UTC (0008,0201), `&ZZXX`; `nil` when the text is none.
    static func offset(ofTimezone text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            let hours = Int(text.dropFirst().prefix(2)), let minutes = Int(text.suffix(2)),
            hours <= 14, minutes < 60
        else { return nil }
        return (bytes[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
