import CLinux
import Glibc

/// How many processors this process may keep busy.
public struct CPUCount {
    /// The processors in the affinity mask, or the container's quota (rounded up) where that is less; at least 1.
    public static func usable() -> Int {
        let mask = max(1, Int(linux_usable_processors()))
        return min(mask, quota() ?? mask)
    }

    // MARK: Control groups

    private static func quota() -> Int? {
        guard let membership = text(at: "/proc/self/cgroup") else { return nil }
        var smallest: Int?
        func consider(_ quota: Int?) {
            if let quota { smallest = min(smallest ?? quota, quota) }
        }
        // A parent's quota binds its children too.
        for path in ancestors(of: path(in: membership, controller: "")) {
            consider(text(at: "/sys/fs/cgroup\(path)/cpu.max").flatMap(quota(cpuMax:)))
        }
        for path in ancestors(of: path(in: membership, controller: "cpu")) {
            let directory = "/sys/fs/cgroup/cpu\(path)"
            if let quota = text(at: directory + "/cpu.cfs_quota_us"),
                let period = text(at: directory + "/cpu.cfs_period_us")
            {
                consider(Self.quota(microseconds: quota, period: period))
            }
        }
        return smallest
    }

    /// Version 2's `cpu.max`: `150000 100000` is one and a half, so 2; `max 100000` is no quota.
    static func quota(cpuMax text: String) -> Int? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let quota = words.first else { return nil }
        return Self.quota(microseconds: String(quota), period: words.count > 1 ? String(words[1]) : "100000")
    }

    /// Version 1's `cpu.cfs_quota_us` and `cpu.cfs_period_us`; a quota of -1 is none.
    static func quota(microseconds: String, period: String) -> Int? {
        guard let quota = Int(microseconds.filter { !$0.isWhitespace }), quota > 0,
            let period = Int(period.filter { !$0.isWhitespace }), period > 0
        else { return nil }
        return max(1, quota / period + (quota % period == 0 ? 0 : 1))
    }

    /// This process's group in `/proc/self/cgroup`: version 2's line is `0::/path`, version 1's `4:cpu,cpuacct:/path`.
    static func path(in membership: String, controller: String) -> String {
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",", omittingEmptySubsequences: false)
            if controllers.contains(where: { $0 == controller }) { return String(fields[2]) }
        }
        return "/"
    }

    /// `/a/b` → `/a/b`, `/a` and the root, which is empty.
    static func ancestors(of path: String) -> [String] {
        var result = [""]
        var current = ""
        for name in path.split(separator: "/") where name != ".." {
            current += "/\(name)"
            result.append(current)
        }
        return result.reversed()
    }

    private static func text(at path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
            let count = read(descriptor, room.baseAddress, room.count)
            guard count > 0 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(room).prefix(count), as: UTF8.self)
        }
    }
}
