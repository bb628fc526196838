/// A server store on an event loop, whose answers may take a while; each worker has its own.
///
/// What it does for each request is said at `StoreRequest`. How it answers:
///
/// - What it can say at once it returns: that it knows itself cut off, say. Else it returns nil and calls the waiter's
///   `storeAnswered` exactly once, on the same loop, with the ticket it was given; later, never before `ask` returns.
/// - It answers within time limits of its own, with `failed` when there is nothing better to say: the waiter keeps no time.
/// - It keeps the waiter alive until then. A waiter that has lost interest does not say so: it takes another ticket for its
///   next request and ignores the answer to this one.
/// - After `storeAnswered` it relies on nothing that the call may have changed: the waiter may have asked again within it.
open class WaitingStore {
    /// A store that knows nobody.
    public init() {}

    /// Does what is asked and answers; `now` is in seconds since 1970.
    open func ask(_ request: StoreRequest, now: Int64, for waiter: StoreWaiter, ticket: UInt32) -> StoreAnswer? {
        .failed(why: "there is no store")
    }

    /// The worker stops: connections are closed, and nobody is answered any more.
    open func close() {}
}
