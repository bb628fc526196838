import Testing

/// `gateway demo`: what a first look shows must be true.
struct DemoTests {
    @Test func `one can sign in, see the message once, call the API without a session, and sign out`() throws {
        let gateway = try GatewayProcess(command: ["demo", "--port", "0"], in: TemporaryDirectory())
        let client = try gateway.connect()
        var jar = CookieJar()
        let page = "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\n"
        let visitor = try client.get("/", page)
        #expect(visitor.status == 200)
        #expect(visitor.setCookies.isEmpty)

        let form = "name=Ada"
        let signIn = try client.post("/sign-in", "Content-Type: application/x-www-form-urlencoded\r\n", body: form)
        #expect((300..<400).contains(signIn.status))
        jar.take(signIn)
        #expect(jar["demo_session"] != nil)
        let home = try client.get("/", page + jar.line)
        jar.take(home)
        #expect(home.text.contains("Ada"))
        #expect(home.text.contains("<p class=\"flash "))
        let again = try client.get("/", page + jar.line)
        #expect(again.text.contains("Ada"))
        #expect(!again.text.contains("<p class=\"flash "))

        let api = try client.get("/api/hello", "X-Session: {\"user_id\":1}\r\n" + jar.line)
        #expect(api.status == 200)
        #expect(api.setCookies.isEmpty)
        #expect(try client.post("/sign-out", "Origin: https://evil.example\r\n" + jar.line).status == 403)

        let signOut = try client.post("/sign-out", jar.line)
        #expect(signOut.setCookie("demo_session")?.isDeletion == true)
        jar.take(signOut)
        #expect(jar["demo_session"] == nil)
        #expect(try client.get("/healthz").text == "ok")
        #expect(try gateway.stop() == .status(0))
    }
}
