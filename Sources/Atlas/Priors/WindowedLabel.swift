/// A label's probabilities on the part of a grid where they are not 0.
struct WindowedLabel: Sendable {
    let label: UInt16
    let window: GridWindow
    /// 0…1, x fastest; 0 outside the window.
    let values: [Float]
}
