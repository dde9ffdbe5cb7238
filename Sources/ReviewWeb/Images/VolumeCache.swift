import DurableFiles

/// The volumes that were looked at last, up to a number of bytes.
package actor VolumeCache {
    private struct Entry {
        let volume: DecodedVolume
        var lastUse: ContinuousClock.Instant
    }

    private let decoder: any VolumeDecoder
    private let capacity: Int
    private let idleTime: Duration
    private var entries: [String: Entry] = [:]

    /// - Parameters:
    ///   - decoder: what decodes.
    ///   - capacity: bytes that volumes may take together; a single one that is larger is alone.
    ///   - idleTime: after which a volume that nobody asked for is forgotten when another one is asked for.
    package init(decoder: any VolumeDecoder, capacity: Int = 1 << 30, idleTime: Duration = .seconds(1_200)) {
        self.decoder = decoder
        self.capacity = capacity
        self.idleTime = idleTime
    }

    /// Bytes in use by volumes that are kept.
    package var size: Int { entries.values.reduce(0) { $0 + $1.volume.length } }

    /// The volume of a job, decoded from now on where it is not in memory: the slices that are wanted first, if any.
    package func volume(of images: JobImages, first: [Int] = []) throws(FileError) -> DecodedVolume {
        let now = ContinuousClock.now
        if let entry = entries[images.key], !entry.volume.isBroken {
            entries[images.key]?.lastUse = now
            return entry.volume
        }
        entries[images.key] = nil
        entries = entries.filter { now - $0.value.lastUse < idleTime }
        var request = images.request
        request.first = first
        makeRoom(for: request.length)
        let volume = try DecodedVolume(request, with: decoder)
        entries[images.key] = Entry(volume: volume, lastUse: now)
        return volume
    }

    /// Forgets the volumes that were not used for longest; who still reads one keeps it until the answer is written.
    private func makeRoom(for bytes: Int) {
        let oldest = entries.sorted { $0.value.lastUse < $1.value.lastUse }.map(\.key)
        for key in oldest where size + bytes > capacity { entries[key] = nil }
    }
}
