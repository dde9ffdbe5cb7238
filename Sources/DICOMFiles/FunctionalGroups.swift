/// The shared and the per-frame functional groups of an enhanced multi-frame image (PS3.3 section C.7.6.16).
struct FunctionalGroups {
    let shared: DICOMDataset?
    private let frames: [DICOMDataset]

    init(of dataset: DICOMDataset) {
        shared = dataset.firstItem(.sharedFunctionalGroupsSequence)
        frames = dataset.items(.perFrameFunctionalGroupsSequence)
    }

    var isPresent: Bool { shared != nil || !frames.isEmpty }

    /// The number of per-frame items.
    var frameCount: Int { frames.count }

    /// The item of a frame (from 0), or `nil` beyond the last.
    func perFrame(_ index: Int) -> DICOMDataset? {
        frames.indices.contains(index) ? frames[index] : nil
    }

    /// The item of a macro for a frame: its own, otherwise the shared one.
    func macro(_ sequence: DICOMTag, frame index: Int) -> DICOMDataset? {
        perFrame(index)?.firstItem(sequence) ?? shared?.firstItem(sequence)
    }
}
