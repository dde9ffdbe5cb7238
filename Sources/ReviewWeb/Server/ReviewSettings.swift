import DurableFiles

/// How the review page is reached, and by whom.
public struct ReviewSettings: Sendable, Hashable {
    /// The numeric address that is bound; `127.0.0.1` by default.
    public var host: String
    /// The port; 0 for any that is free.
    public var port: Int
    /// Certificate and key; `nil` for plain HTTP.
    public var tls: TLSFiles?
    /// The proxy that ends TLS, where there is one; then nobody else is answered.
    public var proxy: TrustedProxy?
    /// Values of `Host` that are answered beside the address itself: names, with a port where it is not the bound one.
    public var names: [String]
    /// Minutes without a request after which a person has to log in again.
    public var idleMinutes: Int
    /// Connections at the same time; more wait in the kernel's queue.
    public var connections: Int

    /// Where certificate and key lie.
    public struct TLSFiles: Sendable, Hashable {
        /// The certificate with its chain, PEM.
        public let certificate: RawPath
        /// The private key, PEM; nobody but its owner may be able to read it.
        public let key: RawPath

        /// Names the two files.
        public init(certificate: RawPath, key: RawPath) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// A proxy is known by its address and by a secret that it puts into each request.
    public struct TrustedProxy: Sendable, Hashable {
        /// Numeric addresses that the proxy connects from.
        public let addresses: Set<String>
        /// The header field that holds ``secret``.
        public let header: String
        /// At least 32 characters that only the proxy and this program know.
        public let secret: String

        /// Names the proxy.
        public init(addresses: Set<String>, header: String, secret: String) {
            self.addresses = addresses
            self.header = header
            self.secret = secret
        }
    }

    /// Loopback without TLS, unless more is said.
    public init(
        host: String = "127.0.0.1",
        port: Int = 8_420,
        tls: TLSFiles? = nil,
        proxy: TrustedProxy? = nil,
        names: [String] = []
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.proxy = proxy
        self.names = names
        idleMinutes = 15
        connections = 2_048
    }

    /// Whether browsers reach the page by HTTPS.
    public var isSecure: Bool { tls != nil || proxy != nil }

    /// Whether nobody outside of this machine can connect.
    public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    /// Refuses what would show patient data to a network.
    ///
    /// - Throws: ``ReviewSettingsError`` with what has to be changed.
    public func check() throws(ReviewSettingsError) {
        guard isLoopback || tls != nil || proxy != nil else {
            throw ReviewSettingsError(
                "the review page would be sent over the network in the clear: give a certificate and a key, or a proxy "
                    + "with a secret, or listen on 127.0.0.1"
            )
        }
        guard tls == nil || proxy == nil else {
            throw ReviewSettingsError("TLS ends either here or at the proxy: give a certificate or a proxy, not both")
        }
        if let proxy {
            guard !proxy.addresses.isEmpty else {
                throw ReviewSettingsError("the proxy needs the address that it connects from")
            }
            guard proxy.secret.utf8.count >= 32 else {
                throw ReviewSettingsError("the proxy's secret needs at least 32 characters")
            }
        }
        guard !names.isEmpty || isLoopback || !["0.0.0.0", "::"].contains(host) else {
            throw ReviewSettingsError("listening on every address needs the names by which the page is reached")
        }
    }
}

/// Settings under which the review page must not start.
public struct ReviewSettingsError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what can be done.
    public let description: String

    init(_ description: String) { self.description = description }
}
