import Glibc

/// What a child that inspects may use. The kernel enforces it. See: 'man 2 setrlimit'.
package struct InspectionLimits: Sendable, Hashable {
    /// Address space in bytes.
    package var addressSpace: UInt64 = 4 << 30
    /// Processor time in seconds, of the whole life of the child.
    package var processorTime: UInt64 = 600
    /// Open descriptors.
    package var descriptors: UInt64 = 64

    package init() {}

    /// The form in which a child is told.
    package var line: String { "\(addressSpace) \(processorTime) \(descriptors)" }

    package init?(line: String) {
        let numbers = line.split(separator: " ").compactMap { UInt64($0) }
        guard numbers.count == 3 else { return nil }
        addressSpace = numbers[0]
        processorTime = numbers[1]
        descriptors = numbers[2]
    }

    /// Sets the limits of this process for good: files cannot be written, and nothing is left of it after a crash.
    ///
    /// - Returns: whether the kernel took them all.
    package func apply() -> Bool {
        let wanted: [(Int32, UInt64)] = [
            (Int32(RLIMIT_AS.rawValue), addressSpace), (Int32(RLIMIT_CPU.rawValue), processorTime),
            (Int32(RLIMIT_FSIZE.rawValue), 0), (Int32(RLIMIT_NOFILE.rawValue), descriptors),
            (Int32(RLIMIT_CORE.rawValue), 0),
        ]
        return wanted.allSatisfy { resource, value in
            var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
            return setrlimit(__rlimit_resource_t(UInt32(resource)), &limit) == 0
        }
    }
}
