import Foundation
import Glibc
import Synchronization

/// The process of a server, when there is one.
final class Running: Sendable {
    private let process = Mutex<pid_t>(0)

    /// Starts a program and waits until it says that it accepts connections.
    ///
    /// - Parameter input: whether its input is a pipe that stays open as long as this process lives; else there is none.
    func start(_ command: [String], input: Bool = false) throws {
        var inputs: [Int32] = [-1, -1]
        if input {
            guard pipe(&inputs) == 0, fcntl(inputs[1], F_SETFD, FD_CLOEXEC) == 0 else {
                throw RedisServer.Failure(description: "no pipe")
            }
        }
        defer { if input { close(inputs[0]) } }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw RedisServer.Failure(description: "no pipe")
        }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if input {
            posix_spawn_file_actions_adddup2(&actions, inputs[0], 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Tests run on Dispatch's threads, which block most signals; a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let words = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var started: pid_t = 0
        let failure = posix_spawn(&started, command[0], &actions, &attributes, words, [nil])
        close(ends[1])
        guard failure == 0 else { throw RedisServer.Failure(description: "\(command[0]) does not start: install it") }
        process.withLock { $0 = started }
        var said = ""
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !said.contains("eady to accept connections") {
            let count = read(ends[0], &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                end()
                throw RedisServer.Failure(description: "redis-server ends: \(said)")
            }
            said += String(decoding: chunk[..<count], as: UTF8.self)
        }
        // What it says later, nobody reads: it must not wait for a reader, and a closed pipe is nothing to it.
    }

    func signal(_ number: Int32) {
        process.withLock { if $0 > 0 { kill($0, number) } }
    }

    /// Ends it and waits for its end.
    func end() {
        process.withLock { process in
            guard process > 0 else { return }
            kill(process, SIGKILL)
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
            process = 0
        }
    }
}
