/// What is asked of a server store.
///
/// Each request is one atomic step: another sees everything of it or nothing. Whatever the store is made of, it keeps
/// these promises; `StoreContract` in the tests tries every one.
///
/// - Only `create`, `adopt`, `replace` and `renew` make a session, under keys of tokens this gateway has just drawn: a key that
///   came from a browser never becomes one (no fixation).
/// - A session that has ended (`StoreTimes.end`) is not there for any request, whether or not it was removed yet.
/// - What was deleted, replaced or has ended is not brought back by `apply` or `renew`: both write nothing, and say `gone`.
/// - Two requests that change different names both win, whatever the order; of two that set the same name the later one.
/// - `apply`, `renew`, `create`, `adopt` and `replace` move last-seen to `now`, never back, and the session's end with it.
/// - A session keeps when it got its id or its subject, for `create` and `replace` its birth unless the operations say when.
///   `apply` and `renew` leave it unless theirs do. It stands for no value: a session that has nothing else is empty.
/// - After `renew` the old key opens nothing, at once. For `StoreTimes.forwarding` seconds it still *forwards*: `apply`,
///   `renew`, `replace` and `delete` with the old key reach the session under the new one, also over several renewals, as
///   requests that opened it before still mean it. `open` never follows: the old token is worth nothing any more. It says
///   `moved` in these seconds, and so it does for the old key after `replace`, which forwards nothing.
/// - A change that leaves no value deletes the session in the same step, and says `emptied`.
/// - A change after which the values would be over `StoredValues.largest` may be refused as a whole (`tooLarge`). The gateway
///   does not ask for one that would be, by what it opened; only writers beside each other can come near.
/// - A failure changes nothing that could be seen, as far as the store can know: when its answer was lost on the way the
///   change may have been made all the same.
public enum StoreRequest: Sendable {
    /// Finds a session; changes nothing.
    ///
    /// Answered by `opened`, `moved`, `absent` or `failed`.
    case open(StoreKey)
    /// Makes a session born now with the values `sets` has, at least one; the key is new.
    ///
    /// Answered by `done`, `tooLarge` or `failed`.
    case create(StoreKey, StoreOperations)
    /// Makes a session with the values `sets` has of one that was born elsewhere, then, in seconds since 1970; the key is new.
    ///
    /// Its lifetime counts from there: one whose end has come by that is not there for any request.
    /// Answered by `done`, `tooLarge` or `failed`.
    case adopt(StoreKey, StoreOperations, birth: Int64)
    /// Changes a session; with no operations its last-seen time only.
    ///
    /// Answered by `done`, `doneElsewhere`, `emptied`, `gone`, `tooLarge` or `failed`.
    case apply(StoreKey, StoreOperations)
    /// Changes a session and moves it to a new key, with its birth; the old key forwards from now on.
    ///
    /// Where the old key forwards already, the session moves on from where it is, so that the token of the renewal before
    /// opens nothing any more: what signed somebody in must not be reached by another's renewal (fixation).
    /// Answered by `done`, `emptied`, `gone`, `tooLarge` or `failed`.
    case renew(StoreKey, to: StoreKey, StoreOperations)
    /// Deletes a session and makes one born now with the values `sets` has under a new key of the same tag.
    ///
    /// The new one is made whether or not the old one is still there; nothing forwards to it, but for `StoreTimes.forwarding`
    /// seconds the old key is `moved`.
    /// Answered by `done`, `tooLarge` or `failed`; refused, it deletes nothing.
    case replace(StoreKey, with: StoreKey, StoreOperations)
    /// Deletes a session; that there is none is no error.
    ///
    /// Answered by `done` or `failed`.
    case delete(StoreKey)
}

extension StoreRequest {
    /// Whose session it is about; other keys in it have the same tag.
    public var key: StoreKey {
        switch self {
        case .open(let key), .create(let key, _), .adopt(let key, _, _), .apply(let key, _), .renew(let key, _, _),
            .replace(let key, _, _), .delete(let key):
            key
        }
    }
}
