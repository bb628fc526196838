import Foundation
import Glibc

/// A program started by a test: its output line by line, its end, and its signals.
final class ChildProcess: Sendable {
    /// What has come out of one pipe.
    struct Output: Sendable {
        var bytes: [UInt8] = []
        var ended = false
    }

    /// How the program ended.
    enum Exit: Sendable, Equatable {
        case status(Int32)
        case signal(Int32)
    }

    private let process: pid_t
    private let exit = Board<Exit?>(nil)
    let standardOutput = Board(Output())
    let standardError = Board(Output())

    /// Starts a program with exactly this environment.
    ///
    /// With a `conversation` its standard input and output are that socket, which the child takes over.
    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        directory: String? = nil,
        conversation: Int32? = nil
    ) throws {
        let (out, error) = (try Descriptors.pipe(), try Descriptors.pipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, out.write, 1)
        if let conversation {
            posix_spawn_file_actions_adddup2(&actions, conversation, 0)
            posix_spawn_file_actions_adddup2(&actions, conversation, 1)
        }
        posix_spawn_file_actions_adddup2(&actions, error.write, 2)
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
        // `env` goes to the directory and becomes the program.
        let command = directory.map { ["/usr/bin/env", "-C", $0, program] + arguments } ?? [program] + arguments
        let words = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        let (started, failure) = Descriptors.exclusively {
            var started: pid_t = 0
            let failure = posix_spawn(&started, command[0], &actions, &attributes, words, variables)
            return (started, failure)
        }
        close(out.write)
        close(error.write)
        if let conversation { close(conversation) }
        guard failure == 0 else {
            close(out.read)
            close(error.read)
            throw HarnessError.system("posix_spawn \(program)", errno: failure)
        }
        process = started
        let (outEnd, errorEnd) = (out.read, error.read)
        let (outBoard, errorBoard, exitBoard) = (standardOutput, standardError, exit)
        Thread.detachNewThread { Self.collect(outEnd, outBoard) }
        Thread.detachNewThread { Self.collect(errorEnd, errorBoard) }
        Thread.detachNewThread { Self.reap(started, exitBoard) }
    }

    deinit { signal(SIGKILL) }

    /// Sends a signal unless the process has ended.
    ///
    /// The lock keeps its id from being another's by then.
    func signal(_ number: Int32) {
        exit.change { ended in
            if ended == nil { kill(process, number) }
        }
    }

    /// How it ended, if it has.
    var ended: Exit? { exit.current }

    /// Waits for its end and the end of its output.
    func waitForExit(_ deadline: Deadline = Deadline()) throws -> Exit {
        guard let how = exit.wait(deadline, for: { $0 }) else {
            throw HarnessError.timeout("the process to exit; stderr: \(text(standardError))")
        }
        for pipe in [standardOutput, standardError] { _ = pipe.wait(deadline, for: { $0.ended ? true : nil }) }
        return how
    }

    /// Everything one pipe has given so far.
    func text(_ pipe: Board<Output>) -> String { String(decoding: pipe.current.bytes, as: UTF8.self) }

    /// Waits until the whole lines of one pipe satisfy `find`; nil at the deadline, or at the end of the output.
    func wait<Found>(
        _ pipe: Board<Output>,
        _ deadline: Deadline = Deadline(),
        for find: ([Substring]) -> Found?
    ) -> Found? {
        let answer: Found?? = pipe.wait(deadline) { output in
            let end = output.bytes.lastIndex(of: 0x0a) ?? output.bytes.startIndex
            let lines = String(decoding: output.bytes[..<end], as: UTF8.self).split(separator: "\n")
            if let found = find(lines) { return .some(found) }
            return output.ended ? .some(nil) : nil
        }
        return answer ?? nil
    }

    /// The resident memory in bytes, as the kernel counts it.
    var residentBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) * 1024
    }

    /// By how much the resident memory has grown since it was so many bytes.
    ///
    /// Under `GATEWAY_TEST_SLOW=1` an eighth of that: a sanitizer has memory of its own for each byte, and keeps what was freed.
    func growth(since before: Int) -> Int {
        (residentBytes - before) / (Deadline.isSlow ? 8 : 1)
    }

    /// The processor time it has used, in seconds.
    var processorSeconds: Double {
        let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        // What follows the name in its parentheses; user and system time are fields 14 and 15 of the line.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// How many descriptors it holds.
    var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count) ?? 0
    }

    private static func collect(_ descriptor: Int32, _ board: Board<Output>) {
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            board.change { $0.bytes.append(contentsOf: chunk[..<count]) }
        }
        close(descriptor)
        board.change { $0.ended = true }
    }

    private static func reap(_ process: pid_t, _ board: Board<Exit?>) {
        var information = siginfo_t()
        // Leaves the zombie, so that its id stays taken until the lock is held.
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        board.change { ended in
            var status: Int32 = 0
            waitpid(process, &status, 0)
            ended = status & 0x7f == 0 ? .status((status >> 8) & 0xff) : .signal(status & 0x7f)
        }
    }
}
