import LinuxIO

/// What is said first on a connection: who asks, for which database, and whether Redis is ready to serve.
enum RedisGreeting {
    /// Writes the commands and says how many replies will come.
    static func write(_ address: RedisAddress, into out: ByteBuffer) -> Int {
        var count = 1
        if let password = address.password {
            var command = RedisCommand(arguments: address.user == nil ? 2 : 3, into: out)
            command.add("AUTH")
            if let user = address.user { command.add(Array(user.utf8)) }
            command.add(Array(password.utf8))
            count += 1
        }
        // A cluster has one database, and proxies may not know the command.
        if address.database != 0 {
            var command = RedisCommand(arguments: 2, into: out)
            command.add("SELECT")
            command.add(Int64(address.database))
            count += 1
        }
        var command = RedisCommand(arguments: 1, into: out)
        command.add("PING")
        return count
    }
}
