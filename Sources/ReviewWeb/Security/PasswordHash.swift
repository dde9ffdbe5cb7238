import Crypto
import CryptoExtras
import Foundation

/// A password as it is stored: scrypt (RFC 7914) with its salt and its costs.
///
/// Spelled `$scrypt$ln=17,r=8,p=1$SALT$KEY` in base64 without padding.
public struct PasswordHash: Sendable, Hashable {
    /// How much work one guess is.
    public struct Cost: Sendable, Hashable {
        /// The logarithm to base 2 of the memory and time cost N.
        public let logRounds: Int
        /// The block size r.
        public let blockSize: Int
        /// The parallelism p.
        public let parallelism: Int

        /// A cost inside of what this program computes: at most 1 GiB of memory.
        public init?(logRounds: Int, blockSize: Int, parallelism: Int) {
            guard (1...20).contains(logRounds), (1...32).contains(blockSize), (1...16).contains(parallelism),
                128 * blockSize << logRounds <= 1 << 30
            else { return nil }
            self.logRounds = logRounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        private init(_ logRounds: Int, _ blockSize: Int, _ parallelism: Int) {
            self.logRounds = logRounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// OWASP's Password Storage Cheat Sheet, scrypt: N = 2^17 (128 MiB), r = 8, p = 1.
        public static let recommended = Cost(17, 8, 1)
    }

    private let cost: Cost
    private let salt: [UInt8]
    private let key: [UInt8]

    /// Hashes a password with a salt of its own.
    ///
    /// - Throws: what the derivation throws where there is no memory for it.
    public init(_ password: String, cost: Cost = .recommended) throws {
        self.cost = cost
        salt = Secrets.bytes(16)
        key = try Self.derive(password, salt: salt, cost: cost)
    }

    /// Reads the stored form.
    public init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let cost = Cost(spelled: parts[2]),
            let salt = Data(unpadded: parts[3]), let key = Data(unpadded: parts[4]), salt.count >= 8, key.count == 32
        else { return nil }
        self.cost = cost
        self.salt = Array(salt)
        self.key = Array(key)
    }

    /// The stored form.
    public var text: String {
        let costs = "ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
        return "$scrypt$\(costs)$\(Data(salt).unpadded)$\(Data(key).unpadded)"
    }

    /// Whether it is the hash of a password. Takes the time and memory of ``Cost``: never call it on a thread that others
    /// wait for.
    public func matches(_ password: String) throws -> Bool {
        Secrets.areEqual(try Self.derive(password, salt: salt, cost: cost), key)
    }

    /// Passwords are compared in one normal form, so that an ü is the same from every keyboard.
    private static func derive(_ password: String, salt: [UInt8], cost: Cost) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.precomposedStringWithCanonicalMapping.utf8),
            salt: salt,
            outputByteCount: 32,
            rounds: 1 << cost.logRounds,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        )
        return key.withUnsafeBytes { Array($0) }
    }
}

extension PasswordHash.Cost {
    fileprivate init?(spelled text: String) {
        let parts = text.split(separator: ",").map { $0.split(separator: "=") }
        guard parts.count == 3, parts.allSatisfy({ $0.count == 2 }), parts.map({ $0[0] }) == ["ln", "r", "p"],
            let logRounds = Int(parts[0][1]), let blockSize = Int(parts[1][1]), let parallelism = Int(parts[2][1])
        else { return nil }
        self.init(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
    }
}

extension Data {
    fileprivate var unpadded: String { base64EncodedString().replacingOccurrences(of: "=", with: "") }

    fileprivate init?(unpadded text: String) {
        self.init(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}
