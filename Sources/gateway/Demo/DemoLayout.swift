import Sessions

/// What every page of the demo has around its content: who is signed in, the way around, and messages.
enum DemoLayout {
    /// A whole page; `content` is HTML.
    static func page(_ request: DemoRequest, title: String, _ content: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <link rel="icon" href="data:,">
        <title>\(HTML.escaped(title)) · gateway demo</title>
        <style>\(style)</style>
        </head>
        <body>
        <header>
        <nav><a href="/">Home</a> <a href="/notes">Notes</a> <a href="/cart">Cart</a> <a href="/once">Once</a>
        <a href="/boom">500</a> <a href="/api/hello">API</a></nav>
        \(visitor(request))
        </header>
        <main>
        \(messages(request))
        <h1>\(HTML.escaped(title))</h1>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    private static func visitor(_ request: DemoRequest) -> String {
        guard case .string(let name)? = request.session["name"] else { return "<a href=\"/sign-in\">Sign in</a>" }
        return
            "<form method=\"post\" action=\"/sign-out\">Signed in as <b>\(HTML.escaped(name))</b> <button>Sign out</button></form>"
    }

    private static func messages(_ request: DemoRequest) -> String {
        var html = ""
        for member in request.flash.list {
            guard case .array(let texts) = member.value else { continue }
            for case .string(let text) in texts {
                html += "<p class=\"flash \(HTML.escaped(member.name))\">\(HTML.escaped(text))</p>\n"
            }
        }
        return html
    }

    private static let style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 52rem; margin: 0 auto; padding: 1rem; }
        header { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; align-items: center;
        border-bottom: 1px solid #8884; padding-bottom: .75rem; }
        nav a { margin-right: .75rem; }
        form { display: inline-block; margin: 0 .5rem 0 0; }
        input, button { font: inherit; padding: .2rem .6rem; }
        code { background: #8882; padding: 0 .25rem; border-radius: 3px; }
        table { border-collapse: collapse; width: 100%; font: 13px/1.5 ui-monospace, monospace; }
        td { border-top: 1px solid #8883; padding: .25rem .5rem; vertical-align: top; overflow-wrap: anywhere; }
        td:first-child { white-space: nowrap; }
        .flash { padding: .5rem .75rem; border-left: 4px solid #888; background: #8882; }
        .success { border-color: #2a9d4a; }
        .danger { border-color: #d33; }
        .count { font-size: 3rem; margin: 0; }
        """
}
