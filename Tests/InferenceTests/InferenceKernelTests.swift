import CKernels
import Foundation
import Tensors
import Testing

/// Every kernel beside a naive twin.
@Suite("Kernels for inference")
struct InferenceKernelTests {
    @Test("round rows to 8 bits over their own range", arguments: [1, 16, 37, 768])
    func roundRowsTo8Bits(width: Int) {
        let rows = 5
        var x = noise([rows, width], seed: UInt64(width)).values
        for index in 0..<width { x[index] = 0 }
        for index in width..<2 * width { x[index] = abs(x[index]) + 1 }
        var (bytes, scales) = ([UInt8](repeating: 0, count: rows * width), [Float](repeating: 0, count: rows))
        var zeros = [Int32](repeating: 0, count: rows)
        kernel_quantise_rows(x, width, &bytes, rows, width, &scales, &zeros)
        for row in 0..<rows {
            let values = x[row * width..<(row + 1) * width]
            let (low, high) = (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
            #expect(abs(scales[row] - (high - low) / 255) <= 1e-6 * (high - low))
            for (value, byte) in zip(values, bytes[row * width..<(row + 1) * width]) {
                let found = Float(Int32(byte) - zeros[row]) * scales[row]
                // Half a step for the value and half of one for the zero.
                #expect(abs(found - value) <= 1.01 * scales[row])
            }
        }
    }

    @Test("round weights to 8 bits for each output", arguments: [5, 64, 100])
    func roundWeightsTo8Bits(width: Int) {
        let (rows, x) = (3, noise([3, width], seed: 7).values)
        var (bytes, scales) = ([Int8](repeating: 0, count: rows * width), [Float](repeating: 0, count: rows))
        var sums = [Int32](repeating: 0, count: rows)
        kernel_quantise_weights(x, width, &bytes, rows, width, &scales, &sums)
        for row in 0..<rows {
            let integers = bytes[row * width..<(row + 1) * width]
            #expect(sums[row] == integers.reduce(0) { $0 + Int32($1) })
            #expect(integers.map { abs(Int($0)) }.max() == 127)
            for (value, integer) in zip(x[row * width..<(row + 1) * width], integers) {
                #expect(abs(Float(integer) * scales[row] - value) <= 0.501 * scales[row])
            }
        }
    }

    @Test("finish a tile of integers with scales, zeros, bias and activation", arguments: [16, 21])
    func finishATileOfIntegers(columns: Int) {
        let rows = 3
        let sums = (0..<Int32(rows * columns)).map { ($0 &* 7_919) % 5_003 - 2_500 }
        let (scales, zeros): ([Float], [Int32]) = ([0.5, 0.25, 2], [3, 0, 255])
        let weightScales = noise([columns], seed: 3).values
        let weightSums = (0..<Int32(columns)).map { $0 - 9 }
        let bias = noise([columns], seed: 5).values
        let places: [Int32] = [2, 0, 1]
        var found = [Float](repeating: 1, count: rows * columns)
        withTile(sums, scales, zeros, weightScales, weightSums, bias) { tile in
            var tile = tile
            (tile.columns, tile.stride, tile.adds) = (columns, columns, 1)
            kernel_finish_tile(&tile, rows, &found, columns, places, KERNEL_RELU)
        }
        for row in 0..<rows {
            for column in 0..<columns {
                let exact = sums[row * columns + column] - weightSums[column] * zeros[row]
                let value = Float(exact) * scales[row] * weightScales[column] + bias[column]
                #expect(found[Int(places[row]) * columns + column] == max(value, 0) + 1)
            }
        }
    }

    @Test("finish a tile with a residual, rounded to bf16", arguments: [16, 21])
    func finishATileRounded(columns: Int) {
        let (rows, places): (Int, [Int32]) = (3, [2, 0, 1])
        let (sums, residual) = (noise([rows, columns], seed: 3).values, noise([rows, columns], seed: 5).values)
        var floats = [Float](repeating: 0, count: rows * columns)
        var halves = [UInt16](repeating: 0, count: rows * columns)
        sums.withUnsafeBufferPointer { sums in
            residual.withUnsafeBufferPointer { residual in
                var tile = KernelTile()
                (tile.sums, tile.residual) = (sums.baseAddress, residual.baseAddress)
                (tile.columns, tile.stride) = (columns, columns)
                kernel_finish_tile(&tile, rows, &floats, columns, places, KERNEL_RELU)
                halves.withUnsafeMutableBufferPointer { halves in
                    tile.halves = halves.baseAddress
                    kernel_finish_tile(&tile, rows, nil, columns, places, KERNEL_RELU)
                }
            }
        }
        for row in 0..<rows {
            for column in 0..<columns {
                let place = Int(places[row]) * columns + column
                #expect(floats[place] == max(0, sums[row * columns + column] + residual[place]))
            }
        }
        #expect(halves == Tensor(floats, shape: [rows * columns]).roundedValues)
    }

    @Test("normalise rows into bf16", arguments: [16, 37, 160])
    func normaliseRowsRounded(width: Int) {
        let x = noise([3, width], seed: 3).values
        let (scale, shift) = (noise([width], seed: 5).values, noise([width], seed: 7).values)
        var (floats, halves) = (x, [UInt16](repeating: 0, count: x.count))
        kernel_layer_norm_rows(x, &floats, 3, width, scale, shift, 1e-5)
        kernel_layer_norm_rounded_rows(x, &halves, 3, width, scale, shift, 1e-5)
        #expect(halves == Tensor(floats, shape: [x.count]).roundedValues)
    }

    @Test("gather rows that are in bf16", arguments: [20, 32])
    func gatherHalves(width: Int) {
        let x = (0..<UInt16(4 * width)).map { $0 }
        let filling = [UInt16](repeating: 9, count: width)
        var found = [UInt16](repeating: 7, count: 4 * width)
        kernel_gather_halves(x, width, filling, [3, -1, 0, -2], 4, width, &found)
        #expect(Array(found[0..<width]) == Array(x[3 * width..<4 * width]))
        #expect(Array(found[width..<2 * width]) == filling)
        #expect(Array(found[2 * width..<3 * width]) == Array(x[0..<width]))
        #expect(found[3 * width..<4 * width].allSatisfy { $0 == 0 })
    }

    @Test("convolve rows in bf16 as images in fp32", arguments: [(1, 16), (2, 16), (1, 21)])
    func convolveRoundedRows(sizes: (stride: Int, channels: Int)) {
        let (rows, columns, channels) = (4, 6, sizes.channels)
        let x = noise([rows, columns, channels], seed: 3).roundedValues
        let floats = x.map { Float(bitPattern: UInt32($0) << 16) }
        let (weight, bias) = (noise([9, channels], seed: 5).values, noise([channels], seed: 7).values)
        let (newRows, newColumns) = (rows / sizes.stride, columns / sizes.stride)
        var expected = [Float](repeating: 0, count: newRows * newColumns * channels)
        kernel_depthwise3x3(
            floats,
            rows,
            columns,
            channels,
            weight,
            bias,
            sizes.stride,
            &expected,
            0,
            newRows,
            KERNEL_GELU_SHORT
        )
        x.withUnsafeBufferPointer { x in
            for row in 0..<newRows {
                let inputs = (-1...1).map { offset -> UnsafePointer<UInt16>? in
                    let input = sizes.stride * row + offset
                    return (0..<rows).contains(input) ? x.baseAddress.map { $0 + input * columns * channels } : nil
                }
                var found = [UInt16](repeating: 0, count: newColumns * channels)
                kernel_depthwise3x3_rounded(
                    inputs,
                    columns,
                    channels,
                    weight,
                    bias,
                    sizes.stride,
                    &found,
                    KERNEL_GELU_SHORT
                )
                for (half, value) in zip(
                    found,
                    expected[row * newColumns * channels..<(row + 1) * newColumns * channels]
                ) {
                    #expect(abs(Float(bitPattern: UInt32(half) << 16) - value) <= abs(value) / 250 + 1e-4)
                }
            }
        }
    }

    @Test("compute the short GELU as exactly as bf16 needs it")
    func computeTheShortGELU() {
        let x = (-9_000...9_000).map { Float($0) / 1_000 }
        var (exact, short) = (x, x)
        kernel_activation(x, &exact, x.count, KERNEL_GELU)
        kernel_activation(x, &short, x.count, KERNEL_GELU_SHORT)
        #expect(zip(exact, short).allSatisfy { abs($0 - $1) <= 1e-5 * abs($0) + 8e-5 })
    }

    @Test("take the softmax of biased scores, division left out", arguments: [false, true])
    func takeTheSoftmaxOfBiasedScores(isRounded: Bool) {
        let (rows, slots, scale): (Int, Int, Float) = (3, 32, 0.5)
        let (scores, bias) = (noise([rows, slots], seed: 3).values, noise([rows, slots], seed: 5).values)
        var (found, factors) = (scores, [Float](repeating: 0, count: rows))
        var halves = [UInt16](repeating: 0, count: rows * slots)
        halves.withUnsafeMutableBufferPointer { halves in
            kernel_biased_softmax(&found, slots, isRounded ? halves.baseAddress : nil, rows, scale, bias, &factors)
        }
        for row in 0..<rows {
            let range = row * slots..<(row + 1) * slots
            let logits = range.map { Double(scores[$0] * scale + bias[$0]) }
            let sum = logits.reduce(0) { $0 + exp($1) }
            for (logit, index) in zip(logits, range) {
                let value = isRounded ? Float(bitPattern: UInt32(halves[index]) << 16) : found[index]
                #expect(abs(Double(value * factors[row]) - exp(logit) / sum) <= (isRounded ? 1e-3 : 1e-6))
            }
        }
    }

    @Test("gather rows, fillings and zeros, and scatter them back")
    func gatherAndScatter() {
        let (width, x) = (20, noise([4, 20], seed: 3).values)
        let filling = noise([20], seed: 5).values
        let places: [Int32] = [3, -1, 0, -2]
        var gathered = [Float](repeating: 7, count: 4 * width)
        kernel_gather_rows(x, width, filling, places, 4, width, &gathered)
        #expect(Array(gathered[0..<20]) == Array(x[60..<80]) && Array(gathered[20..<40]) == filling)
        #expect(Array(gathered[40..<60]) == Array(x[0..<20]) && gathered[60..<80].allSatisfy { $0 == 0 })
        var halves = [UInt16](repeating: 7, count: 4 * width)
        kernel_gather_rounded_rows(x, width, filling, places, 4, width, &halves)
        for (half, value) in zip(halves, gathered) {
            #expect(abs(Float(bitPattern: UInt32(half) << 16) - value) <= abs(value) / 256)
        }
        var scattered = [Float](repeating: 0, count: 4 * width)
        kernel_scatter_scaled_rows(gathered, 4, width, [2, 1, 0.5, 1], &scattered, width, places)
        #expect(Array(scattered[60..<80]) == x[60..<80].map { 2 * $0 })
        #expect(Array(scattered[0..<20]) == x[0..<20].map { 0.5 * $0 } && scattered[20..<60].allSatisfy { $0 == 0 })
    }

    @Test("resize one channel as they resize several", arguments: [(5, 7, 20, 31), (64, 64, 256, 600), (9, 9, 4, 3)])
    func resizeOneChannel(sizes: (Int, Int, Int, Int)) {
        let (rows, columns, newRows, newColumns) = sizes
        let x = noise([rows, columns], seed: 3).values
        var one = [Float](repeating: 0, count: newRows * newColumns)
        var two = [Float](repeating: 0, count: 2 * newRows * newColumns)
        kernel_resize_bilinear(x, rows, columns, 1, &one, newRows, newColumns, 0, newRows)
        kernel_resize_bilinear(x.flatMap { [$0, -$0] }, rows, columns, 2, &two, newRows, newColumns, 0, newRows)
        #expect(one.indices.allSatisfy { one[$0] == two[2 * $0] })
    }

    @Test("tell damaged from whole bytes", arguments: [0, 1, 255, 256, 1_000])
    func tellDamagedFromWholeBytes(count: Int) {
        var bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let whole = kernel_checksum(bytes, count)
        #expect(whole == kernel_checksum(bytes, count))
        for index in stride(from: 0, to: count, by: 13) {
            bytes[index] ^= 0x10
            #expect(kernel_checksum(bytes, count) != whole)
            bytes[index] ^= 0x10
        }
    }

    private func withTile(
        _ sums: [Int32],
        _ scales: [Float],
        _ zeros: [Int32],
        _ weightScales: [Float],
        _ weightSums: [Int32],
        _ bias: [Float],
        _ body: (KernelTile) -> Void
    ) {
        sums.withUnsafeBufferPointer { sums in
            scales.withUnsafeBufferPointer { scales in
                zeros.withUnsafeBufferPointer { zeros in
                    weightScales.withUnsafeBufferPointer { weightScales in
                        weightSums.withUnsafeBufferPointer { weightSums in
                            bias.withUnsafeBufferPointer { bias in
                                var tile = KernelTile()
                                tile.integers = sums.baseAddress
                                (tile.row_scales, tile.row_zeros) = (scales.baseAddress, zeros.baseAddress)
                                tile.weight_scales = weightScales.baseAddress
                                (tile.weight_sums, tile.bias) = (weightSums.baseAddress, bias.baseAddress)
                                body(tile)
                            }
                        }
                    }
                }
            }
        }
    }
}
