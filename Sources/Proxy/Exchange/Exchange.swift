import HTTP
import LinuxIO
import Sessions
import Upstream

/// One request and its response on their way through the gateway.
///
/// ```
/// receiveHead ▶ chooseRoute ▶ openSession ▶ sendUpstream ▶ relayResponse ▶ saveSession ▶ finish
/// ```
///
/// The client's side hands it a head, parts of a body and an end; the upstream's side the same for the response;
/// whichever cannot take more makes the other one pause. It does not know what carries either side. Exchanges are used
/// again, so that a request allocates nothing.
///
/// One piece because the steps above are read, and change, together; what each of them computes stands in files of its
/// own.
final class Exchange: StoreWaiter {
    unowned(unsafe) let worker: Worker
    private(set) unowned(unsafe) var client: ClientConnection?
    private(set) lazy var upstream = UpstreamStream(exchange: self, worker: worker)
    var state = ExchangeState()
    /// The route file it began by, whatever is read meanwhile.
    private(set) var edition: Edition

    /// The request's head as it came: ranges of `head` are offsets into these bytes.
    let headBytes: ByteBuffer
    var head = RequestHead()
    private(set) var facts = RequestFacts()
    private(set) var route: Route?
    let visit = SessionVisit()
    private let target = TargetScratch()

    private(set) var requestID = RequestID()
    private var sentInterimContinue = false
    private var isResponseChunked = false
    /// Whether the client takes the connection's end for the body's.
    var isResponseUntilClose = false
    private var isUpstreamPaused = false
    /// What a server store is asked for just now.
    var storeWait = StoreWait.nothing
    /// Counts the questions to stores: an answer to any but the last comes too late.
    var storeTicket: UInt32 = 0
    /// Tries to save again, where another answer is waited for.
    private(set) lazy var retry = Timer(worker.loop) { [unowned self] in saveAgain() }
    private var bodyReceived: UInt64 = 0
    /// What the response's `Connection` named, for its trailers: its head is gone by then.
    ///
    /// Empty for nearly every response.
    private var nominatedInResponse: [[UInt8]] = []

    // For the log.
    private(set) var startedAt: UInt64 = 0
    private(set) var startedAtWallClock: Int64 = 0
    private(set) var status = 0
    var bytesIn: UInt64 = 0
    var bytesOut: UInt64 = 0
    private(set) var failure: GatewayError?

    init(worker: Worker) {
        self.worker = worker
        edition = worker.edition
        headBytes = ByteBuffer(capacity: 1024, account: worker.memory)
        super.init()
    }

    func begin(for client: ClientConnection) {
        self.client = client
    }

    // MARK: The request

    /// The request's head is complete: `bytes` are exactly the head.
    func receiveHead(_ bytes: UnsafeBufferPointer<UInt8>) {
        started(bytes)
        state.requestHead(hasBody: hasBody)
        // Once: handed on from here it is not copied, as it would be each time it is asked of this object.
        let head = head
        do throws(GatewayError) {
            facts = try RequestFacts(
                head,
                headBytes.readable.span,
                exposedNames: edition.snapshot.exposedNames,
                isTrusted: isClientTrusted
            )
            requestID = facts.requestID(in: headBytes.readable.span, head) ?? worker.newRequestID()
            if worker.isOutOfMemory() { throw .overloaded }
            if try answerLocally() { return }
            let route = try chooseRoute(head)
            if try openSession(route, head) { try perform(route, head) }
        } catch {
            failed(error)
        }
    }

    /// A head that cannot be understood, or did not come in time: answered with what is known of it.
    func refuse(_ error: GatewayError, _ bytes: UnsafeBufferPointer<UInt8>) {
        started(bytes)
        requestID = worker.newRequestID()
        state.requestHead(hasBody: false)
        failed(error)
    }

    /// Whether bytes of a body follow the head.
    var hasBody: Bool { head.body != .none && head.body != .length(0) }

    private func started(_ bytes: UnsafeBufferPointer<UInt8>) {
        // Mostly the same: then no count of references is touched.
        if edition !== worker.edition { edition = worker.edition }
        headBytes.clear()
        headBytes.append(bytes)
        startedAt = worker.loop.now
        startedAtWallClock = worker.loop.wallNanoseconds
        bytesIn = UInt64(bytes.count)
        worker.counters.requests += 1
    }

    private var isClientTrusted: Bool { client?.isTrusted ?? false }

