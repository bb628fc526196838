import LinuxIO
import Synchronization
import Testing

struct MailboxTests {
    @Test func `messages of many threads all arrive, each thread's in order`() throws {
        let loop = try EventLoop()
        let mailbox = try Mailbox<(thread: Int, number: Int)>()
        var received = [Int](repeating: 0, count: 4)
        var outOfOrder = 0
        let reader = try MailboxReader(mailbox, loop) { message in
            if message.number != received[message.thread] { outOfOrder += 1 }
            received[message.thread] += 1
        }
        let threads = try (0..<4).map { thread in
            try WorkerThread(name: "post-\(thread)") {
                for number in 0..<1000 { mailbox.post((thread, number)) }
            }
        }
        #expect(loop.turn { received.allSatisfy { $0 == 1000 } })
        #expect(outOfOrder == 0)
        for thread in threads { thread.join() }
        reader.close()
    }

    @Test func `what was posted before the reader came is received`() throws {
        let loop = try EventLoop()
        let mailbox = try Mailbox<String>()
        mailbox.post("early")
        var received: [String] = []
        let reader = try MailboxReader(mailbox, loop) { received.append($0) }
        #expect(loop.turn { !received.isEmpty })
        mailbox.post("late")
        #expect(loop.turn { received == ["early", "late"] })
        reader.close()
        mailbox.post("never")
        loop.runOnce(timeoutNanoseconds: 0)
        #expect(received.count == 2)
    }

    @Test func `a loop on its own thread is stopped by a message`() throws {
        let mailbox = try Mailbox<Bool>()
        let turns = Mutex(0)
        let thread = try WorkerThread(name: "a name that is too long") {
            guard let loop = try? EventLoop() else { return }
            let reader = try? MailboxReader(mailbox, loop) { stop in
                turns.withLock { $0 += 1 }
                if stop { loop.stop() }
            }
            loop.run()
            reader?.close()
        }
        mailbox.post(false)
        mailbox.post(true)
        thread.join()
        thread.join()
        #expect(turns.withLock { $0 } == 2)
    }
}
