import CLinux

/// How this process uses the C library's heap.
public enum HeapSettings {
    /// Has memory of slices, files and masks mapped for as long as it is used, so that what a process takes does not grow
    /// with how much it ever worked on. To be called once, before there are other threads.
    public static func keepFlat() { CLinux_map_large_memory(256 << 10) }
}
