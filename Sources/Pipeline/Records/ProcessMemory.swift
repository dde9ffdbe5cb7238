import Glibc

/// How much memory this process took.
public enum ProcessMemory {
    /// The largest resident memory so far, in MB. See: 'man 2 getrusage', ru_maxrss is in kilobytes.
    public static var peakMB: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1_024
    }
}
