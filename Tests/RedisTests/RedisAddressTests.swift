import Redis
import Testing

struct RedisAddressTests {
    @Test(arguments: [
        ("redis://localhost", "redis://localhost:6379"),
        ("REDIS://10.0.0.1:7000", "redis://10.0.0.1:7000"),
        ("redis://:secret@cache:6380/3", "redis://:***@cache:6380/3"),
        ("redis://ada:p%40ss@cache", "redis://ada:***@cache:6379"),
        ("redis://ada:a@b@cache/", "redis://ada:***@cache:6379"),
        ("redis://[::1]", "redis://[::1]:6379"),
        ("redis://[::1]:7000/1", "redis://[::1]:7000/1"),
        ("rediss://cache.example", "rediss://cache.example:6379"),
        ("unix:/run/redis.sock", "redis+unix:///run/redis.sock"),
        ("unix:///run/redis.sock?db=2", "redis+unix:///run/redis.sock?db=2"),
        ("redis+unix://:secret@/run/redis.sock", "redis+unix://:***@/run/redis.sock"),
    ])
    func `is read, and written without its password`(text: String, written: String) throws {
        let address = try RedisAddress(parsing: text)
        #expect(address.description == written)
        #expect("\(String(reflecting: address))" == written)
    }

    @Test(arguments: [
        ("", "write redis://, rediss:// (with TLS) or unix: before the server"),
        ("localhost:6379", "write redis://, rediss:// (with TLS) or unix: before the server"),
        ("http://localhost", "the scheme is redis, rediss (with TLS) or unix"),
        ("redis://", "there is no host"),
        ("redis://secret@cache", "before @ stands user:password, or :password for the default user"),
        ("redis://:@cache", "the password is empty"),
        ("redis://:a%4@cache", "in user and password, % is followed by two hexadecimal digits; % itself is %25"),
        ("redis://:%ff@cache", "in user and password, % is followed by two hexadecimal digits; % itself is %25"),
        ("redis://cache/one", "a database is a number, as in redis://localhost:6379/2"),
        ("redis://cache?db=1", "after the server comes the database's number and nothing else"),
        ("redis://cache:99999", "a port is a number from 1 to 65535"),
        ("redis://::1", "an IPv6 address stands in brackets, as in redis://[::1]:6379"),
        ("redis://ca che", "a host has letters, digits, dots, hyphens and underscores"),
        ("unix:redis.sock", "a unix socket needs an absolute path, as in unix:/run/redis.sock"),
        ("unix:/redis.sock?password=secret", "after ? comes db= and the database's number"),
    ])
    func `says what is wrong, and never repeats what it was given`(text: String, reason: String) {
        #expect { try RedisAddress(parsing: text) } throws: { error in
            "\(error)" == reason && !"\(error)".contains("secret")
        }
    }
}
