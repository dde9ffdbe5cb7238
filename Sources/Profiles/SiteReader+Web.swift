import DurableFiles

// How the review page is reached.

extension SiteReader {
    func web(_ element: XMLElement, _ reader: inout ElementReader) -> SiteConfiguration.Web {
        let (host, port) = address(element, &reader)
        let names = words(reader.optionalText(element, "names"))
        let proxy = words(reader.optionalText(element, "proxy"))
        let web = SiteConfiguration.Web(
            host: host,
            port: port,
            names: names,
            users: path(element, "users") ?? folder.appending("users.json"),
            audit: path(element, "audit") ?? folder.appending("audit.jsonl"),
            certificate: path(element, "certificate"),
            key: path(element, "key"),
            proxy: proxy,
            proxySecret: path(element, "proxySecret"),
            proxyHeader: reader.optionalText(element, "proxyHeader") ?? "X-Preread-Proxy",
            idleMinutes: reader.integer(element, "idleMinutes") ?? 15,
            connections: reader.integer(element, "connections") ?? 2_048
        )
        check(web, element, &reader)
        return web
    }

    private func words(_ text: String?) -> [String] { (text ?? "").split(separator: " ").map(String.init) }

    /// An address and a port, as `127.0.0.1:8420` or `[::1]:8420`.
    private func address(_ element: XMLElement, _ reader: inout ElementReader) -> (String, Int) {
        let text = reader.optionalText(element, "listen") ?? "127.0.0.1:8420"
        if let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) {
            var host = text[..<colon]
            if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
            let isNumeric = host.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == "." || $0 == ":") }
            if !host.isEmpty, isNumeric { return (String(host), Int(port)) }
        }
        reader.report(
            element,
            "listen=\"\(text)\" is not a numeric address with a port",
            remedy: "Write it like '127.0.0.1:8420' or '[::1]:8420'"
        )
        return ("127.0.0.1", 8_420)
    }

    private func check(_ web: SiteConfiguration.Web, _ element: XMLElement, _ reader: inout ElementReader) {
        if (web.certificate == nil) != (web.key == nil) {
            reader.report(element, "certificate and key go together", remedy: "Give both, or neither")
        }
        if web.proxy.isEmpty != (web.proxySecret == nil) {
            reader.report(
                element,
                "proxy and proxySecret go together",
                remedy: "Give the proxy's address and the file with its secret, or neither"
            )
        }
    }
}
