import Tensors
import Testing

@Suite("Memory of tensors")
struct TensorMemoryTests {
    @Test("never belongs to two tensors at a time, however it is kept and given back")
    func whenTensorsComeAndGo_thenEachHasItsOwnElements() {
        var living: [Tensor] = []
        var noise = 1
        for round in 0..<400 {
            noise = (noise * 1_103_515_245 + 12_345) & 0x7fff_ffff
            let count = 6_000 + noise % 50_000
            living.append(Tensor(shape: [count]) { $0.initialize(repeating: Float(round)) })
            if living.count > 12 { living.remove(at: noise % living.count) }
            for tensor in living {
                let values = tensor.values
                #expect(values.first == values.last && values.first == values[values.count / 2])
            }
        }
        #expect(Set(living.compactMap(\.values.first)).count == living.count)
    }
}
