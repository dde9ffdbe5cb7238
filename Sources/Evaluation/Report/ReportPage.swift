/// The frame of a report: one file that needs nothing else, no script and no network.
struct ReportPage {
    let title: String
    /// A line below the title.
    let subtitle: String
    let sections: [Markup]
    /// What it ends with.
    var footer = ReportPage.disclaimer

    /// What reports on reviewed cases end with.
    static let disclaimer =
        "Preread is not a medical device. Its segmentations are pre-reads for review by a qualified person and never the "
        + "diagnosis; this report says how they compared with reviewed cases and nothing of any patient's care."

    var html: String {
        let head = Markup.element(
            "head",
            [:],
            [
                .verbatim("<meta charset=\"utf-8\">"),
                .verbatim("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"),
                .verbatim("<meta name=\"color-scheme\" content=\"light\">"),
                .element("title", text: title), .element("style", [:], [Self.style]),
            ]
        )
        let body = Markup.element(
            "body",
            [:],
            [
                .element("h1", text: title), .element("p", ["class": "subtitle"], text: subtitle),
            ] + sections + [.element("footer", text: footer)]
        )
        return "<!DOCTYPE html>\n" + Markup.element("html", ["lang": "en"], [head, body]).source + "\n"
    }

    /// A heading with what belongs below it.
    static func section(_ heading: String, _ parts: [Markup]) -> Markup {
        .element("section", [:], [.element("h2", text: heading)] + parts)
    }

    static func note(_ text: String) -> Markup { .element("p", ["class": "note"], text: text) }

    static func list(_ lines: [String], style: String = "plain") -> Markup {
        .element("ul", ["class": style], lines.map { .element("li", text: $0) })
    }

    /// A picture with its caption.
    static func figure(_ picture: Markup, _ caption: String) -> Markup {
        .element("figure", [:], [picture, .element("figcaption", text: caption)])
    }

    /// Names and values, one below the other.
    static func facts(_ facts: [(name: String, value: String)]) -> Markup {
        .element(
            "dl",
            [:],
            facts.flatMap { [.element("dt", text: $0.name), .element("dd", text: $0.value)] }
        )
    }

    /// A table whose first column is text and whose others are numbers.
    static func table(_ header: [String], _ rows: [[String]]) -> Markup {
        func row(_ cells: [String], _ name: StaticString) -> Markup {
            .element("tr", [:], cells.map { .element(name, text: $0) })
        }
        let table = Markup.element(
            "table",
            [:],
            [
                .element("thead", [:], [row(header, "th")]),
                .element("tbody", [:], rows.map { row($0, "td") }),
            ]
        )
        return .element("div", ["class": "scroll"], [table])
    }

    /// Which colour is which model.
    static func legend(_ entries: [(style: String, name: String)]) -> Markup {
        .element(
            "p",
            ["class": "legend"],
            entries.map { entry in
                .element("span", [:], [.element("i", ["class": entry.style]), .text(entry.name)])
            }
        )
    }

    private static let style = Markup.verbatim(
        """
        :root{--ink:#1d2733;--soft:#5d6b7a;--rule:#dfe4ea;--before:#98a2ae;--after:#1f6f8b;--worse:#b4532a}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:2.5rem 1.5rem 4rem;max-width:60rem;background:#fff;color:var(--ink);
        font:16px/1.55 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem;font-weight:650}
        h2{font-size:1.15rem;margin:2.5rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--rule);font-weight:650}
        .subtitle,.note,figcaption,footer{color:var(--soft)}
        .note,figcaption{font-size:.875rem;margin:.5rem 0}
        .verdict{font-size:1.05rem;padding:.9rem 1.1rem;margin:1.5rem 0 0;border-left:4px solid var(--before);
        background:#f5f7f9;border-radius:0 4px 4px 0}
        .verdict.promote{border-color:var(--after)}.verdict.keep{border-color:var(--worse)}
        ul{padding-left:1.2rem;margin:.5rem 0}li{margin:.2rem 0}
        ul.checks{list-style:none;padding:0}ul.checks li{padding-left:1.6rem;position:relative;font-size:.93rem}
        ul.checks li::before{position:absolute;left:0}
        ul.checks li.kept::before{content:"✓";color:var(--after)}
        ul.checks li.broken::before{content:"✗";color:var(--worse)}ul.checks li.broken{font-weight:600}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.25rem;margin:.5rem 0}
        dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;width:100%}
        th{font-weight:600;color:var(--soft);border-bottom:1px solid var(--ink)}
        td{border-bottom:1px solid var(--rule)}
        th,td{padding:.35rem .5rem;text-align:right;vertical-align:top;white-space:nowrap}
        th:first-child,td:first-child{text-align:left;padding-left:0}th{white-space:normal;vertical-align:bottom}
        figure{margin:1rem 0}svg{width:100%;height:auto;display:block}
        svg text{font:12px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--soft)}
        svg .name{fill:var(--ink);font-size:13px}svg .title{font-size:12px}
        svg .grid{stroke:var(--rule);stroke-width:1}
        svg .whisker{stroke-width:2.5;stroke-linecap:round;opacity:.55}
        svg circle.before{fill:var(--before)}svg circle.after{fill:var(--after)}
        svg line.before{stroke:var(--before)}svg line.after{stroke:var(--after)}
        svg .pair{stroke:var(--after);opacity:.5;stroke-width:1.5}svg .pair.worse{stroke:var(--worse)}
        svg .mean{stroke:var(--ink);stroke-width:1.25}svg .limit{stroke:var(--soft);stroke-dasharray:5 4}
        svg polyline{fill:none;stroke-width:1.75}
        svg polyline.before{stroke:var(--before)}svg polyline.after{stroke:var(--after)}
        .legend span{margin-right:1.4rem;font-size:.875rem}
        .legend i{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.45em}
        .legend i.before{background:var(--before)}.legend i.after{background:var(--after)}
        footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);font-size:.875rem}
        @media print{body{max-width:none;padding:0}h2{break-after:avoid}figure,tr{break-inside:avoid}}
        """
    )
}
