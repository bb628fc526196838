import Sessions

/// What the demo's service answers: the session comes in `X-Session`, and changes go out in `X-Session-…`.
///
/// It has no session library, no cookie and no secret.
enum DemoService {
    /// Answers one request.
    static func answer(_ request: DemoRequest) -> DemoResponse {
        if request.path == "/api" || request.path.hasPrefix("/api/") { return api(request) }
        switch (request.method == "HEAD" ? "GET" : request.method, request.path) {
        case ("GET", "/"): return page(DemoPages.home(request))
        case ("GET", "/sign-in"): return page(DemoPages.signIn(request))
        case ("POST", "/sign-in"): return signIn(request)
        case ("POST", "/sign-out"): return signOut()
        case ("GET", "/notes"): return page(DemoPages.notes(request))
        case ("POST", "/notes"): return addNote(request)
        case ("GET", "/cart"): return page(DemoPages.cart(request))
        case ("POST", "/cart"): return addToCart(request)
        case ("POST", "/cart/empty"): return emptyCart()
        case ("GET", "/once"): return page(DemoPages.once(request))
        case ("POST", "/once"): return issueToken()
        case ("GET", "/boom"): return boom(request)
        default: return page(DemoPages.notFound(request), status: 404)
        }
    }

    private static func page(_ html: String, status: Int = 200) -> DemoResponse {
        DemoResponse(status: status, type: "text/html; charset=utf-8", text: html)
            .adding(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'"
            )
    }

    // MARK: Forms

    private static func signIn(_ request: DemoRequest) -> DemoResponse {
        let name = request.form("name") ?? ""
        guard !name.isEmpty, name.count <= 40 else {
            return page(DemoPages.signIn(request, isRefused: true), status: 422)
        }
        // A real service looks the person up and checks a password.
        let id = name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) % 9000 } + 1000
        return .seeOther("/")
            .adding("X-Session-Set", json: ["user_id": .number(NumberText(id)), "name": .string(name)])
            .adding("X-Session-Renew", "1")
            .adding("X-Flash-Add", json: ["success": .string("Welcome, \(name).")])
    }

    private static func signOut() -> DemoResponse {
        .seeOther("/").adding("X-Session-Clear", "1").adding("X-Flash-Add", json: ["success": "Bye."])
    }

    private static func addNote(_ request: DemoRequest) -> DemoResponse {
        let text = String((request.form("text") ?? "").prefix(60))
        guard !text.isEmpty else {
            return .seeOther("/notes").adding("X-Flash-Add", json: ["danger": "A note needs a text."])
        }
        var notes: [Value] = []
        if case .array(let kept)? = request.session["notes"] { notes = kept.suffix(4) }
        notes.append(.string(text))
        return .seeOther("/notes")
            .adding("X-Session-Set", json: ["notes": .array(notes)])
            .adding("X-Flash-Add", json: ["success": "Saved."])
    }

    private static func addToCart(_ request: DemoRequest) -> DemoResponse {
        let count = DemoPages.cartCount(request)
        return .seeOther("/cart").adding("X-Session-Set", json: ["cart": .number(NumberText(min(count, 999) + 1))])
    }

    private static func emptyCart() -> DemoResponse {
        .seeOther("/cart").adding("X-Session-Delete", "cart")
    }

    private static func issueToken() -> DemoResponse {
        let token = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        return .seeOther("/once").adding("X-Session-Set-Once", json: ["token": .string(token)])
    }

    private static func boom(_ request: DemoRequest) -> DemoResponse {
        page(DemoPages.boom(request), status: 500)
            .adding("X-Session-Set", json: ["boom": true])
            .adding("X-Flash-Add", json: ["danger": "You never see this."])
    }

    // MARK: The API

    /// What the service received, as JSON: on a Null route no cookie of a session is among it.
    private static func api(_ request: DemoRequest) -> DemoResponse {
        var lines: [String] = []
        for field in request.fields {
            var text: [UInt8] = []
            JSON.write(.array([.string(field.name), .string(field.value)]), into: &text)
            lines.append("    " + String(decoding: text, as: UTF8.self))
        }
        var path: [UInt8] = []
        JSON.write(.string(request.path), into: &path)
        let json = """
            {
              "path": \(String(decoding: path, as: UTF8.self)),
              "headers": [
            \(lines.joined(separator: ",\n"))
              ]
            }

            """
        return DemoResponse(type: "application/json", text: json)
    }
}
