import DurableFiles
import Foundation
import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The review page: a web server for the people of a site.
package struct ReviewService: Service {
    /// Every route that takes a session.
    package let routes: [ReviewRoute]
    private let settings: ReviewSettings
    private let access: ReviewAccess
    /// Answers a request that passed the server.
    let responder: RouterResponder<ReviewContext>
    private let events: EventHub
    private let port: BoundPort
    private let tls: TLSConfiguration?
    private let logger: Logger

    /// The largest header of a request, in bytes.
    private static let largestHeader = 16 << 10
    /// A connection without a request is closed after so long, and so is one whose request does not end.
    private static let patience = TimeAmount.seconds(60)

    /// Puts the service together; nothing is bound yet.
    ///
    /// - Parameters:
    ///   - settings: how it is reached.
    ///   - access: who may come in.
    ///   - events: what the page is told by itself.
    ///   - areas: the interface.
    ///   - logger: is told nothing of patients.
    /// - Throws: ``ReviewSettingsError`` where patient data would not be safe; what the certificate's files throw.
    package init(
        _ settings: ReviewSettings,
        access: ReviewAccess,
        events: EventHub,
        areas: [any ReviewRoutes],
        logger: Logger
    ) throws {
        try settings.check()
        self.settings = settings
        self.access = access
        self.events = events
        port = BoundPort(settings.port)
        tls = try settings.tls.map(Self.configuration)
        let stream = EventRoutes(hub: events, authentication: access.authentication)
        let router = ReviewRouter(settings, port: port, access: access, areas: [stream] + areas)
        routes = router.routes
        responder = router.router.buildResponder()
        var logger = logger
        // What the server says of single requests may hold what stands in them.
        logger.logLevel = max(logger.logLevel, .notice)
        self.logger = logger
    }

    /// Answers until the group shuts down.
    package func run() async throws {
        try await access.audit.note(AuditEntry(.start))
        let application = try application()
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: {
            // The server waits for the answers that it has begun, and these have no end of their own.
            events.close()
        }
        try await access.audit.note(AuditEntry(.stop))
    }

    /// The server as a value, which tests ask without a socket.
    package func application() throws -> Application<RouterResponder<ReviewContext>> {
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestDeadline(limit: Self.patience)],
            idleTimeout: Self.patience,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Self.largestHeader,
                maxHeaderListSize: Self.largestHeader,
                maxHeaderFieldCount: 64
            )
        )
        var server = HTTPServerBuilder.http1(configuration: channel)
        if let tls { server = try .tls(server, tlsConfiguration: tls) }
        let (port, logger, settings) = (port, logger, settings)
        return Application(
            responder: responder,
            server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                backlog: 1_024,
                availableConnectionsDelegate: .maximum(settings.connections, logger: logger)
            ),
            services: [events],
            onServerRunning: { channel in
                if let bound = channel.localAddress?.port { port.number = bound }
                logger.notice(
                    "the review page is served",
                    metadata: [
                        "address": "\(settings.host)", "port": "\(port.number)", "tls": "\(settings.tls != nil)",
                    ]
                )
            },
            logger: logger
        )
    }

    private static func configuration(_ files: ReviewSettings.TLSFiles) throws -> TLSConfiguration {
        var status = stat()
        guard files.key.withCString({ stat($0, &status) }) == 0 else {
            throw ReviewSettingsError("the certificate's key cannot be read: \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw ReviewSettingsError(
                "the certificate's key is readable for others: make it yours alone with chmod 600"
            )
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(String(decoding: files.certificate.bytes, as: UTF8.self))
            let key = try NIOSSLPrivateKey(file: String(decoding: files.key.bytes, as: UTF8.self), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return configuration
        } catch {
            throw ReviewSettingsError("the certificate or its key cannot be used: \(error)")
        }
    }
}
