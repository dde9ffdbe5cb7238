import Atlas
import DICOMSegmentation

/// Clean-up of one segment's masks after the network: what a profile may switch on.
public enum MaskCleaning {
    /// Fills background that does not touch the border of its slice (background joined by edges, not by corners).
    public static func fillHoles(_ mask: inout [UInt8], rows: Int, columns: Int) {
        precondition(mask.count == rows * columns, "a mask has rows × columns pixels")
        mask = PlaneMorphology.filled(mask, columns: columns, rows: rows)
    }

    /// As ``fillHoles(_:rows:columns:)`` for a mask as it is kept.
    static func filled(_ mask: FrameMask) -> FrameMask {
        var pixels = mask.unpacked()
        fillHoles(&pixels, rows: mask.rows, columns: mask.columns)
        return FrameMask(rows: mask.rows, columns: mask.columns, pixels: pixels)
    }

    /// Keeps the largest component in three dimensions, joined by faces; slices are neighbours when their indices are.
    ///
    /// The array has one mask for each slice of the stack, `nil` where there is none. Of several components of the same
    /// size the first stays, in the order of slices, rows and columns.
    public static func keepLargestComponent(_ frames: inout [FrameMask?]) {
        keepLargestComponents(1, &frames)
    }

    /// Keeps so many of the largest components, and puts what is left of each slice aside; see ``keepLargestComponent(_:)``.
    public static func keepLargestComponents(_ count: Int, _ frames: inout [FrameMask?], _ scratch: MaskScratch? = nil)
    {
        var components = RunComponents()
        for (slice, frame) in frames.enumerated() {
            if let frame { components.add(frame, slice: slice) }
        }
        let largest = components.largest(count)
        guard !largest.isEmpty else { return }
        for (slice, frame) in frames.enumerated() {
            guard let frame else { continue }
            let kept = components.mask(of: largest, in: slice, like: frame)
            frames[slice] = scratch?.putAside(kept) ?? kept
        }
    }
}
