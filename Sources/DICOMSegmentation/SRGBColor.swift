import Foundation

/// A colour as screens know it (IEC 61966-2-1), for Recommended Display CIELab Value.
public struct SRGBColor: Sendable, Hashable, Codable {
    /// Red, gamma-encoded.
    public let red: UInt8
    /// Green, gamma-encoded.
    public let green: UInt8
    /// Blue, gamma-encoded.
    public let blue: UInt8

    /// A colour from its components, 0 to 255.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// The colour in the profile connection space of ICC (white D50), scaled to 16 bits as PS3.3 section C.10.7.1.1
    /// asks: L* 0…100 to 0…65535, a* and b* -128…127 to 0…65535.
    public var dicomCIELab: [UInt16] {
        let (r, g, b) = (Self.linear(red), Self.linear(green), Self.linear(blue))
        // sRGB primaries, adapted from D65 to D50 by the Bradford method.
        let x = 0.4360747 * r + 0.3850649 * g + 0.1430804 * b
        let y = 0.2225045 * r + 0.7168786 * g + 0.0606169 * b
        let z = 0.0139322 * r + 0.0971045 * g + 0.7141733 * b
        let (fx, fy, fz) = (Self.compressed(x / 0.96422), Self.compressed(y), Self.compressed(z / 0.82521))
        return [
            Self.scaled((116 * fy - 16) / 100),
            Self.scaled((500 * (fx - fy) + 128) / 255),
            Self.scaled((200 * (fy - fz) + 128) / 255),
        ]
    }

    private static func linear(_ component: UInt8) -> Double {
        let value = Double(component) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }

    /// The cube root of CIE 1976 with its linear foot.
    private static func compressed(_ ratio: Double) -> Double {
        ratio > 216.0 / 24389 ? cbrt(ratio) : (24389.0 / 27 * ratio + 16) / 116
    }

    private static func scaled(_ fraction: Double) -> UInt16 {
        UInt16((min(max(fraction, 0), 1) * 65535).rounded())
    }
}