    /// What an intermediary answers itself: `Max-Forwards: 0` (RFC 9110 §7.6.2), an expectation nobody knows (§10.1.1).
    private func answerLocally() throws(GatewayError) -> Bool {
        if facts.hasUnknownExpectation { throw .expectationFailed }
        if facts.timesThroughHere > RequestFacts.mostTimesThroughHere { throw .loopDetected }
        guard head.method == .options, facts.maxForwards == 0 else { return false }
        respond(RespondSettings(status: 200))
        return true
    }

    private func chooseRoute(_ head: RequestHead) throws(GatewayError) -> Route {
        let snapshot = edition.snapshot
        switch target.decide(head, headBytes.readable.span, in: snapshot.table) {
        case .matched(let index):
            let route = snapshot.routes[index]
            self.route = route
            if let limit = route.maxBody, case .length(let length) = head.body, length > limit { throw .bodyTooLarge }
            return route
        case .notFound:
            throw .noRoute
        case .methodNotAllowed(let allowed):
            throw .methodNotAllowed(allow: [UInt8](allowed.joined(separator: ", ").utf8))
        case .ambiguousPath:
            throw .ambiguousPath
        }
    }

    /// Opens the session; false while its store is asked, and `storeAnswered` goes on.
    private func openSession(_ route: Route, _ head: RequestHead) throws(GatewayError) -> Bool {
        let bytes = headBytes.readable.span
        switch route.policy {
        case .null(let policy):
            policy.open(visit, head, bytes, facts, counters: &worker.counters)
        case .cookie(let policy):
            if policy.refuses(head, bytes, facts) { throw .crossSiteWrite }
            policy.open(
                visit,
                head,
                bytes,
                facts,
                now: worker.loop.wallClock,
                cache: &worker.openedSessions,
                counters: &edition.sessionCounters
            )
        case .stored(let policy):
            if policy.cookies.refuses(head, bytes, facts) { throw .crossSiteWrite }
            // What the gateway answers by itself needs no session.
            guard case .upstream = route.action else { return true }
            policy.begin(visit, head, bytes, facts, now: worker.loop.wallClock)
            return try openStored(policy)
        case .spilling(let policy):
            if policy.cookies.refuses(head, bytes, facts) { throw .crossSiteWrite }
            // What the gateway answers by itself needs no session.
            guard case .upstream = route.action else { return true }
            policy.begin(
                visit,
                head,
                bytes,
                facts,
                now: worker.loop.wallClock,
                cache: &worker.openedSessions
            )
            return try openSpilled(policy)
        }
        return true
    }

    func perform(_ route: Route, _ head: RequestHead) throws(GatewayError) {
        switch route.action {
        case .upstream(let index):
            UpstreamRequest.write(self, head, route: route, target: target, into: upstream.outbound)
            upstream.start(edition.pools[index], method: head.method)
            if !hasBody { upstream.sendEnd() }
        case .redirect(let redirect):
            let location = target.redirect(head, headBytes.readable.span, route)
            answer(redirect.status, body: [], contentType: nil, location: location)
        case .respond(let settings):
            respond(settings)
        }
    }

    /// Whether a part of the request's body may come now.
    var canTakeBody: Bool { !state.isRequestFlowing || (storeWait != .opening && upstream.canTakeMore) }

    var isRequestChunked: Bool { head.body == .chunked }

    func receiveBody(_ bytes: UnsafeRawBufferPointer) {
        bytesIn += UInt64(bytes.count)
        bodyReceived += UInt64(bytes.count)
        guard state.request == .receiving, !upstream.isIdle else { return }
        if let limit = route?.maxBody, bodyReceived > limit {
            failed(.bodyTooLarge)
            return
        }
        upstream.sendBody(bytes)
    }

    func receiveEnd(_ decoder: borrowing BodyDecoder) {
        let wasReceiving = state.request == .receiving
        state.requestEnd()
        guard wasReceiving, !upstream.isIdle else { return }
        upstream.sendEnd(decoder)
    }

    func flushUpstream() { upstream.flush() }

    /// What the request's `Connection` named.
    func nominatedInRequest() -> [[UInt8]] { names(head.connectionOptions, headBytes.readable.span) }

    private func names(_ ranges: [ByteRange], _ bytes: Span<UInt8>) -> [[UInt8]] {
        var names: [[UInt8]] = []
        for range in ranges {
            var name: [UInt8] = []
            for index in range.range { name.append(bytes[index]) }
            names.append(name)
        }
        return names
    }

    func upstreamCanTakeMore() {
        if state.isRequestFlowing, upstream.canTakeMore { client?.resumeBody() }
    }

