import Glibc

/// Wall-clock and processor time of this process in seconds.
struct Clock {
    let wall: Double
    let processor: Double

    static func now() -> Clock {
        Clock(wall: seconds(CLOCK_MONOTONIC), processor: seconds(CLOCK_PROCESS_CPUTIME_ID))
    }

    // See: 'man 2 clock_gettime'
    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
