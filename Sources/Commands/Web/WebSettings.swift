import DurableFiles
import Glibc
import Profiles
import ReviewWeb

extension ReviewSettings {
    /// How a site's page is reached.
    init(_ web: SiteConfiguration.Web) throws {
        var proxy: TrustedProxy?
        if let path = web.proxySecret {
            proxy = TrustedProxy(
                addresses: Set(web.proxy),
                header: web.proxyHeader,
                secret: try SecretFile.read(path, what: "the proxy's secret")
            )
        }
        var tls: TLSFiles?
        if let certificate = web.certificate, let key = web.key { tls = TLSFiles(certificate: certificate, key: key) }
        self.init(host: web.host, port: web.port, tls: tls, proxy: proxy, names: web.names)
        idleMinutes = web.idleMinutes
        connections = web.connections
    }
}

/// A secret in a file that nobody but its owner may read.
enum SecretFile {
    /// The first line of the file.
    static func read(_ path: RawPath, what: String) throws -> String {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else {
            throw CommandFailure(.environment, "\(what) at \(path.displayName): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CommandFailure(
                .environment,
                "\(what) at \(path.displayName) is readable for others: make it yours alone with chmod 600"
            )
        }
        do throws(FileError) {
            let bytes = try ReadOnlyFile(path, subject: "secret").readAll(limit: 4_096)
            return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        } catch {
            throw CommandFailure(.environment, "\(what) at \(path.displayName): \(error.description)")
        }
    }
}