    // MARK: The response

    /// A 1xx head on its way to the client (S4): 100 once and only where it was asked for.
    func receiveInterim(_ response: borrowing ResponseHead, _ bytes: UnsafeBufferPointer<UInt8>) {
        guard head.version == .http11, state.mayAnswer, let client else { return }
        if response.status == 100 {
            guard head.expectsContinue, !sentInterimContinue else { return }
            sentInterimContinue = true
        }
        ClientResponse.writeInterim(response, bytes.span, into: client.output)
        client.flush()
        pauseWhileClientIsSlow(client)
    }

    /// The final head is complete.
    ///
    /// While the session's store is asked (`isSaving`) the upstream holds it, and hands it over once more.
    func receiveResponse(_ response: borrowing ResponseHead, _ bytes: UnsafeBufferPointer<UInt8>) {
        guard state.mayAnswer, let route, let client else { return }
        let effect: SessionEffect
        do throws(GatewayError) {
            guard let saved = try saveSession(route, response, bytes.span) else { return }
            effect = saved
        } catch {
            upstream.cancel()
            failed(error)
            return
        }
        guard state.responseHead() else { return }
        status = response.status
        if isLastAnswer { client.closeAfterResponse() }
        let framing = ClientResponse.framing(response, for: head)
        isResponseUntilClose = framing == .untilClose
        if isResponseUntilClose { client.closeAfterResponse() }
        isResponseChunked = framing == .chunked
        if isResponseChunked, !response.connectionOptions.isEmpty {
            nominatedInResponse = names(response.connectionOptions, bytes.span)
        }
        let output = client.output
        let before = output.count
        let dropped = ClientResponse.write(
            response,
            bytes.span,
            framing: framing,
            route: route,
            effect: effect,
            date: worker.date,
            closes: client.willClose,
            debug: DebugField.line(self),
            into: output
        )
        if dropped > 0 { worker.counters.droppedOut += UInt64(dropped) }
        bytesOut += UInt64(output.count - before)
        if response.status == 101 { beginTunnel(client) }
    }

    /// Saves the session; nil while its store is asked.
    private func saveSession(
        _ route: Route,
        _ response: borrowing ResponseHead,
        _ bytes: Span<UInt8>
    ) throws(GatewayError) -> SessionEffect? {
        switch route.policy {
        case .null(let policy):
            return policy.close(visit, response, counters: &worker.counters)
        case .cookie(let policy):
            do throws(SaveError) {
                return try policy.close(
                    visit,
                    response,
                    bytes,
                    isSecure: facts.isSecure,
                    now: worker.loop.wallClock,
                    random: &worker.secureRandom,
                    counters: &edition.sessionCounters
                )
            } catch {
                policy.failed(error, visit, counters: &edition.sessionCounters)
                throw .save(error)
            }
        case .stored(let policy):
            return try saveStored(policy, response, bytes)
        case .spilling(let policy):
            return try saveSpilling(policy, response, bytes)
        }
    }

    override func storeAnswered(_ answer: StoreAnswer, ticket: UInt32) {
        if ticket == storeTicket { goOn(with: answer) }
    }

    func relayBody(_ bytes: UnsafeRawBufferPointer) {
        guard state.response == .streaming, let client else { return }
        bytesOut += UInt64(bytes.count)
        if isResponseChunked {
            let output = client.output
            output.appendHex(UInt64(bytes.count))
            output.append("\r\n")
            client.send(bytes, "\r\n")
        } else {
            client.send(bytes, "")
        }
        pauseWhileClientIsSlow(client)
    }

    func pauseWhileClientIsSlow(_ client: ClientConnection) {
        guard !client.canTakeMore, !isUpstreamPaused else { return }
        isUpstreamPaused = true
        upstream.pause()
    }

    /// The client has taken what was waiting for it.
    func clientCanTakeMore() {
        guard isUpstreamPaused else { return }
        isUpstreamPaused = false
        upstream.resume()
    }

    func endResponse(_ decoder: borrowing BodyDecoder) {
        guard state.response == .streaming, let client else { return }
        if isResponseChunked {
            let section = TrailerSection(nominated: nominatedInResponse, edits: route?.responseEdits)
            section.writeLastChunk(decoder, into: client.output)
        }
        state.responseEnd()
    }

    /// Whether the client may or may not send the body it announced, so that its next bytes could be either (RFC 9110
    /// §10.1.1).
    var isBodyUncertain: Bool { head.expectsContinue && !sentInterimContinue && state.request != .complete }

