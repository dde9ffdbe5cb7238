import Atlas
import DurableFiles
import Evaluation
import Foundation
import Geometry

extension SampleScans {
    /// A CT of 100 slices of 512 × 512, 3 mm apart, for timing alone: the atlas's own patient mirrored and interpolated,
    /// which costs registration what any other patient would.
    func speedSeries() throws -> (stack: SliceStack, values: [[Float]]) {
        let image = try atlasImage()
        let size = image.size
        let (rows, columns, count) = (512, 512, 100)
        let affine = image.affine
        let width = Double(size.x) * affine.xColumn.length
        let depth = Double(size.y) * affine.yColumn.length
        let edge = max(width, depth) / 512
        let planes = (0..<count).compactMap { slice in
            PlaneGeometry(
                position: Vector3(0, 0, Double(slice) * affine.zColumn.length),
                rowDirection: Vector3(1, 0, 0),
                columnDirection: Vector3(0, 1, 0),
                rowSpacing: edge,
                columnSpacing: edge,
                rows: rows,
                columns: columns
            )
        }
        let stack = try SliceStack(planes: planes)
        let isLeft = affine.xColumn.x > 0
        let isBack = affine.yColumn.y > 0
        let values = (0..<count).map { slice in
            var plane = [Float](repeating: -1024, count: rows * columns)
            for row in 0..<rows {
                let y = Double(row) * edge / affine.yColumn.length
                guard y < Double(size.y - 1) else { continue }
                let fromFront = isBack ? y : Double(size.y - 1) - y
                for column in 0..<columns {
                    let x = Double(column) * edge / affine.xColumn.length
                    guard x < Double(size.x - 1) else { continue }
                    // Towards the right where the patient's left was.
                    let mirrored = isLeft ? Double(size.x - 1) - x : x
                    plane[row * columns + column] = Self.bilinear(image, mirrored, fromFront, slice)
                }
            }
            return plane
        }
        return (stack, values)
    }

    /// How long it takes from the loaded volume to boxes and masks of the priors, for twelve structures.
    func boxTime(atlas: Atlas) throws -> String {
        let scan = try speedSeries()
        let labels = Self.ctSlab.numbers.map(\.atlas)
        let (start, startOfWork) = (ContinuousClock.now, Self.processorSeconds)
        let target = try AtlasTarget(stack: scan.stack, modality: .ct) { scan.values[$0] }
        let planner = BoxPlanner(try AtlasRegistration().register(target, to: atlas), labels: labels)
        let count = labels.reduce(0) { $0 + planner.boxes(of: $1).slices.count }
        let wall = start.duration(to: .now).components
        let seconds = Double(wall.seconds) + Double(wall.attoseconds) * 1e-18
        return "\(scan.values.count) slices of 512 × 512, \(labels.count) structures, \(count) boxes: "
            + String(format: "%.1f s, %.1f s of processors", seconds, Self.processorSeconds - startOfWork)
    }

    /// Processor time of all threads of this program.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private static func bilinear(_ image: NIfTIImage, _ x: Double, _ y: Double, _ z: Int) -> Float {
        let size = image.size
        let (x0, y0) = (min(Int(x), size.x - 2), min(Int(y), size.y - 2))
        let (fx, fy) = (Float(x - Double(x0)), Float(y - Double(y0)))
        let base = (z * size.y + y0) * size.x + x0
        let near = image.values[base] + (image.values[base + 1] - image.values[base]) * fx
        let far =
            image.values[base + size.x] + (image.values[base + size.x + 1] - image.values[base + size.x]) * fx
        return near + (far - near) * fy
    }
}
