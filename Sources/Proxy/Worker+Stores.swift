import LinuxIO
import Logging
import Sessions

/// The server stores that a worker shares with the others.
extension Worker {
    /// Takes out what has ended in the memory stores, and says when live sessions had to go.
    func tidyStores() {
        for (name, store) in snapshot.memoryStores.all {
            store.removeEnded(now: loop.wallClock)
            let evicted = store.takeEvicted()
            if evicted == 0 { continue }
            logger.warning(
                "the memory store is full: the sessions unused longest were ended",
                metadata: ["session": "\(name)", "ended": "\(evicted)"]
            )
        }
    }
}
