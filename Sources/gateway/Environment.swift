internal import Glibc

/// The environment the program was started with.
enum Environment {
    /// Every variable.
    ///
    /// One that is not UTF-8 is left out.
    static var all: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            if let line = String(validatingCString: text), let equals = line.firstIndex(of: "=") {
                variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }
}
