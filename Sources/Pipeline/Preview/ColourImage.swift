import CPNG

/// An sRGB colour with eight bits a channel.
public struct DisplayColour: Sendable, Hashable, Codable {
    /// 0…255.
    public var red: UInt8
    /// 0…255.
    public var green: UInt8
    /// 0…255.
    public var blue: UInt8

    /// A colour from its channels.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }
}

/// A picture that is drawn on and written as PNG.
struct ColourImage {
    let width: Int
    let height: Int
    /// width × height × 3 bytes, row-major.
    private(set) var pixels: [UInt8]

    init(width: Int, height: Int, fill: DisplayColour) {
        self.width = width
        self.height = height
        pixels = []
        pixels.reserveCapacity(width * height * 3)
        for _ in 0..<(width * height) { pixels += [fill.red, fill.green, fill.blue] }
    }

    mutating func set(_ x: Int, _ y: Int, _ colour: DisplayColour) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let offset = (y * width + x) * 3
        pixels[offset] = colour.red
        pixels[offset + 1] = colour.green
        pixels[offset + 2] = colour.blue
    }

    /// Mixes a colour in; `opacity` is 0…1.
    mutating func blend(_ x: Int, _ y: Int, _ colour: DisplayColour, opacity: Double) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let offset = (y * width + x) * 3
        for (channel, value) in [colour.red, colour.green, colour.blue].enumerated() {
            let mixed = Double(pixels[offset + channel]) * (1 - opacity) + Double(value) * opacity
            pixels[offset + channel] = UInt8(mixed.rounded())
        }
    }

    mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: DisplayColour) {
        for row in y..<(y + height) {
            for column in x..<(x + width) { set(column, row, colour) }
        }
    }

    /// Draws text with its upper left corner at (x, y), each dot `scale` pixels wide.
    mutating func draw(_ text: String, x: Int, y: Int, scale: Int = 1, _ colour: DisplayColour) {
        for (index, character) in text.enumerated() {
            let left = x + index * (GlyphFont.width + 1) * scale
            for (row, bits) in GlyphFont.rows(of: character).enumerated() {
                for column in 0..<GlyphFont.width where bits >> (GlyphFont.width - 1 - column) & 1 == 1 {
                    fill(x: left + column * scale, y: y + row * scale, width: scale, height: scale, colour)
                }
            }
        }
    }

    static func textWidth(_ text: String, scale: Int = 1) -> Int {
        text.count * (GlyphFont.width + 1) * scale
    }

    /// The bytes of a PNG file, or `nil` when the library refuses.
    func pngBytes() -> [UInt8]? {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = UInt32(width)
        image.height = UInt32(height)
        image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
        defer { png_image_free(&image) }
        var size = width * height * 3 + height + 65_536
        var bytes = [UInt8](repeating: 0, count: size)
        guard png_image_write_to_memory(&image, &bytes, &size, 0, pixels, Int32(width * 3), nil) != 0 else {
            return nil
        }
        return Array(bytes.prefix(size))
    }
}
