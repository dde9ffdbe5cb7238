import DICOMSegmentation
import Pipeline
import Testing

@Suite("Clean-up of masks")
struct MaskCleaningTests {
    @Test(
        "holes are what no path of background joins to the border",
        arguments: [
            (1, 1), (1, 9), (7, 1), (2, 2), (3, 3), (5, 8), (13, 7), (23, 38), (37, 30),
        ]
    )
    func whenHolesAreFilled_thenTheNaiveTwinAgrees(rows: Int, columns: Int) {
        var random = SplitMix(seed: UInt64(rows * 100 + columns))
        for density in [0.2, 0.5, 0.6, 0.8] {
            let mask = random.mask(rows * columns, density: density)
            var filled = mask
            MaskCleaning.fillHoles(&filled, rows: rows, columns: columns)
            #expect(filled == Self.naivelyFilled(mask, rows: rows, columns: columns))
        }
    }

    @Test("a ring becomes a disc, and a gap at a corner does not open it")
    func whenARingIsClosedOverCorners_thenItIsFilled() {
        let ring: [UInt8] = [
            0, 0, 1, 0, 0,
            0, 1, 0, 1, 0,
            0, 0, 1, 0, 0,
        ]
        var filled = ring
        MaskCleaning.fillHoles(&filled, rows: 3, columns: 5)
        #expect(
            filled == [
                0, 0, 1, 0, 0,
                0, 1, 1, 1, 0,
                0, 0, 1, 0, 0,
            ]
        )
    }

    @Test(
        "only the largest body joined by faces stays",
        arguments: [
            (1, 1, 1), (3, 1, 5), (1, 4, 7), (5, 6, 7), (4, 13, 9), (9, 11, 3),
        ]
    )
    func whenTheLargestComponentIsKept_thenTheNaiveTwinAgrees(slices: Int, rows: Int, columns: Int) {
        var random = SplitMix(seed: UInt64(slices * 10_000 + rows * 100 + columns))
        for density in [0.1, 0.3, 0.4, 0.7] {
            let masks = (0..<slices).map { slice -> [UInt8]? in
                // Slices without a mask lie between others.
                slice % 4 == 2 ? nil : random.mask(rows * columns, density: density)
            }
            var kept = masks
            Self.keepLargest(&kept, rows: rows, columns: columns)
            #expect(kept == Self.naivelyKept(masks, rows: rows, columns: columns))
        }
    }

    @Test("bodies that touch at an edge or a corner are two")
    func whenBodiesTouchAtACorner_thenTheSmallerIsRemoved() {
        var masks: [[UInt8]?] = [[1, 1, 0, 0], [0, 0, 0, 1]]
        Self.keepLargest(&masks, rows: 2, columns: 2)
        #expect(masks == [[1, 1, 0, 0], [0, 0, 0, 0]])
    }

    @Test("of bodies of one size the first stays")
    func whenBodiesAreEquallyLarge_thenTheFirstStays() {
        var masks: [[UInt8]?] = [nil, [0, 1, 0, 0, 1], nil, [1, 0, 0, 0, 0]]
        Self.keepLargest(&masks, rows: 1, columns: 5)
        #expect(masks == [nil, [0, 1, 0, 0, 0], nil, [0, 0, 0, 0, 0]])
    }

    /// On bytes, as the naive twin has them.
    private static func keepLargest(_ masks: inout [[UInt8]?], rows: Int, columns: Int) {
        var frames = masks.map { $0.map { FrameMask(rows: rows, columns: columns, pixels: $0) } }
        MaskCleaning.keepLargestComponent(&frames)
        masks = frames.map { $0?.unpacked() }
    }

    // MARK: - Naive twins

    /// Spreads "outside" from the border until nothing changes.
    private static func naivelyFilled(_ mask: [UInt8], rows: Int, columns: Int) -> [UInt8] {
        func isBorder(_ index: Int) -> Bool {
            let (row, column) = (index / columns, index % columns)
            return row == 0 || column == 0 || row == rows - 1 || column == columns - 1
        }
        var outside = mask.indices.map { mask[$0] == 0 && isBorder($0) }
        var changes = true
        while changes {
            changes = false
            for index in mask.indices where mask[index] == 0 && !outside[index] {
                let (row, column) = (index / columns, index % columns)
                let neighbours = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
                let isReached = neighbours.contains { row, column in
                    0..<rows ~= row && 0..<columns ~= column && outside[row * columns + column]
                }
                if isReached { (outside[index], changes) = (true, true) }
            }
        }
        return outside.map { $0 ? 0 : 1 }
    }

    /// Gives each voxel a number and lets the smallest spread until nothing changes.
    private static func naivelyKept(_ masks: [[UInt8]?], rows: Int, columns: Int) -> [[UInt8]?] {
        struct Voxel: Hashable {
            let slice, row, column: Int
        }
        var labels: [Voxel: Int] = [:]
        for (slice, mask) in masks.enumerated() {
            for (index, value) in (mask ?? []).enumerated() where value != 0 {
                let voxel = Voxel(slice: slice, row: index / columns, column: index % columns)
                labels[voxel] = slice * rows * columns + index
            }
        }
        var changes = true
        while changes {
            changes = false
            for (voxel, label) in labels {
                for (slice, row, column) in [(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)] {
                    let near = Voxel(slice: voxel.slice + slice, row: voxel.row + row, column: voxel.column + column)
                    if let other = labels[near], other < labels[voxel] ?? label {
                        labels[voxel] = other
                        changes = true
                    }
                }
            }
        }
        let sizes = Dictionary(grouping: labels.values) { $0 }.mapValues(\.count)
        let largest = sizes.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
        return masks.enumerated().map { slice, mask in
            mask.map { mask in
                mask.indices.map { index in
                    let voxel = Voxel(slice: slice, row: index / columns, column: index % columns)
                    return labels[voxel] != nil && labels[voxel] == largest ? 1 : 0
                }
            }
        }
    }
}

