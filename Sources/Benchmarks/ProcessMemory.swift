import Foundation

/// The memory of this process that is resident. See: 'man 5 proc'
enum ProcessMemory {
    /// Counts the peak from now on.
    static func resetPeak() {
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
    }

    /// The peak since ``resetPeak()``, in MB.
    static var peakMB: Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        let words = line.split(separator: " ").compactMap { Double($0) }
        return (words.first ?? .nan) / 1_024
    }
}
