import Glibc
import LinuxIO
import Synchronization
import Testing

struct ThreadTests {
    @Test func `a thread runs its body once, under its name`() throws {
        let name = Mutex("")
        let thread = try WorkerThread(name: "gateway-worker-12") {
            let descriptor = open("/proc/thread-self/comm", O_RDONLY)
            withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { room in
                let count = max(0, read(descriptor, room.baseAddress, room.count))
                name.withLock { $0 += String(decoding: UnsafeRawBufferPointer(room).prefix(count), as: UTF8.self) }
            }
            close(descriptor)
        }
        thread.join()
        #expect(name.withLock { $0 } == "gateway-worker-\n")
    }

    @Test func `a blocked signal is waited for`() throws {
        let result = Mutex<Int32?>(nil)
        let thread = try WorkerThread(name: "signals") {
            Signals.block([SIGUSR1, SIGUSR2])
            pthread_kill(pthread_self(), SIGUSR2)
            let signal = Signals.wait(for: [SIGUSR1, SIGUSR2])
            result.withLock { $0 = signal }
        }
        thread.join()
        #expect(result.withLock { $0 } == SIGUSR2)
    }

    @Test func `random bytes differ, and fast random follows its published sequence`() {
        var bytes = [UInt8](repeating: 0, count: 64)
        bytes.withUnsafeMutableBytes { RandomBytes.fill($0) }
        #expect(Set(bytes).count > 8)
        // The first outputs for the state 1, 2, 3, 4, as the authors' C code and others' test vectors give them.
        var random = FastRandom(state: (1, 2, 3, 4))
        #expect([random.next(), random.next(), random.next()] == [11520, 0, 1_509_978_240])
        var one = FastRandom()
        var other = FastRandom()
        #expect(one.next() != other.next())
    }
}