/// A small reproducible source of numbers (SplitMix64, Steele et al., OOPSLA 2014).
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Evenly from 0..<1.
    mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }

    /// Zeros, and ones where a coin falls so.
    mutating func mask(_ count: Int, density: Double) -> [UInt8] {
        (0..<count).map { _ in fraction() < density ? 1 : 0 }
    }
}

@Suite("Outlines are smoothed within their slice, and several bodies can stay")
struct MaskSmoothingTests {
    private func mask(_ rows: Int, _ columns: Int, _ isSet: (Int, Int) -> Bool) -> FrameMask {
        var pixels = [UInt8](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            for column in 0..<columns where isSet(row, column) { pixels[row * columns + column] = 1 }
        }
        return FrameMask(rows: rows, columns: columns, pixels: pixels)
    }

    @Test("a straight edge stays, also at the border of the slice")
    func whenAnEdgeIsStraight_thenItStaysWhereItIs() {
        let half = mask(20, 30) { _, column in column < 11 }
        #expect(MaskCleaning.smoothed(half, spread: (1.5, 1.5)) == half)
    }

    @Test("corners are rounded and specks vanish, by more along the axis with the wider spread")
    func whenThereAreCornersAndSpecks_thenTheyGo() {
        let block = mask(40, 40) { row, column in
            (10..<30).contains(row) && (10..<30).contains(column) || row == 3 && column == 3
        }
        let smoothed = MaskCleaning.smoothed(block, spread: (2, 2))
        #expect(!smoothed[row: 3, column: 3] && !smoothed[row: 10, column: 10] && smoothed[row: 20, column: 10])
        #expect(smoothed[row: 20, column: 20] && !smoothed[row: 20, column: 9])
        let line = mask(21, 21) { row, _ in row == 10 }
        #expect(MaskCleaning.smoothed(line, spread: (2, 0)).isEmpty)
        #expect(MaskCleaning.smoothed(line, spread: (0, 2)) == line)
    }

    @Test("so many of the largest bodies stay, the first of equal ones")
    func whenSeveralBodiesMayStay_thenTheLargestDo() {
        let sizes = [(0, 2), (4, 3), (9, 2), (13, 1)]
        func frame(_ kept: Set<Int>) -> FrameMask {
            mask(3, 16) { row, column in
                row == 1 && sizes.contains { kept.contains($0.0) && ($0.0..<$0.0 + $0.1).contains(column) }
            }
        }
        var frames: [FrameMask?] = [nil, frame([0, 4, 9, 13])]
        MaskCleaning.keepLargestComponents(2, &frames)
        #expect(frames[1] == frame([0, 4]) && frames[0] == nil)
    }
}