    /// Whether an answer given now must say that it is the connection's last: else the client's next request could be lost
    /// in a connection that is closed over what is left of this one.
    private var isLastAnswer: Bool {
        if isBodyUncertain { return true }
        guard state.request == .receiving else { return false }
        guard case .length(let length) = head.body else { return true }
        return length - min(length, bodyReceived) > UInt64(ClientConnection.discardLimit)
    }

    /// The event is dealt with: what is written goes out, and an exchange that is over ends.
    ///
    /// Nothing of it may be touched afterwards.
    func settle() {
        client?.progress()
    }

    // MARK: Failures and the gateway's own answers

    func upstreamFailed(_ error: GatewayError) { failed(error) }

    func failed(_ error: GatewayError) {
        if failure == nil { failure = error }
        storeWait = .nothing
        switch state.fail() {
        case .answer:
            upstream.cancel()
            answer(error)
        case .abort:
            upstream.cancel()
        case .nothing:
            break
        }
    }

    /// The client's connection cannot be used any more.
    func clientFailed(_ error: GatewayError) {
        guard state.response != .idle else { return }
        if failure == nil, !state.isFinished { failure = error }
        storeWait = .nothing
        upstream.cancel()
        state.clientGone()
    }

    func clientGone() {
        guard state.response != .idle, !state.isFinished else { return }
        clientFailed(.clientGone)
    }

    private func answer(_ error: GatewayError) {
        let cookies = deadCookies()
        if case .methodNotAllowed(let allow) = error {
            answer(
                error.status,
                body: OwnAnswer.body(error.status),
                contentType: OwnAnswer.plainText,
                allow: allow,
                setCookies: cookies
            )
        } else {
            answer(
                error.status,
                body: OwnAnswer.body(error.status),
                contentType: OwnAnswer.plainText,
                proxyStatus: error.proxyStatus,
                details: error.timer?.setting,
                retryAfter: error.status == 503,
                setCookies: cookies
            )
        }
    }

    /// What expires the cookies that did not open; an error page carries it too.
    private func deadCookies() -> [[UInt8]] {
        // While a store is asked, nobody knows whether the cookie is dead.
        guard let policy = visit.policy, visit.stored.token == nil else { return [] }
        return policy.expireDead(
            visit,
            isSecure: facts.isSecure,
            now: worker.loop.wallClock,
            random: &worker.secureRandom
        )
    }

    private func respond(_ settings: RespondSettings) {
        answer(
            settings.status,
            body: settings.body,
            contentType: route?.contentType,
            lines: route?.respondLines ?? []
        )
    }

    private func answer(
        _ status: Int,
        body: [UInt8],
        contentType: [UInt8]?,
        lines: [UInt8] = [],
        location: [UInt8]? = nil,
        allow: [UInt8]? = nil,
        proxyStatus: StaticString? = nil,
        details: StaticString? = nil,
        retryAfter: Bool = false,
        setCookies: [[UInt8]] = []
    ) {
        guard state.ownAnswer(), let client else { return }
        self.status = status
        if isLastAnswer { client.closeAfterResponse() }
        let output = client.output
        let before = output.count
        OwnAnswer.write(
            status: status,
            body: body,
            contentType: contentType,
            lines: lines,
            location: location,
            allow: allow,
            proxyStatus: proxyStatus,
            details: details,
            retryAfter: retryAfter,
            setCookies: setCookies,
            edits: route?.responseEdits,
            isHead: head.method == .head,
            date: worker.date,
            closes: client.willClose,
            debug: DebugField.line(self),
            into: output
        )
        bytesOut += UInt64(output.count - before)
        state.responseEnd()
    }

    // MARK: The end

    /// Writes the log line and makes the exchange ready for another request.
    func finish() {
        if state.response != .idle {
            worker.log.write(self, now: worker.loop.now)
            worker.counters.count(self)
            if status == 101 { worker.counters.openTunnels -= 1 }
        }
        reset()
    }

    private func reset() {
        upstream.reset()
        client = nil
        state = ExchangeState()
        headBytes.clear()
        headBytes.trim(to: 16 * 1024)
        head.reset()
        facts = RequestFacts()
        route = nil
        visit.reset()
        sentInterimContinue = false
        isResponseChunked = false
        isResponseUntilClose = false
        isUpstreamPaused = false
        storeWait = .nothing
        if !nominatedInResponse.isEmpty { nominatedInResponse = [] }
        bodyReceived = 0
        status = 0
        bytesIn = 0
        bytesOut = 0
        failure = nil
    }
}
