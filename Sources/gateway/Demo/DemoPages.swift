import Sessions

/// The pages of the demo's service.
enum DemoPages {
    static func home(_ request: DemoRequest) -> String {
        DemoLayout.page(
            request,
            title: "Home",
            """
            <p>This page comes from a service that has no session library, no secret and no cookie. The gateway in front
            opens the session, hands it over in a header, and saves what the service changes.</p>
            <h2>What the service received from the gateway</h2>
            \(table(request.fields.filter(isFromGateway)))
            <h2>and from the browser</h2>
            \(table(request.fields.filter { !isFromGateway($0) }))
            """
        )
    }

    private static func table(_ fields: [DemoRequest.Field]) -> String {
        let rows = fields.map { "<tr><td>\(HTML.escaped($0.name))</td><td>\(HTML.escaped($0.value))</td></tr>" }
        return "<table>\(rows.joined())</table>"
    }

    private static func isFromGateway(_ field: DemoRequest.Field) -> Bool {
        let name = field.name.lowercased()
        return ["x-session", "x-flash", "x-forwarded-"].contains(where: name.hasPrefix)
            || ["x-user-id", "x-request-id", "via"].contains(name)
    }

    static func signIn(_ request: DemoRequest, isRefused: Bool = false) -> String {
        DemoLayout.page(
            request,
            title: "Sign in",
            """
            \(isRefused ? "<p class=\"flash danger\">A name has 1 to 40 characters.</p>" : "")
            <form method="post" action="/sign-in">
            <label>Your name <input name="name" maxlength="40" required autofocus></label>
            <button>Sign in</button>
            </form>
            <p>The service answers the form with
            <code>X-Session-Set: {"user_id":…,"name":…}</code>, <code>X-Session-Renew: 1</code> and
            <code>X-Flash-Add: {"success":"Welcome, …"}</code>. None of the three reaches the browser.</p>
            """
        )
    }

    static func notes(_ request: DemoRequest) -> String {
        var items = ""
        if case .array(let notes)? = request.session["notes"] {
            for case .string(let note) in notes { items += "<li>\(HTML.escaped(note))</li>" }
        }
        return DemoLayout.page(
            request,
            title: "Notes",
            """
            <ul>\(items)</ul>
            <form method="post" action="/notes">
            <label>A note <input name="text" maxlength="60" autofocus></label> <button>Save</button>
            </form>
            <p>The form is answered with a redirect, the note goes into the session, and “Saved.” is shown by the next page,
            once: reload, and it is gone.</p>
            """
        )
    }

    static func cart(_ request: DemoRequest) -> String {
        DemoLayout.page(
            request,
            title: "Cart",
            """
            <p class="count">\(cartCount(request))</p>
            <form method="post" action="/cart"><button>Add one</button></form>
            <form method="post" action="/cart/empty"><button>Empty</button></form>
            <p><code>X-Session-Set: {"cart":n}</code> and <code>X-Session-Delete: cart</code>.</p>
            """
        )
    }

    static func cartCount(_ request: DemoRequest) -> Int {
        if case .number(let number)? = request.session["cart"] { Int(number.text) ?? 0 } else { 0 }
    }

    static func once(_ request: DemoRequest) -> String {
        var token = "<p>No token came with this request.</p>"
        if case .string(let text)? = request.session["token"] {
            token =
                "<p>A token came with this request: <code>\(HTML.escaped(text))</code>. Reload: it comes no more.</p>"
        }
        return DemoLayout.page(
            request,
            title: "Once",
            """
            \(token)
            <form method="post" action="/once"><button>Make a token</button></form>
            <p><code>X-Session-Set-Once: {"token":"…"}</code> hands a value to exactly one later request.</p>
            """
        )
    }

    static func boom(_ request: DemoRequest) -> String {
        DemoLayout.page(
            request,
            title: "500",
            """
            <p>This answer has status 500 and asked for <code>boom</code> to be set and for a message. Both are dropped: look at
            <a href="/">the headers</a> of the next request.</p>
            """
        )
    }

    static func notFound(_ request: DemoRequest) -> String {
        DemoLayout.page(
            request,
            title: "Not found",
            "<p>There is no page at <code>\(HTML.escaped(request.path))</code>.</p>"
        )
    }
}
